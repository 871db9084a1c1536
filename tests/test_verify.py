"""The verifier sees every planted fault, and says nothing about a sound plan."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from core.itinerary import verify_day
from core.itinerary.build import build
from core.itinerary.problem import Problem
from core.itinerary.verify import Kind, verify
from core.travel import Leg, OpenInterval, Point
from core.trips import Day, Plan, Stop, StopKind
from core.wishes import Pace
from tests.town import SOURCE, problem, random_problem, sight

Case = tuple[Plan, Problem]
SEEDS = range(60)


@cache
def case(seed: int) -> Case:
    asked = random_problem(
        seed,
        count=14 + seed % 12,
        length=(1, 3, 5)[seed % 3],
        pace=tuple(Pace)[seed % 3 - seed // 3 % 3],
        flights=seed % 2 == 0,
        children=(5, 9) if seed % 4 == 0 else (),
    )
    return build(asked, iterations=4), asked


def changed(plan: Plan, stop: Stop, **update: object) -> Plan:
    """The plan with one stop changed."""
    days = []
    for day in plan.days:
        stops = tuple(s.model_copy(update=update) if s.id == stop.id else s for s in day.stops)
        days.append(day.model_copy(update={"stops": stops}))
    return plan.model_copy(update={"days": tuple(days)})


def with_stops(plan: Plan, day: Day, stops: tuple[Stop, ...]) -> Plan:
    days = [d.model_copy(update={"stops": stops}) if d is day else d for d in plan.days]
    return plan.model_copy(update={"days": tuple(days)})


def with_hours(asked: Problem, stop: Stop, *intervals: tuple[int, int]) -> Problem:
    old = asked.sights[stop.sight_id]
    day = stop.start.date()
    hours = {day: tuple(OpenInterval(start=a, end=b) for a, b in intervals)}
    known = {
        **(old.hours or dict.fromkeys(asked.days, (OpenInterval(start=0, end=1440),))),
        **hours,
    }
    new = old.model_copy(update={"hours": known})
    return replace(asked, sights={**asked.sights, new.id: new})


def minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def first_visit(plan: Plan) -> Stop:
    return plan.visits()[0]


def neighbours(plan: Plan, *, apart: bool = False) -> tuple[Stop, Stop]:
    """Two stops in a row of one day; `apart`: with a way between them."""
    for day in plan.days:
        for a, b in zip(day.stops, day.stops[1:], strict=False):
            way = b.leg.minutes if b.leg else 0
            if b.kind is StopKind.VISIT and (way > 3 or not apart):
                return a, b
    raise AssertionError("no two stops in a row")


def full_day(plan: Plan, asked: Problem) -> Day | None:
    """A day that a flight does not cut, so that both meals are due."""
    flown = {t.date() for t in (asked.landing, asked.takeoff) if t}
    return next((day for day in plan.days if day.day not in flown), None)


# One function per fault of the list: the faulty case, or None when the case has no place for it.
Fault = Callable[[Plan, Problem], Case | None]


def closed_day(plan: Plan, asked: Problem) -> Case:
    return plan, with_hours(asked, first_visit(plan))


def last_entry(plan: Plan, asked: Problem) -> Case:
    """Closes a quarter of an hour after the visit began and would have to last until then."""
    stop = first_visit(plan)
    return plan, with_hours(asked, stop, (0, minute(stop.start) + 15))


def overlap(plan: Plan, asked: Problem) -> Case:
    a, b = neighbours(plan)
    early = a.end - timedelta(minutes=10)
    return changed(plan, b, start=early, end=early + (b.end - b.start)), asked


def impossible_transfer(plan: Plan, asked: Problem) -> Case:
    """The two places are three hours apart."""
    a, b = neighbours(plan)
    far = Leg(minutes=180, km=90, mode="drive")
    here = a.sight_id
    if not here:
        places = {s.point: s.id for s in asked.sights.values()}
        here = places.get(a.point, "anchor")
    legs = {**asked.legs, (here, b.sight_id): far}
    return changed(plan, b, leg=far), replace(asked, legs=legs)


def wrong_weekday(plan: Plan, asked: Problem) -> Case:
    days = (plan.days[0].model_copy(update={"weekday": "Xyz"}), *plan.days[1:])
    return plan.model_copy(update={"days": days}), asked


def wrong_zone(plan: Plan, asked: Problem) -> Case:
    stop = first_visit(plan)
    from zoneinfo import ZoneInfo

    there = ZoneInfo("Asia/Tokyo")
    moved = {"start": stop.start.replace(tzinfo=there), "end": stop.end.replace(tzinfo=there)}
    return changed(plan, stop, **moved), asked


def unknown_id(plan: Plan, asked: Problem) -> Case:
    return changed(plan, first_visit(plan), sight_id="town/invented"), asked


def missing_meal(plan: Plan, asked: Problem) -> Case | None:
    day = full_day(plan, asked)
    if day is None:
        return None
    stops = tuple(stop for stop in day.stops if stop.kind is not StopKind.DINNER)
    return with_stops(plan, day, stops), asked


def over_budget(plan: Plan, asked: Problem) -> Case:
    assert plan.budget is not None
    limit = plan.budget.total - 1
    budget = plan.budget.model_copy(update={"limit": limit})
    return plan.model_copy(update={"budget": budget}), replace(asked, budget=limit)


def before_landing(plan: Plan, asked: Problem) -> Case:
    stop = plan.days[0].stops[0]
    visit = next((s for s in plan.days[0].stops if s.kind is not StopKind.ARRIVAL), stop)
    return plan, replace(asked, landing=visit.start - timedelta(minutes=20))


def after_takeoff(plan: Plan, asked: Problem) -> Case:
    last = [s for day in plan.days for s in day.stops if s.kind is not StopKind.DEPARTURE][-1]
    return plan, replace(asked, takeoff=last.end + timedelta(minutes=20))


def duplicate(plan: Plan, asked: Problem) -> Case | None:
    visits = plan.visits()
    if len(visits) < 2:
        return None
    a, b = visits[0], visits[-1]
    same = {"id": b.id + "-again", "sight_id": a.sight_id, "title": a.title, "point": a.point}
    return changed(plan, b, **same), asked


FAULTS: dict[Fault, set[Kind]] = {
    closed_day: {Kind.CLOSED_DAY},
    last_entry: {Kind.LAST_ENTRY},
    overlap: {Kind.OVERLAP},
    impossible_transfer: {Kind.IMPOSSIBLE_TRANSFER},
    wrong_weekday: {Kind.WRONG_WEEKDAY},
    wrong_zone: {Kind.WRONG_ZONE},
    unknown_id: {Kind.UNKNOWN_ID},
    missing_meal: {Kind.MISSING_MEAL},
    over_budget: {Kind.OVER_BUDGET},
    before_landing: {Kind.BEFORE_LANDING},
    after_takeoff: {Kind.AFTER_TAKEOFF},
    duplicate: {Kind.DUPLICATE},
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sound_plan_raises_no_alarm(seed: int) -> None:
    assert verify(*case(seed)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_planted_fault_is_found_by_its_name(seed: int, fault: Fault) -> None:
    planted = fault(*case(seed))
    if planted is None:
        pytest.skip("this town has no place for the fault")

    assert FAULTS[fault] <= {violation.kind for violation in verify(*planted)}


def test_nearly_every_town_has_a_place_for_every_fault() -> None:
    for fault in FAULTS:
        assert sum(fault(*case(seed)) is not None for seed in SEEDS) >= 45, fault.__name__


# --- the other kinds -------------------------------------------------------------------------


def kinds(plan: Plan, asked: Problem) -> set[Kind]:
    return {violation.kind for violation in verify(plan, asked)}


def test_the_verifier_shares_no_code_with_the_optimizer() -> None:
    folder = Path(verify_day.__file__).parent
    allowed = {"problem", "verify_day", "violations"}
    for name in ("verify", "verify_day", "violations"):
        tree = ast.parse((folder / f"{name}.py").read_text())
        modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        near = {m.removeprefix("core.itinerary.") for m in modules if "core.itinerary" in m}

        assert near <= allowed


def test_a_sight_that_closes_during_the_visit() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)
    assert Kind.CLOSES_EARLY in kinds(
        plan, with_hours(asked, stop, (0, minute(stop.end) - 1))
    ) | kinds(plan, with_hours(asked, stop, (minute(stop.start) + 1, 1440)))


def test_a_split_opening_does_not_cover_a_visit_over_the_break() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)
    middle = (minute(stop.start) + minute(stop.end)) // 2

    assert kinds(plan, with_hours(asked, stop, (0, middle), (middle + 1, 1440)))


def test_unknown_hours_need_a_note() -> None:
    days = random_problem(0, length=1).days
    asked = problem([sight("garden", days, hours=None)], days)
    plan = build(asked)

    assert kinds(changed(plan, first_visit(plan), checks=()), asked) == {Kind.UNCHECKED_HOURS}


def test_a_naive_time_is_named_and_nothing_falls_over() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)
    naive = stop.start.replace(tzinfo=None)

    assert Kind.NAIVE_TIME in kinds(changed(plan, stop, start=naive), asked)


def test_a_stop_on_another_date_than_its_day() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)
    later = {"start": stop.start + timedelta(days=1), "end": stop.end + timedelta(days=1)}

    assert Kind.WRONG_DATE in kinds(changed(plan, stop, **later), asked)


def test_days_that_are_not_the_days_of_the_trip() -> None:
    plan, asked = case(1)
    days = tuple(day + timedelta(days=1) for day in asked.days)

    assert Kind.WRONG_DATE in kinds(plan, replace(asked, days=days))


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"title": "Another name"}, Kind.WRONG_FACT),
        ({"point": Point(lat=0, lon=0)}, Kind.WRONG_FACT),
        ({"cost": None}, Kind.WRONG_FACT),
        ({"source": SOURCE.model_copy(update={"name": "Hearsay"})}, Kind.UNKNOWN_SOURCE),
        ({"leg": Leg(minutes=1, km=0.1, mode="walk")}, Kind.WRONG_LEG),
        ({"leg": None}, Kind.WRONG_LEG),
    ],
)
def test_what_the_source_does_not_say(update: dict[str, object], kind: Kind) -> None:
    plan, asked = case(1)
    paid = next(
        s for s in plan.visits() if s.cost and s.cost.amount and s.leg and s.leg.minutes > 1
    )

    assert kind in kinds(changed(plan, paid, **update), asked)


def test_a_must_that_was_forgotten_and_a_sight_that_was_refused() -> None:
    plan, asked = case(1)
    planned = {stop.sight_id for stop in plan.visits()}
    other = next(id for id in asked.sights if id not in planned)
    refused = {**asked.interest, first_visit(plan).sight_id: 0.0}

    assert kinds(plan, replace(asked, musts=frozenset({other}))) == {Kind.MISSING_MUST}
    assert Kind.REFUSED in kinds(plan, replace(asked, interest=refused))


def test_too_many_visits_and_hours_for_the_pace() -> None:
    packed = random_problem(3, count=24, length=2, pace=Pace.PACKED)
    plan = build(packed, iterations=5)

    assert Kind.PACE in kinds(plan, replace(packed, pace=Pace.RELAXED))


def test_a_walk_that_is_longer_than_wanted() -> None:
    plan, asked = case(1)

    walks = [s.leg.km for day in plan.days for s in day.stops if s.leg and s.leg.mode == "walk"]
    limited = replace(asked, max_walk_km=max(walks) / 2)

    assert (Kind.WALK_TOO_LONG in kinds(plan, limited)) is (max(walks) > 0)


def test_a_budget_whose_lines_do_not_add_up() -> None:
    plan, asked = case(1)
    assert plan.budget is not None
    (name, amount), *rest = plan.budget.lines
    for update in (
        {"lines": ((name, amount + 1), *rest)},
        {"total": plan.budget.total + 5},
        {"currency": "USD"},
    ):
        budget = plan.budget.model_copy(update=update)
        assert Kind.BUDGET_SUM in kinds(plan.model_copy(update={"budget": budget}), asked)


def test_a_limit_without_a_budget_in_the_plan() -> None:
    plan, asked = case(1)
    bare = plan.model_copy(update={"budget": None})

    assert kinds(bare, asked) == set()
    assert Kind.BUDGET_SUM in kinds(bare, replace(asked, budget=Decimal(10**6)))


def test_a_swap_has_to_work_in_the_same_slot() -> None:
    found = [c for c in map(case, SEEDS) if any(s.swap_sight_id for s in c[0].visits())]
    assert len(found) >= 10
    for plan, asked in found:
        stop = next(s for s in plan.visits() if s.swap_sight_id)
        closed = with_hours(asked, stop.model_copy(update={"sight_id": stop.swap_sight_id}))

        assert kinds(plan, closed) == {Kind.BAD_SWAP}
        for other in ("town/invented", stop.sight_id):
            assert kinds(changed(plan, stop, swap_sight_id=other), asked) == {Kind.BAD_SWAP}


def test_a_visit_that_is_shorter_than_it_takes() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)

    short = changed(plan, stop, end=stop.end - timedelta(minutes=20))
    assert Kind.TOO_SHORT in kinds(short, asked)
