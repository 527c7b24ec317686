"""Makes an order's refusal helpful: with the streams, names and costs that its words and buttons speak of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.misplaced import refuse_unsaid
from bot.present.refusals import Refused
from bot.references import refer, refer_right_names
from core.errors import CoreError, NotCopyable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.context import Caller, Context
    from bot.i18n import Words
    from bot.order import Order
    from bot.reply import Reply
    from core.clock import Clock
    from core.engine import Engine
    from core.model import StreamView


class Refusing:
    """Looks at the engine for what a refusal needs to say; never raises for what it can't find."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def refuse(self, caller: Caller, t: Words, order: Order, error: CoreError, ctx: Context | None) -> Reply:
        """Return the refusal; without `ctx` the order's words were not looked at."""
        views = await self._find_views(caller, error)
        refused = Refused(error, t, self._clock.now(), order.spec, order.args, order.words, views)
        if ctx is not None and ctx.caller.asks:
            right_names = await refer_right_names(ctx, order.args, error)
            refused = replace(refused, args=await refer(ctx, order.args), right_names=right_names)
        if isinstance(error, NotCopyable):
            refused = replace(refused, encode_cores=await self._find_encode_cores())
        return refuse_unsaid(refused, order.keys)

    async def _find_encode_cores(self) -> float | None:
        try:
            percent = (await self._engine.health()).encode_cpu_percent
        except CoreError:
            return None
        return None if percent is None else percent / 100

    async def _find_views(self, caller: Caller, error: CoreError) -> Sequence[StreamView]:
        """Return the space's streams where a refusal speaks of some, so that its buttons can be bound to their runs."""
        data = error.data()
        if not {"stream", "names", "by"} & data.keys() and data.get("kind") != "stream":
            return ()
        try:
            return await self._engine.views(caller.space)
        except CoreError:
            return ()
