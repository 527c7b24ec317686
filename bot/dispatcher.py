"""From an order to its answer: who, what, may he, with which words, run it; it knows no command by name.

find -> authorise -> read -> ask for what is missing -> run. Whatever goes wrong on the way becomes a reply: a refusal
in plain words, or a number that stands in the log beside the traceback.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot import choices
from bot.asking import ask_for, cancel
from bot.commands.params import SPACE
from bot.context import Context
from bot.errors import MissingWord, NotAllowed, NotUnderstood, OrderTooOld, RunOver, UnknownCommand
from bot.i18n import Words
from bot.misplaced import check_misplaced, find_keys, takes_code, takes_key
from bot.order import Order
from bot.parse import bind_values, bind_words, find_spec, split_command
from bot.present.buttons import rows
from bot.present.refusals import Refused, refuse
from bot.record import build_entry, build_refused_entry, is_change
from bot.refusing import Refusing
from bot.reply import Reply, Text, say
from bot.spec import Kind
from bot.strangers import Stranger
from core.errors import CoreError, InvalidName, InvalidValue, LinkRefused, NameInUse
from core.model import SpaceName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.auth import Auth
    from bot.context import Caller, Services
    from bot.pending import Question
    from bot.spec import CommandSpec, Invocation
    from core.clock import Clock
    from core.engine import Engine
    from core.people import AuditEntry

log = logging.getLogger(__name__)

OLDEST_ORDER: Final = timedelta(minutes=5)
"""What piled up for longer while the service was away is told, not run: last night's stop must not fire now."""

WRONG_ANSWERS: Final = (LinkRefused, InvalidName, NameInUse)

OPEN_TO_STRANGERS: Final = frozenset({"start", "claim"})
"""What a stranger may do where others read along; in private he may do all that is for anyone."""


def _is_about(error: CoreError, param: str) -> bool:
    """Return whether an answer can't be what was asked for, so that another is waited for."""
    return isinstance(error, WRONG_ANSWERS) or (isinstance(error, InvalidValue) and error.param == param)


