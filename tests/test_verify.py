"""The verifier sees every planted fault, and says nothing about a sound plan."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.itinerary import verify_day
from core.itinerary.build import build
from core.itinerary.problem import Problem
from core.itinerary.verify import Kind, verify
from core.travel import Leg, Point
from core.trips import Plan
from core.wishes import Pace
from tests.planted import FAULTS, PLANS, Fault, case, changed, first_visit, minute, with_hours
from tests.town import SOURCE, problem, random_problem, sight


def test_five_hundred_sound_plans_raise_no_alarm() -> None:
    assert {seed: found for seed in PLANS if (found := verify(*case(seed)))} == {}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_planted_into_five_hundred_plans_is_found_every_time(fault: Fault) -> None:
    for seed in PLANS:
        planted = fault(*case(seed))
        assert planted is not None, f"town {seed} has no place for it"
        assert FAULTS[fault] <= {v.kind for v in verify(*planted)}, f"missed in town {seed}"


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
    found = [c for c in map(case, range(60)) if any(s.swap_sight_id for s in c[0].visits())]
    assert len(found) >= 10
    for plan, asked in found:
        stop = next(s for s in plan.visits() if s.swap_sight_id)
        closed = with_hours(asked, stop.model_copy(update={"sight_id": stop.swap_sight_id}))

        assert kinds(plan, closed) == {Kind.BAD_SWAP}
        for other in ("town/invented", stop.sight_id):
            assert kinds(changed(plan, stop, swap_sight_id=other), asked) == {Kind.BAD_SWAP}


def test_a_swap_may_leave_out_one_more_outdoor_stop_but_none_that_was_asked_for() -> None:
    rooms = [
        (plan, asked, day, stop, gone)
        for plan, asked in map(case, range(200))
        for day in plan.days
        for stop in day.stops
        if (gone := stop.makes_room(day)[1])
    ]
    assert len(rooms) >= 5
    for plan, asked, day, _, gone in rooms:
        [left] = [s for s in day.stops if s.title == gone]

        assert not left.indoor
        assert kinds(plan, asked) == set()
        insisted = replace(asked, musts=asked.musts | {left.sight_id})
        assert kinds(plan, insisted) == {Kind.BAD_SWAP}


def test_a_visit_that_is_shorter_than_it_takes() -> None:
    plan, asked = case(1)
    stop = first_visit(plan)

    short = changed(plan, stop, end=stop.end - timedelta(minutes=20))
    assert Kind.TOO_SHORT in kinds(short, asked)
