"""Building plans: every generated town gives a plan the verifier passes, the same one each time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.itinerary.build import build, iterations_for, score
from core.itinerary.problem import Impossible, Problem
from core.itinerary.search import Search
from core.itinerary.tables import Tables
from core.itinerary.verify import verify
from core.itinerary.violations import Kind
from core.travel import Event, EventKind, OpenInterval, Point
from core.trips import Plan, Stop, StopKind
from core.wishes import Pace
from tests.town import (
    ANCHOR,
    FIRST,
    SOURCE,
    days_from,
    euros,
    local,
    problem,
    random_problem,
    sight,
    weather,
)

DAYS = days_from(FIRST, 3)


def towns() -> list[Any]:
    return list(_towns())


def _towns() -> Iterator[Any]:
    """1, 3, 5, 7 days x paces x flights x children, each town another one."""
    seed = 0
    for length in (1, 3, 5, 7):
        for pace in Pace:
            for flights in (False, True):
                for children in ((), (4, 9), (2,)):
                    seed += 1
                    town = {
                        "length": length,
                        "pace": pace,
                        "flights": flights,
                        "children": children,
                    }
                    yield pytest.param(seed, town, id=f"{length}-{pace}-{flights}-{len(children)}")


def stops(plan: Plan, kind: StopKind) -> list[Stop]:
    return [stop for day in plan.days for stop in day.stops if stop.kind is kind]


def minute(stop: Stop) -> int:
    return stop.start.hour * 60 + stop.start.minute


@pytest.mark.parametrize(("seed", "town"), towns())
def test_every_town_gives_a_plan_without_a_violation(seed: int, town: dict[str, Any]) -> None:
    asked = random_problem(seed, count=10 + seed % 20, **town)

    plan = build(asked, iterations=25)

    assert verify(plan, asked) == []
    assert plan.visits()


@pytest.mark.parametrize("seed", range(12))
def test_a_limit_is_kept_when_there_is_one(seed: int) -> None:
    asked = random_problem(seed, length=3, flights=seed % 2 == 0, children=(3, 10))
    free = build(asked, iterations=10)
    assert free.budget is not None
    meals = dict(free.budget.lines)["meals (estimate)"]
    tight = replace(asked, budget=(meals + (free.budget.total - meals) / 2).quantize(Decimal(1)))

    plan = build(tight, iterations=20)

    assert verify(plan, tight) == []
    assert plan.budget is not None
    assert plan.budget.total <= (tight.budget or 0)


def test_the_same_problem_gives_the_same_bytes_in_any_process() -> None:
    asked = random_problem(7, length=4, flights=True)
    here = hashlib.sha256(build(asked, iterations=30).model_dump_json().encode()).hexdigest()
    again = hashlib.sha256(build(asked, iterations=30).model_dump_json().encode()).hexdigest()
    code = (
        "import hashlib; from tests.town import random_problem; "
        "from core.itinerary.build import build; "
        "plan = build(random_problem(7, length=4, flights=True), iterations=30); "
        "print(hashlib.sha256(plan.model_dump_json().encode()).hexdigest())"
    )
    others = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "4242")
    }

    assert again == here
    assert others == {here}


def test_searching_longer_is_never_worse_than_inserting_once() -> None:
    for seed in range(5):
        asked = random_problem(seed, length=3)
        assert score(build(asked, iterations=60), asked) >= score(build(asked, iterations=0), asked)


def test_the_score_of_the_plan_is_what_the_search_counted() -> None:
    for seed in range(10):
        asked = random_problem(seed, length=3, flights=seed % 2 == 0)
        search = Search(Tables(asked))

        counted = search.points(search.run(10))

        assert score(build(asked, iterations=10), asked) == pytest.approx(counted, abs=1e-5)


def test_a_bigger_problem_gets_fewer_iterations_than_it_would_like() -> None:
    small, big = random_problem(1, count=10, length=2), random_problem(1, count=120, length=10)

    assert iterations_for(small) == 10 + 20 * 3 // 2
    assert iterations_for(big) == 90_000 // 1200


def test_what_is_asked_for_is_in_the_plan_even_when_it_is_worth_little() -> None:
    asked = random_problem(5, count=30, length=2)
    least = [s.id for s in asked.sights.values() if s.rank >= 4 and s.category == "museum"][:2]
    asked = replace(asked, musts=frozenset(least))

    plan = build(asked)

    assert set(least) <= {stop.sight_id for stop in plan.visits()}
    assert verify(plan, asked) == []


def test_outdoor_sights_go_to_the_dry_day() -> None:
    park = sight("park", DAYS[:2], category="park", indoor=False, setting="outdoor")
    museum = sight("museum", DAYS[:2])
    asked = problem([park, museum], DAYS[:2], pace=Pace.RELAXED)
    for wet, dry in (DAYS[:2], DAYS[1::-1]):
        forecast = {wet: weather(wet, rain=True), dry: weather(dry, rain=False)}

        plan = build(replace(asked, weather=forecast))

        [day] = [d.day for d in plan.days for s in d.stops if s.title == "Park"]
        assert day == dry


def test_an_outdoor_stop_knows_an_indoor_sight_for_the_same_time() -> None:
    """The museum is not worth a place in a full day, and stands in when it rains."""
    days = DAYS[:1]
    parks = [
        sight(f"park-{n}", days, category="park", indoor=False, setting="outdoor", rank=1)
        for n in range(4)
    ]
    asked = problem([*parks, sight("museum", days, rank=5)], days, pace=Pace.RELAXED)

    plan = build(asked)

    assert {stop.category for stop in plan.visits()} == {"park"}
    assert "town/museum" in {stop.swap_sight_id for stop in plan.visits()}
    assert verify(plan, asked) == []


def test_a_sight_in_its_best_time_of_the_day() -> None:
    view = sight("view", DAYS[:1], category="viewpoint", best_time=("sunset",), visit_min=30)
    others = [sight(f"museum-{n}", DAYS[:1], visit_min=90) for n in range(3)]
    asked = problem([view, *others], DAYS[:1])

    plan = build(asked)

    assert plan.visits()[-1].title == "View"


def test_unknown_hours_are_planned_in_daylight_and_marked() -> None:
    asked = problem([sight("garden", DAYS, hours=None)], DAYS)

    [stop] = build(asked).visits()

    assert stop.checks
    assert 9 * 60 + 30 <= minute(stop) <= 16 * 60


def test_uncertain_hours_are_marked() -> None:
    [stop] = build(problem([sight("garden", DAYS, hours_confidence="low")], DAYS)).visits()

    assert any("Check hours" in check for check in stop.checks)


def test_arrival_and_departure_frame_the_trip() -> None:
    asked = replace(
        problem([sight(f"m-{n}", DAYS) for n in range(12)], DAYS),
        landing=local(DAYS[0], 12),
        takeoff=local(DAYS[2], 18),
        transfer_min=30,
    )

    plan = build(asked)
    [arrival], [departure] = stops(plan, StopKind.ARRIVAL), stops(plan, StopKind.DEPARTURE)

    assert (arrival.start, arrival.end) == (local(DAYS[0], 12), local(DAYS[0], 14))
    assert (departure.start, departure.end) == (local(DAYS[2], 14, 30), local(DAYS[2], 18))
    assert plan.days[0].stops[0] is arrival
    assert plan.days[-1].stops[-1] is departure
    assert [s.kind for s in plan.days[0].stops].count(StopKind.LUNCH) == 0
    assert verify(plan, asked) == []


def test_a_flight_in_the_night_touches_the_days_it_should() -> None:
    """Landing at 23:30 ends after midnight; a 06:00 take-off means leaving at 02:15."""
    asked = replace(
        problem([sight(f"m-{n}", DAYS) for n in range(12)], DAYS),
        landing=local(DAYS[0], 23, 30),
        takeoff=local(DAYS[2], 6),
    )

    plan = build(asked)

    assert [s.kind for s in plan.days[0].stops] == [StopKind.ARRIVAL]
    assert [s.kind for s in plan.days[2].stops] == [StopKind.DEPARTURE]
    assert verify(plan, asked) == []


def test_meals_of_a_full_day_are_there_and_close_by() -> None:
    plan = build(random_problem(9, length=2, pace=Pace.RELAXED))

    for day in plan.days:
        kinds = [stop.kind for stop in day.stops]
        assert kinds.count(StopKind.DINNER) == 1
        for before, meal in zip(day.stops, day.stops[1:], strict=False):
            if meal.kind in (StopKind.LUNCH, StopKind.DINNER) and before.category != "daytrip":
                assert meal.point == before.point


def test_a_day_trip_can_hold_the_lunch_and_dinner_is_back_in_town() -> None:
    away = Point(lat=ANCHOR.lat + 0.25, lon=ANCHOR.lon)
    trip = sight("castle", DAYS[:1], category="daytrip", point=away, visit_min=300, indoor=False)

    plan = build(problem([trip], DAYS[:1]))
    [visit], [dinner] = plan.visits(), stops(plan, StopKind.DINNER)

    assert dinner.point == ANCHOR
    assert dinner.leg is not None
    assert dinner.leg.minutes > 30
    assert stops(plan, StopKind.LUNCH) or "lunch" in " ".join(visit.checks)


def test_music_in_the_evening_follows_dinner() -> None:
    hours = dict.fromkeys(DAYS[:1], (OpenInterval(start=20 * 60, end=26 * 60),))
    fado = sight("fado", DAYS[:1], category="nightlife", hours=hours, visit_min=90)
    asked = problem([fado], DAYS[:1], pace=Pace.RELAXED)

    plan = build(asked)

    assert [s.kind for s in plan.days[0].stops][-2:] == [StopKind.DINNER, StopKind.VISIT]
    assert verify(plan, asked) == []


def test_no_walk_is_longer_than_the_traveller_wants() -> None:
    asked = replace(random_problem(4, length=3), max_walk_km=0.6)

    plan = build(asked)

    assert verify(plan, asked) == []
    assert all(
        stop.leg is None or stop.leg.mode != "walk" or stop.leg.km <= 0.6
        for day in plan.days
        for stop in day.stops
    )


def test_children_under_six_pay_no_ticket_and_eat() -> None:
    asked = replace(problem([sight("zoo", DAYS[:1])], DAYS[:1]), children=(3, 8))

    plan = build(asked)

    assert plan.visits()[0].cost == euros(30)
    assert stops(plan, StopKind.DINNER)[0].cost == euros(60)


def test_step_free_travellers_are_told_to_ask() -> None:
    asked = replace(problem([sight("zoo", DAYS[:1])], DAYS[:1]), step_free=True)

    [stop] = build(asked).visits()

    assert "Ask about step-free access." in stop.checks


def test_nothing_open_gives_free_days_with_meals() -> None:
    closed = dict.fromkeys(DAYS, ())
    asked = problem([sight("zoo", DAYS, hours=closed)], DAYS)

    plan = build(asked)

    assert plan.visits() == []
    assert len(stops(plan, StopKind.LUNCH)) == len(stops(plan, StopKind.DINNER)) == 3
    assert verify(plan, asked) == []


def test_the_day_the_clocks_change_is_a_day_like_others() -> None:
    """Lisbon moves its clocks on 31 March 2030."""
    days = days_from(FIRST.replace(month=3, day=30), 3)
    asked = replace(
        problem([sight(f"m-{n}", days) for n in range(12)], days),
        landing=local(days[1], 0, 30),
        takeoff=local(days[2], 12),
    )

    plan = build(asked)

    assert verify(plan, asked) == []
    assert {stop.start.utcoffset() for stop in plan.days[2].stops} == {timedelta(hours=1)}


def reasons(asked: Problem) -> str:
    with pytest.raises(Impossible) as error:
        build(asked, iterations=5)
    return " ".join(error.value.reasons)


def test_a_must_that_is_closed_all_days_is_impossible_and_says_so() -> None:
    zoo = sight("zoo", DAYS, hours=dict.fromkeys(DAYS, ()))
    asked = replace(problem([zoo], DAYS), musts=frozenset({"town/zoo"}))

    assert reasons(asked) == ("Zoo is closed on every day of the trip (Thu 11 Apr to Sat 13 Apr).")


def test_a_budget_below_the_meals_is_impossible_and_says_what_they_cost() -> None:
    asked = replace(problem([sight("zoo", DAYS)], DAYS), budget=Decimal(50))

    assert "meals alone come to about 180 EUR" in reasons(asked)


def test_musts_that_are_too_dear_are_impossible() -> None:
    zoo = sight("zoo", DAYS, ticket=euros(400))
    asked = replace(problem([zoo], DAYS), musts=frozenset({"town/zoo"}), budget=Decimal(300))

    assert "too small" in reasons(asked)


def test_more_musts_than_places_are_impossible() -> None:
    zoos = [sight(f"zoo-{n}", DAYS[:1]) for n in range(5)]
    asked = replace(problem(zoos, DAYS[:1], pace=Pace.RELAXED), musts=frozenset(z.id for z in zoos))

    assert "at most 4" in reasons(asked)


def test_a_must_nobody_knows_is_impossible() -> None:
    asked = replace(problem([sight("zoo", DAYS)], DAYS), musts=frozenset({"town/opera"}))

    assert "town/opera" in reasons(asked)


def test_a_take_off_before_the_landing_leaves_no_plan() -> None:
    asked = replace(
        problem([sight("zoo", DAYS[:1])], DAYS[:1]),
        landing=local(DAYS[0], 14),
        takeoff=local(DAYS[0], 16),
    )

    assert "no time" in reasons(asked)


def test_ids_are_derived_from_what_the_stop_is() -> None:
    plan = build(problem([sight("zoo", DAYS[:1])], DAYS[:1]))

    assert [stop.id for stop in plan.days[0].stops] == [
        "stop-town/zoo",
        "lunch-town-1",
        "dinner-town-1",
    ]


def test_a_plan_survives_the_way_through_json() -> None:
    asked = random_problem(6, length=2, flights=True)
    plan = build(asked)

    assert verify(Plan.model_validate_json(plan.model_dump_json()), asked) == []


def test_no_day_is_left_empty_while_another_is_full() -> None:
    """Ten sights in one quarter, all open every day, would fit into two of the five days."""
    days = days_from(DAYS[0], 5)
    kinds = ("museum", "park", "church", "market", "viewpoint")
    sights = [
        sight(f"sight-{n}", days, category=kinds[n % 5], area="old-town", visit_min=45)
        for n in range(10)
    ]

    plan = build(problem(sights, days))

    assert [len([s for s in day.stops if s.sight_id]) for day in plan.days] == [2, 2, 2, 2, 2]
    assert verify(plan, problem(sights, days)) == []


def test_on_a_public_holiday_hours_by_the_clock_are_marked_and_the_verifier_wants_that() -> None:
    holiday = Event(
        source=SOURCE, id="h", name="Christmas", kind=EventKind.HOLIDAY, first=FIRST, last=FIRST
    )
    always = dict.fromkeys(DAYS, (OpenInterval(start=0, end=1440),))
    square = sight("square", DAYS[:1], category="landmark", hours=always, visit_min=30)
    asked = replace(problem([sight("museum", DAYS[:1]), square], DAYS[:1]), events=(holiday,))

    plan = build(asked)

    unsure = {stop.title: stop.hours_unsure for stop in plan.visits()}
    assert unsure == {"Museum": True, "Square": False}
    assert verify(plan, asked) == []
    silent = [
        s.model_copy(update={"checks": ("Ask about step-free access.",)})
        for s in plan.days[0].stops
    ]
    mute = plan.model_copy(
        update={"days": (plan.days[0].model_copy(update={"stops": tuple(silent)}),)}
    )
    assert {v.kind for v in verify(mute, asked)} == {Kind.UNCHECKED_HOURS}