class Dispatcher:
    """Answers every order, and never raises."""

    def __init__(self, engine: Engine, auth: Auth, services: Services, clock: Clock) -> None:
        self._engine = engine
        self._auth = auth
        self._services = services
        self._clock = clock
        self._refusing = Refusing(engine, clock)
        self._specs = {spec.name: spec for spec in services.commands}

    async def answer(self, invocation: Invocation) -> Reply | None:
        """Run an order and return what to say; None: say nothing."""
        order = Order()
        try:
            return await self._answer(invocation, order)
        except Exception as error:  # noqa: BLE001 - whoever asked gets an answer, whatever failed
            return self._report(invocation, order, error)

    async def complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        """Return at most 25 (label, value) that `param` could take, authorised like the command itself."""
        try:
            return await self._complete(invocation, param, typed)
        except Exception as error:  # noqa: BLE001 - a suggestion that fails is none
            self._log(invocation, Order(), error)
            return []

    # The way of an order

    async def _answer(self, invocation: Invocation, order: Order) -> Reply | None:
        question = self._find_question(invocation)
        if question is not None:  # answered in private, but for the space where it was asked
            invocation = replace(invocation, chat=question.chat, guild=question.guild)
        caller = await self._auth.identify(invocation)
        t = Words(caller.language, caller.zone)
        try:
            self._understand(invocation, order, question)
        except CoreError as error:
            if caller.role is None:
                return await self._answer_stranger(invocation, caller, t)
            if self._is_for_others(invocation, error) and not order.keys:
                return None
            return self._finish(invocation, order, await self._refusing.refuse(caller, t, order, error, None), t)
        assert order.spec is not None  # noqa: S101 - `_understand` raised otherwise
        if caller.role is None and not self._is_open(caller, order.spec):
            return await self._answer_stranger(invocation, caller, t)
        ctx = Context(self._engine, caller, self._services, t, self._clock, order.spec, invocation)
        try:
            reply = await self._carry_out(ctx, order)
        except CoreError as error:
            if isinstance(error, NotAllowed) and order.spec.changes and caller.role is not None:
                await self._add(build_refused_entry(ctx))
            reply = await self._refusing.refuse(caller, t, order, error, ctx)
            if question is not None and not question.secret and _is_about(error, question.param):
                self._services.pending.ask(invocation.platform, invocation.person, question)
                reply = replace(reply, buttons=(*reply.buttons, *rows((cancel(ctx),))))
        return self._finish(invocation, order, reply, t)

    def _understand(self, invocation: Invocation, order: Order, question: Question | None) -> None:
        """Find the command, without looking at its words yet."""
        if question is not None:
            self._take_answer(invocation, order, question)
        if question is None or not question.secret:
            order.keys = find_keys((invocation.text, *invocation.args.values()), self._services.is_secret)
        if question is not None:
            return
        if invocation.command is not None:
            name, slash = invocation.command, True
        else:
            name, order.words = split_command(invocation.text)
            slash = invocation.text.lstrip().startswith("/") or not invocation.asks or invocation.pressed
        order.secret = invocation.secret
        try:
            order.spec = find_spec(name, self._services.commands, slash=slash)
            if order.words and order.spec.with_words:
                order.spec = self._specs[order.spec.with_words]
        except UnknownCommand as error:
            # A typo in front of a key: what stands behind it is to be treated like one.
            order.spec = next((s for s in map(self._specs.get, error.suggestions) if s and takes_key(s)), None)
            raise

    def _find_question(self, invocation: Invocation) -> Question | None:
        """Return what plain private talk is the answer to, None where nothing was asked."""
        plain = invocation.command is None and not invocation.pressed and not invocation.text.lstrip().startswith("/")
        may_be = plain and invocation.private_chat and invocation.asks and invocation.secret is None
        return self._services.pending.find(invocation.platform, invocation.person) if may_be else None

    def _take_answer(self, invocation: Invocation, order: Order, question: Question) -> None:
        order.answered, order.spec, order.args = True, self._specs[question.command], dict(question.args)
        if question.secret:
            order.secret = invocation.text
        else:
            self._services.pending.cancel(invocation.platform, invocation.person)
            order.args[question.param] = invocation.text

    async def _carry_out(self, ctx: Context, order: Order) -> Reply:
        spec, invocation = ctx.spec, ctx.invocation
        if takes_code(spec):
            order.keys = frozenset()
        if invocation.at is not None and self._clock.now() - invocation.at > OLDEST_ORDER and not invocation.pressed:
            raise OrderTooOld(int(OLDEST_ORDER.total_seconds()))
        if SPACE not in spec.params:  # else only its words say where
            self._authorise(ctx)
        order.args = self._read(invocation, order)
        ctx = await self._enter(ctx, order.args)
        self._authorise(ctx)
        await self._check_run(ctx, order.args)
        await check_misplaced(ctx, order.args, order.keys)
        missing = next((param for param in spec.params if param.required and param.name not in order.args), None)
        if missing is not None:
            return await ask_for(ctx, order.args, missing)
        reply = await spec.handler(ctx, order.args)
        if is_change(spec, order.args, reply):
            await self._add(build_entry(ctx, order.args, reply))
        return reply

    @staticmethod
    def _authorise(ctx: Context) -> None:
        if not ctx.caller.may(ctx.spec.role):
            raise NotAllowed(ctx.spec.name, str(ctx.spec.role), str(ctx.caller.role or ""))

    async def _enter(self, ctx: Context, args: Mapping[str, str]) -> Context:
        """Go to the space that the order is about, where it names one."""
        space = args.get(SPACE.name) if SPACE in ctx.spec.params else None
        return replace(ctx, caller=await self._auth.enter(ctx.caller, SpaceName(space))) if space else ctx

    def _read(self, invocation: Invocation, order: Order) -> dict[str, str]:
        assert order.spec is not None  # noqa: S101 - only called once it is found
        spec = order.spec
        if order.answered:
            args = bind_values(spec, order.args)
        elif invocation.command is not None:
            args = bind_values(spec, invocation.args)
        else:
            args = bind_words(spec, order.words)
        key = next((param.name for param in spec.params if param.kind is Kind.KEY), None)
        if key is not None and order.secret is not None:
            args[key] = order.secret
        return args

    async def _check_run(self, ctx: Context, args: Mapping[str, str]) -> None:
        """Refuse a button whose run is over, or was followed by another."""
        bound = ctx.invocation.bound_run
        typed = next((args[p.name] for p in ctx.spec.params if p.kind is Kind.STREAM and p.name in args), None)
        if bound is None or typed is None:
            return
        view = await self._engine.find_stream(ctx.space, typed)
        if view.run != bound or not view.running:
            raise RunOver(view.name)

    # Strangers

    def _is_open(self, caller: Caller, spec: CommandSpec) -> bool:
        return spec.role is None and (caller.private_chat or spec.name in OPEN_TO_STRANGERS)

    async def _answer_stranger(self, invocation: Invocation, caller: Caller, t: Words) -> Reply | None:
        """Tell him his id and whom to ask: once an hour in private, nothing in groups.

        In a guild the order came through the platform's own form, which wants an answer and shows it to him alone.
        """
        if not caller.private_chat and invocation.guild is None:
            return None
        stranger = Stranger(caller.platform, caller.platform_id, caller.name, caller.space, invocation.username)
        due = self._services.strangers.is_due(stranger)
        if not due and invocation.guild is None:
            return None
        read_by_all = None if caller.private_chat else caller.chat
        told = await self._services.strangers.tell_admins(stranger, read_by_all) if due else False
        key = "stranger.private" if told else "stranger.private_unheard"
        return say(t(key, id=caller.platform_id), code="stranger", private=True)

    @staticmethod
    def _is_for_others(invocation: Invocation, error: CoreError) -> bool:
        """Whether it is a group's own talk, or likely another bot's command."""
        if invocation.private_chat or invocation.command is not None:
            return False
        addressed = "@" in invocation.text.split(maxsplit=1)[0] if invocation.text.strip() else False
        unknown = isinstance(error, UnknownCommand) and not error.suggestions and not addressed
        return unknown or isinstance(error, NotUnderstood)

    # Ending

    def _finish(self, invocation: Invocation, order: Order, reply: Reply, t: Words) -> Reply:
        """Add what holds for every answer: who may see it, and that a message with a key is deleted."""
        spec = order.spec
        if spec is not None and spec.private:
            reply = replace(reply, private=True)
        typed = invocation.command is None and not invocation.pressed and invocation.secret is None and invocation.asks
        keyless = not order.takes_key or not order.words or reply.code == MissingWord.code
        held = (order.takes_key and order.secret is not None) or (not reply.ok and (order.keys or not keyless))
        if not typed or not held or reply.forget_order:
            return reply
        told = reply if reply.ok else reply.with_blocks(Text(t("key.message_gone")))
        return replace(told, forget_order=True)

    async def _add(self, entry: AuditEntry) -> None:
        """What was done is done: a record that can't be written must not turn it into a refusal."""
        try:
            await self._engine.store.audit.add(entry)
        except CoreError as error:
            log.warning("the audit log misses an entry: %s", error)

    # What nobody foresaw

    def _report(self, invocation: Invocation, order: Order, error: Exception) -> Reply:
        t = Words(invocation.language or self._auth.access.language)
        if isinstance(error, CoreError):
            return refuse(Refused(error, t, self._clock.now(), order.spec))
        incident = self._log(invocation, order, error)
        reply = say(
            f"⚠️ {t('error.incident', incident=incident)}",
            code="incident",
            private=True,
            data={"incident": incident},
        )
        return self._finish(invocation, order, reply, t)

    def _log(self, invocation: Invocation, order: Order, error: Exception) -> str:
        incident = secrets.token_hex(3)
        told = "".join(traceback.format_exception(error))
        words = order.words.split() if order.takes_key else ()  # any of them may be the key
        for secret in {order.secret, invocation.secret, *order.keys, *words} - {None, ""}:
            told = told.replace(str(secret), "***")
        command = order.spec.name if order.spec else invocation.command
        log.error("incident %s: %s of %s:%s\n%s", incident, command, invocation.platform, invocation.person, told)
        return incident

    async def _complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        spec = self._specs.get(invocation.command or "")
        wanted = next((p for p in spec.params if p.name == param and not p.hidden), None) if spec else None
        caller = await self._auth.identify(invocation)
        if spec is None or wanted is None or wanted.kind is Kind.KEY or not caller.may(spec.role):
            return []
        t = Words(caller.language, caller.zone)
        ctx = Context(self._engine, caller, self._services, t, self._clock, spec, invocation)
        return await choices.complete(ctx, wanted, typed[: choices.MAX_TEXT])
