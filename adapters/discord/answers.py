"""Answers interactions: takes each within Discord's 3 s and asks the bot; where the answer goes is not its business."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import discord

from adapters.discord.buttons import build_form, read_form, read_press
from adapters.discord.definitions import FILE, UPLOAD
from adapters.discord.errors import FAULTS, describe
from adapters.discord.files import offer
from adapters.discord.orders import find_order, read_button, read_command, read_key, takes_key
from adapters.discord.suggest import suggest
from adapters.discord.telling import Telling
from adapters.discord.turn import Turn
from adapters.discord.within import comes_within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord.orders import Asked
    from adapters.discord.post import Post
    from adapters.discord.service import Service
    from bot.channel import Answering
    from bot.reply import Reply

log = logging.getLogger(__name__)

FORM_WITHIN_S: Final = 1.5
"""A form must be the first answer, so its order is waited for that long; half of Discord's 3 s."""


class Answers:
    """Between Discord's interactions and the bot."""

    def __init__(self, bot: Answering, post: Post, service: Service) -> None:
        self._bot = bot
        self._service = service
        self._tell = Telling(bot, post, service).tell

    async def take(self, asked: Asked) -> None:
        """Answer an interaction; never raises."""
        try:
            await self._take(asked)
        except FAULTS as error:
            log.warning("an answer did not arrive at Discord: %s", describe(error))
        except Exception:
            incident = secrets.token_hex(3)
            log.exception("incident %s: an interaction of discord:%s", incident, asked.user.id)
            with suppress(*FAULTS):
                await self._apologise(asked, incident)

    async def _take(self, asked: Asked) -> None:
        if asked.type is discord.InteractionType.autocomplete:
            await suggest(asked, self._bot, self._service.guilds, self._service.clock)
        elif asked.guild_id is not None and asked.guild_id not in self._service.guilds:
            await self._turn_away(asked, "discord.not_served", guild=asked.guild_id)
        elif (take := self._ways().get(asked.type)) is not None:
            await take(asked)

    def _ways(self) -> Mapping[discord.InteractionType, Callable[[Asked], Awaitable[None]]]:
        return {
            discord.InteractionType.application_command: self._take_command,
            discord.InteractionType.component: self._take_press,
            discord.InteractionType.modal_submit: self._take_form,
        }

    # What people do

    async def _take_command(self, asked: Asked) -> None:
        data: Any = asked.data
        turn = Turn(asked, read_command(asked))
        if data["name"] == UPLOAD:
            await self._take_file(turn)
        else:
            await self._carry_out(turn)

    async def _take_press(self, asked: Asked) -> None:
        data: Any = asked.data
        press = read_press(str(data["custom_id"]))
        if press is None:
            await self._turn_away(asked, "discord.old_button")
        else:
            await self._carry_out(Turn(asked, read_button(asked, press), press))

    async def _take_form(self, asked: Asked) -> None:
        data: Any = asked.data
        order = read_form(str(data["custom_id"]))
        if order is None:
            await self._turn_away(asked, "discord.old_button")
            return
        turn = Turn(asked, read_key(asked, order))
        if await turn.acknowledge():
            await self._tell(turn, await self._bot.answer(turn.invocation))

    async def _take_file(self, turn: Turn) -> None:
        data: Any = turn.asked.data
        given = next(part["value"] for part in data["options"] if part["name"] == FILE)
        file = offer(data["resolved"]["attachments"][str(given)])
        if await turn.acknowledge():
            # To a stranger the bot says nothing of files; as an order it is answered like any of his.
            reply = await self._bot.take_file(turn.invocation, file) or await self._bot.answer(turn.invocation)
            await self._tell(turn, reply)

    async def _carry_out(self, turn: Turn) -> None:
        """Run an order, taken first: what came too late to be answered is not run either."""
        if takes_key(find_order(turn.invocation)):
            await self._ask_key(turn)
        elif await turn.acknowledge():
            await self._tell(turn, await self._bot.answer(turn.invocation))

    async def _ask_key(self, turn: Turn) -> None:
        """Open the form for a key. Discord takes it as the first answer only, so the order runs before it is taken."""
        answering = asyncio.create_task(self._answer(turn))
        try:
            reply = await answering if await comes_within(self._service.clock, answering, FORM_WITHIN_S) else None
            if reply is not None and reply.secret_form is not None:
                t = self._service.speak(turn.asked)
                await turn.asked.response.send_modal(build_form(reply, t("key.form_label")))
            elif await turn.acknowledge():
                await self._tell(turn, await answering)
        finally:
            answering.cancel()

    async def _answer(self, turn: Turn) -> Reply | None:
        return await self._bot.answer(turn.invocation)

    async def _turn_away(self, asked: Asked, key: str, **values: object) -> None:
        t = self._service.speak(asked)
        await asked.response.send_message(t(key, **values), ephemeral=True)

    async def _apologise(self, asked: Asked, incident: str) -> None:
        """Tell whoever asked the number under which the log tells what nobody foresaw."""
        if asked.type is discord.InteractionType.autocomplete:
            await asked.response.autocomplete([])
        elif asked.response.is_done():
            told = self._service.speak(asked)("error.incident", incident=incident)
            await asked.followup.send(f"⚠️ {told}", ephemeral=True)
        else:
            await self._turn_away(asked, "error.incident", incident=incident)
