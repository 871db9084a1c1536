"""The nearest days on which a trip would fit everyone, when it is the days that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.choices import choice
from core.errors import Rejected
from core.flows.plan_facts import facts_for
from core.flows.together import DoesNotFit, Together, as_said, made_inside, misfits_of
from core.groups.merging import Voice
from core.groups.privacy import may_derive
from core.making import Made, build_all
from core.messages import Choices, Text
from core.travel import Destination
from core.turn import Screen, Turn
from core.wishes import Wish
from core.words import span

FARTHEST_DAYS = 14  # before and after the days that were asked for
TRIED = 2  # each is a plan of its own


async def other_days(
    turn: Turn,
    group: Together,
    towns: Sequence[Destination],
    first: date,
    last: date,
    refusal: DoesNotFit,
    verb: str = "dates",
) -> Screen:
    """The refusal, and the nearest days with a plan that fits everyone as a button of `verb`.

    Raises the refusal when there are none, or when the days are not what does not fit.
    """
    days = nearest_days(group.everybody, first, last, turn.now.date())
    for _, (a, b) in zip(range(TRIED), days, strict=False):
        if await _fits(turn, group, towns, a, b):
            option = choice(verb, f"{a}/{b}", span(a, b))
            return (
                Text(markdown=f"{refusal.reason} {span(a, b)} would fit everyone."),
                Choices(options=turn.offer(option)),
            )
    raise refusal


def nearest_days(
    everybody: Sequence[Voice], first: date, last: date, today: date
) -> Iterator[tuple[date, date]]:
    """As many days in a row on which everybody can, after today, the nearest first.

    Nothing when everybody can on the days that were asked for, or when so few are in that other
    days would tell who cannot.
    """

    def suit(a: date, b: date) -> bool:
        return all(v.free.suits(a, b) and v.free_private.suits(a, b) for v in everybody)

    if not may_derive(everybody) or suit(first, last):
        return
    for days in range(1, FARTHEST_DAYS + 1):
        for move in (timedelta(days=days), timedelta(days=-days)):
            if first + move > today and suit(first + move, last + move):
                yield first + move, last + move


async def _fits(
    turn: Turn, group: Together, towns: Sequence[Destination], first: date, last: date
) -> bool:
    """True when there is a plan on these days within everybody's limits."""

    async def facts(wish: Wish) -> Made:
        return await facts_for(turn, wish, towns, first, last)

    try:
        made = await facts(group.wish)
        inside = await made_inside(turn, group, made, facts)
        plan = as_said(await asyncio.to_thread(build_all, inside), inside, made, group.wish)
    except Rejected:
        return False
    return not await misfits_of(turn, group, plan, inside)
