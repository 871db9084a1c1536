"""The facts behind a plan, asked for anew: of the same towns, or of towns that changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.errors import Rejected
from core.making import Made, Span, Start, arranged, exchanged, like_before, prepare
from core.resolving import budget_of, currency_of, home_of, with_profile
from core.travel import Destination
from core.trips import Plan
from core.turn import Turn
from core.wishes import Wish


async def facts_for(
    turn: Turn,
    wish: Wish,
    towns: Sequence[Destination],
    first: date,
    last: date,
    *,
    like: Plan | None = None,
) -> Made:
    """All facts for these days and the planner's problems, with the profile's wishes in them.

    The days are shared out among the towns as in the plan `like`, when that is as long.
    """
    spans = like_before(like, towns, first, last) if like else None
    if spans is None:
        home = await home_of(turn, with_profile(wish, turn.known))
        spans = arranged(towns, first, last, home)
    return await _prepared(turn, wish, spans)


async def facts_again(turn: Turn, wish: Wish, plan: Plan) -> Made:
    """The facts of a plan as they are now, for the same towns on the same days."""
    towns = towns_of(turn, plan)
    return await facts_for(turn, wish, towns, plan.first_day, plan.last_day, like=plan)


async def facts_of_others(turn: Turn, wish: Wish, plan: Plan, towns: Sequence[Destination]) -> Made:
    """The facts for the days of `plan` when some of its towns give way to others."""
    home = await home_of(turn, with_profile(wish, turn.known))
    return await _prepared(turn, wish, exchanged(plan, towns, home))


async def _prepared(turn: Turn, wish: Wish, spans: Sequence[Span]) -> Made:
    full = with_profile(wish, turn.known)
    home = await home_of(turn, full)
    currency = currency_of(turn, full, home)
    days = (spans[-1][2] - spans[0][1]).days + 1
    start = Start(home, currency, turn.now.date())
    return await prepare(turn.travel, spans, full, budget_of(full, currency, days), start)


def towns_of(turn: Turn, plan: Plan) -> list[Destination]:
    """The towns of a plan. Raises Rejected when the atlas no longer has one."""
    found = [turn.travel.places.destination(t.destination_id) for t in plan.towns]
    if any(d is None for d in found):
        raise Rejected("I no longer know this destination. Please plan it anew.")
    return [d for d in found if d is not None]
