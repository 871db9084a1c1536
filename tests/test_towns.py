"""Trips over several towns: order, nights, the way between, one plan, and changes town by town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from core.briefing import Part
from core.errors import Rejected
from core.itinerary import stages
from core.itinerary.build import build
from core.itinerary.problem import Problem
from core.itinerary.verify_stages import verify_trip
from core.itinerary.violations import Kind
from core.travel import Destination, Point
from core.trips import Plan, StopKind, Transfer
from core.wishes import Pace
from tests.town import destination, random_problem
from tests.world import World

FIRST = date(2030, 4, 11)


def town(id: str, lat: float, lon: float, **more: object) -> Destination:
    center = Point(lat=lat, lon=lon)
    return destination(id=id, name=id.title(), center=center, **more)


LISBON = town("lisbon", 38.71, -9.14)
PORTO = town("porto", 41.15, -8.62)
FARO = town("faro", 37.02, -7.93, stay_typical=2)
MADRID = town("madrid", 40.42, -3.70, country="ES", timezone="Europe/Madrid")
FUNCHAL = town("funchal", 32.65, -16.91, kind="island", timezone="Atlantic/Madeira")
TOKYO = town("tokyo", 35.68, 139.69, country="JP", timezone="Asia/Tokyo")
HOME = Point(lat=43.36, lon=-8.41)  # in the north


# --- order and nights ------------------------------------------------------------------------


def test_the_order_as_it_was_said_is_kept_while_it_is_no_detour() -> None:
    assert stages.order((LISBON, PORTO), None) == (LISBON, PORTO)
    assert stages.order((LISBON, PORTO), HOME) == (LISBON, PORTO)


def test_a_zigzag_is_put_in_order() -> None:
    found = [d.id for d in stages.order((LISBON, MADRID, FARO, PORTO), None)]

    assert found in (["faro", "lisbon", "porto", "madrid"], ["madrid", "porto", "lisbon", "faro"])


def test_too_many_towns_are_refused_in_words() -> None:
    with pytest.raises(Rejected, match="up to 6 towns"):
        stages.order([town(f"t{n}", 40, n) for n in range(7)], None)


@pytest.mark.parametrize("nights", range(3, 30))
def test_all_nights_are_shared_out_and_every_town_has_one(nights: int) -> None:
    towns = (LISBON, PORTO, FARO)

    days = stages.spans(towns, FIRST, FIRST + timedelta(days=nights))

    assert days[0][0] == FIRST and days[-1][1] == FIRST + timedelta(days=nights)
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(days))
    lengths = [(b - a).days + 1 for a, b in days]
    assert min(lengths) >= 1
    if nights >= 9:
        assert lengths[2] - 1 < lengths[0]  # the town for two days gets less than that for four


def test_fewer_nights_than_towns_are_refused_with_a_way_on() -> None:
    with pytest.raises(Rejected, match="Give me 4 days or more"):
        stages.spans((LISBON, PORTO, FARO), FIRST, FIRST + timedelta(days=2))


# --- the way between -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "mode", "hours"),
    [
        (LISBON, PORTO, "ground", (3, 6)),
        (LISBON, MADRID, "flight", (5, 7)),
        (LISBON, FUNCHAL, "flight", (5, 8)),
        (town("ibiza", 38.91, 1.43, kind="island"), town("javea", 38.79, 0.17), "ferry", (2, 5)),
    ],
)
def test_how_one_gets_to_the_next_town(
    a: Destination, b: Destination, mode: str, hours: tuple[int, int]
) -> None:
    way = stages.transfer(a, b, FIRST, Pace.NORMAL, 2)

    took = (way.arrive_at - way.depart_at).total_seconds() / 3600
    assert way.mode == mode
    assert hours[0] <= took <= hours[1]
    assert way.cost is not None and way.cost.amount > 0
    assert way.source.confidence == "estimate"
    assert way.depart_at.date() == way.arrive_at.date() == FIRST


def test_towns_a_day_apart_are_two_trips() -> None:
    with pytest.raises(Rejected, match="too far apart"):
        stages.transfer(LISBON, TOKYO, FIRST, Pace.NORMAL, 2)


# --- plans -----------------------------------------------------------------------------------

TOWNS = (LISBON, MADRID)


def problems(seed: int, nights: int = 5) -> tuple[list[Problem], list[Transfer]]:
    days = stages.spans(TOWNS, FIRST, FIRST + timedelta(days=nights))
    ways = [stages.transfer(LISBON, MADRID, days[1][0], Pace.NORMAL, 2)]
    found = []
    for n, (place, (first, last)) in enumerate(zip(TOWNS, days, strict=True)):
        length = (last - first).days + 1
        asked = random_problem(seed * 7 + n, count=18, length=length)
        shift = first - asked.days[0]
        sights = {}
        for s in asked.sights.values():
            hours = s.hours and {day + shift: open_ for day, open_ in s.hours.items()}
            sights[f"{place.id}/{s.id}"] = s.model_copy(
                update={"hours": hours, "id": f"{place.id}/{s.id}"}
            )
        renamed = {id.partition("/")[2]: id for id in sights} | {"anchor": "anchor"}
        found.append(
            replace(
                asked,
                destination=place.model_copy(update={"center": asked.anchor}),
                days=tuple(day + shift for day in asked.days),
                sights=sights,
                legs={(renamed[a], renamed[b]): leg for (a, b), leg in asked.legs.items()},
                interest={},
                weather={},
                comes_by=ways[0] if n else None,
            )
        )
    return found, ways


def joined(asked: Sequence[Problem], ways: Sequence[Transfer]) -> Plan:
    plans = [build(each, iterations=5) for each in asked]
    rates = {"EUR": Decimal(1)}
    return stages.join(plans, ways, stages.joined_budget(plans, rates, "EUR", None))


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_over_two_towns_and_zones_passes_the_check(seed: int) -> None:
    asked, ways = problems(seed)

    plan = joined(asked, ways)

    assert verify_trip(plan, asked, {"EUR": Decimal(1)}) == []
    assert [t.destination_id for t in plan.towns] == ["lisbon", "madrid"]
    zones = [str(day.stops[0].start.tzinfo) for day in plan.days]
    assert zones == sorted(zones, key=["Europe/Lisbon", "Europe/Madrid"].index)
    assert len(set(zones)) == 2
    moved = next(d for d in plan.days if d.day == plan.stages[1].first)
    assert moved.stops[0].kind is StopKind.ARRIVAL
    assert all(s.start >= ways[0].arrive_at for s in moved.stops[1:])


def test_taking_apart_gives_back_what_was_put_together() -> None:
    asked, ways = problems(3)
    plans = [build(each, iterations=5) for each in asked]

    parts = stages.split(stages.join(plans, ways, None))

    assert [p.days for p in parts] == [p.days for p in plans]
    assert [p.budget for p in parts] == [p.budget for p in plans]
    assert [p.timezone for p in parts] == ["Europe/Lisbon", "Europe/Madrid"]


def planted(plan: Plan, fault: str) -> Plan:
    first, second = plan.stages
    assert second.comes_by is not None and plan.budget is not None
    late = second.comes_by.model_copy(update={"depart_at": second.comes_by.arrive_at})
    changes: dict[str, dict[str, object]] = {
        "other way": {"stages": (first, second.model_copy(update={"comes_by": late}))},
        "no way": {"stages": (first, second.model_copy(update={"comes_by": None}))},
        "a town less": {"stages": (first,)},
        "days twice": {
            "stages": (first.model_copy(update={"last": first.last + timedelta(1)}), second)
        },
        "a day left out": {"days": plan.days[:1] + plan.days[2:]},
        "sum": {"budget": plan.budget.model_copy(update={"total": plan.budget.total + 9})},
        "over": {"budget": plan.budget.model_copy(update={"limit": plan.budget.total - 1})},
        "zone": {
            "stages": (first, second.model_copy(update={"timezone": "Europe/Lisbon"}))
        },
        "too cheap": {
            "budget": plan.budget.model_copy(
                update={"lines": (("all", Decimal(1)),), "total": Decimal(1)}
            )
        },
    }  # fmt: skip
    return plan.model_copy(update=changes[fault])


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("other way", Kind.WRONG_LEG),
        ("no way", Kind.WRONG_LEG),
        ("a town less", Kind.WRONG_FACT),
        ("days twice", Kind.WRONG_DATE),
        ("a day left out", Kind.WRONG_DATE),
        ("sum", Kind.BUDGET_SUM),
        ("over", Kind.OVER_BUDGET),
        ("zone", Kind.WRONG_ZONE),
        ("too cheap", Kind.BUDGET_SUM),
    ],
)
def test_what_is_wrong_between_towns_is_found(fault: str, kind: Kind) -> None:
    for seed in range(4):
        asked, ways = problems(seed)
        plan = planted(joined(asked, ways), fault)

        assert kind in {v.kind for v in verify_trip(plan, asked, {"EUR": Decimal(1)})}


def test_leaving_before_the_last_stop_is_over_is_found() -> None:
    asked, ways = problems(2)
    plan = joined(asked, ways)
    early = ways[0].model_copy(update={"depart_at": plan.days[1].stops[0].start})
    stage = plan.stages[1].model_copy(update={"comes_by": early})
    faulty = plan.model_copy(update={"stages": (plan.stages[0], stage)})
    told = [asked[0], replace(asked[1], comes_by=early)]

    assert Kind.IMPOSSIBLE_TRANSFER in {v.kind for v in verify_trip(faulty, told)}


def test_the_parts_of_a_trip_are_one_trip_by_default() -> None:
    assert (Part().first, Part().last, Part().comes_by) == (True, True, None)


# --- told in a chat --------------------------------------------------------------------------

BOTH = "plan Lisbon and Porto 15-22 April 2027, two of us from Berlin, 3000 EUR with flights"


async def test_two_towns_become_one_plan_with_a_way_between(world: World) -> None:
    plan = await world.says(BOTH)

    assert "**Lisbon and Porto, Thu 15 – Thu 22 Apr 2027**" in plan.text
    assert "By train, bus or car from Lisbon" in plan.text
    assert len(plan.days) == 8
    assert "transfer between towns" in plan.text and "flights" in plan.text


async def test_a_change_is_about_the_town_that_has_the_stop(world: World) -> None:
    before = await world.says(BOTH)
    after = await world.says("drop the Clérigos tower")

    assert "Porto: Dropped: Clérigos" in after.text
    assert before.days[:4] == after.days[:4]


async def test_days_of_two_towns_do_not_change_places(world: World) -> None:
    await world.says(BOTH)
    answer = await world.says("swap day 2 and 7")

    assert "different towns" in answer.text


async def test_on_the_way_the_town_of_the_day_is_meant(world: World) -> None:
    await world.says(BOTH)
    world.clock.strikes("2027-04-21 10:00")

    answer = await world.says("what's next?")

    assert "in Porto" in answer.text


async def test_undo_brings_both_towns_back(world: World) -> None:
    before = await world.says(BOTH)
    await world.says("slower")
    undone = await world.says("undo")

    assert undone.days == before.days or before.days[0] in undone.text
