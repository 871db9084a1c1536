"""The swap that a plan offers for a wet day passes the check before and after it is taken."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from core.itinerary.build import build
from core.itinerary.problem import Impossible, Problem
from core.itinerary.revise import Revision, revise
from core.itinerary.take_swap import swap_mark
from core.itinerary.verify import verify
from core.reading import Change, ChangeKind
from core.trips import Plan, Stop
from tests.town import random_problem, weather

SEEDS = range(8)


@cache
def made(seed: int) -> tuple[Plan, Problem]:
    asked = random_problem(seed, count=26, length=4, flights=seed % 2 == 0)
    return build(asked, iterations=30), asked


def taken(plan: Plan, asked: Problem, stop: Stop) -> Revision:
    return revise(plan, asked, asked, Change(kind=ChangeKind.TAKE_SWAP, what=stop.id))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_swap_that_is_offered_can_be_taken_exactly_so(seed: int) -> None:
    """Checked before, checked after; the days are those that the plan had carried."""
    plan, asked = made(seed)
    offered = [stop for stop in plan.visits() if stop.swap_sight_id]
    assert offered
    assert verify(plan, asked) == []

    for stop in offered:
        after = taken(plan, asked, stop).plan

        assert verify(after, asked) == []
        assert stop.swap_sight_id in {s.sight_id for s in after.visits()}
        for swap in stop.swap_days:
            day = next(d for d in after.days if d.day == swap.day)
            planned = [each.what for each in swap.stops if each.what not in ("lunch", "dinner")]
            assert [s.sight_id for s in day.stops if s.sight_id] == planned
        untouched = {d.day for d in plan.days} - {swap.day for swap in stop.swap_days}
        for day in untouched:
            old, new = (next(d for d in p.days if d.day == day) for p in (plan, after))
            assert [(s.id, s.start) for s in old.stops] == [(s.id, s.start) for s in new.stops]


def test_a_swap_whose_sight_has_closed_is_not_taken() -> None:
    plan, asked = made(0)
    stop = next(s for s in plan.visits() if s.swap_sight_id)
    sight = asked.sights[stop.swap_sight_id]
    closed = sight.model_copy(update={"hours": dict.fromkeys(asked.days, ())})
    anew = replace(asked, sights={**asked.sights, sight.id: closed})

    with pytest.raises(Impossible, match="any more"):
        revise(plan, asked, anew, Change(kind=ChangeKind.TAKE_SWAP, what=stop.id))


def test_rain_itself_is_no_reason_against_the_swap() -> None:
    """The forecast that led to the offer is among the facts of the change."""
    plan, asked = made(1)
    stop = next(s for s in plan.visits() if s.swap_sight_id)
    wet = replace(asked, weather={day: weather(day, rain=True) for day in asked.days})
    change = Change(kind=ChangeKind.TAKE_SWAP, what=stop.id)

    after = revise(plan, asked, wet, change).plan

    assert verify(after, wet) == []
    assert stop.swap_sight_id in {s.sight_id for s in after.visits()}


def test_the_mark_of_a_swap_changes_with_it() -> None:
    plan, _ = made(0)
    marks = {swap_mark(s) for s in plan.visits()}
    stop = next(s for s in plan.visits() if s.swap_sight_id)

    assert len(marks) == len(plan.visits())
    assert swap_mark(stop.model_copy(update={"swap_sight_id": "town/other"})) not in marks
