"""Sound plans of generated towns, and twelve faults to plant into them.

A fault gives back the faulty case, or None when the plan has no place for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from core.itinerary.build import build
from core.itinerary.problem import Problem
from core.itinerary.verify import Kind
from core.travel import Leg, OpenInterval
from core.trips import Day, Plan, Stop, StopKind
from core.wishes import Pace
from tests.town import random_problem

Case = tuple[Plan, Problem]
PLANS = range(500)


@cache
def case(seed: int) -> Case:
    """A plan for a town of its own: 2 to 5 days, every pace, half of them with flights."""
    asked = random_problem(
        seed,
        count=14 + seed % 12,
        length=(3, 2, 5, 4)[seed % 4] if seed % 2 else (3, 5)[seed // 2 % 2],
        pace=tuple(Pace)[seed % 3 - seed // 3 % 3],
        flights=seed % 2 == 0,
        children=(5, 9) if seed % 4 == 0 else (),
    )
    return build(asked, iterations=0), asked


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
    """The way between two stops takes half an hour longer than there is."""
    a, b = neighbours(plan)
    there_is = round((b.start - a.end).total_seconds() / 60)
    far = Leg(minutes=there_is + 30, km=90, mode="drive")
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
