"""Every destination of the atlas gives a verified plan, in every season, length and pace.

The whole road of the product without network: facts, holidays, events, meals, budget, check. All
combinations for each destination, half of them with flights; weekdays rotate. Insertion without
search, and the full search for one combination of each.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from adapters.travel.atlas.atlas import Atlas
from bot.wiring import offline_travel
from core.itinerary.build import build
from core.itinerary.verify_stages import verify_trip
from core.making import Made, Start, arranged, build_all, insist, joined, prepare
from core.travel import Travel
from core.trips import Plan
from core.wishes import Mention, Pace, Party, When, Wish
from tests.fakes import FakeClock

TODAY = date(2031, 1, 1)
SLUGS = Atlas.load().ids
COMBINATIONS = list(product((1, 3, 5, 7), (1, 4, 7, 10), Pace))


@pytest.fixture(scope="module")
def travel() -> Travel:
    return offline_travel(FakeClock(datetime(2031, 1, 1, 9, tzinfo=UTC)))


async def prepared(travel: Travel, slug: str, n: int) -> Made:
    """What is known for the n-th combination of a destination."""
    turn = SLUGS.index(slug)
    length, month, pace = COMBINATIONS[n % len(COMBINATIONS)]
    first = date(2031, month, 3 + (turn + n) % 24)
    last = first + timedelta(days=length - 1)
    flies = (n + turn) % 2 == 0 and length > 1
    wish = Wish(
        destinations=(Mention(text=slug),),
        when=When(first=first, last=last),
        party=Party(adults=2),
        pace=pace,
        arrive_at=time(12) if flies else None,
        leave_at=time(18) if flies else None,
    )
    destination = travel.places.destination(slug)
    assert destination is not None
    spans = arranged([destination], first, last, None)
    return await prepare(travel, spans, wish, None, Start(None, "EUR", TODAY))


def wrong_with(plan: Plan, made: Made) -> list[str]:
    return [v.text for v in verify_trip(plan, made.problems, made.rates)]


@pytest.mark.parametrize("slug", SLUGS)
async def test_every_length_season_and_pace_gives_a_verified_plan(
    travel: Travel, slug: str
) -> None:
    for n in range(len(COMBINATIONS)):
        made = await prepared(travel, slug, n)

        plan = joined([build(problem, iterations=0) for problem in made.problems], made)

        assert wrong_with(plan, made) == []
        assert plan.visits(), f"{slug}: nothing to see: {COMBINATIONS[n]}"


@pytest.mark.parametrize("slug", SLUGS)
async def test_a_searched_plan_of_each_destination_passes_the_last_gate(
    travel: Travel, slug: str
) -> None:
    made = await prepared(travel, slug, SLUGS.index(slug))

    plan = build_all(made)

    insist(plan, made)
    assert len(plan.days) == len(made.towns[0].days)


async def test_most_outdoor_stops_have_something_indoors_for_a_wet_day(travel: Travel) -> None:
    april = COMBINATIONS.index((3, 4, Pace.NORMAL))
    made = [await prepared(travel, slug, april) for slug in SLUGS]
    plans = [build(each.problems[0], iterations=0) for each in made]
    outdoor = [stop for plan in plans for stop in plan.visits() if not stop.indoor]

    share = sum(bool(s.swap_sight_id) for s in outdoor) / len(outdoor)
    assert share >= 0.85
