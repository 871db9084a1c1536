"""Recomputes a whole plan from the raw facts and names everything that is wrong with it.

Independent of the optimizer on purpose: it imports nothing that builds plans, so a mistake there
cannot hide here. Only a plan with no violation is ever shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal

from core.itinerary.problem import (
    CAR_SEATS,
    DRIVE_COST_KM,
    FARE_INCLUDES_KM,
    FREE_UNDER_AGE,
    TRANSIT_FARE,
    TRANSIT_FARE_KM,
    Problem,
)
from core.itinerary.verify_day import MEALS, DayCheck
from core.itinerary.violations import Kind, Violation
from core.travel import Leg
from core.trips import WEEKDAYS, Day, Plan, Stop, StopKind, SwapDay
from core.zones import zone_of

__all__ = ["Kind", "Violation", "verify"]

CENT = Decimal("0.01")


def verify(plan: Plan, problem: Problem) -> list[Violation]:
    """Everything that is wrong with `plan`, in the order of its days; empty when it may be sent."""
    found = _frame(plan, problem)
    for day in plan.days:
        if day.weekday != WEEKDAYS[day.day.weekday()]:
            text = f"{day.day} is a {WEEKDAYS[day.day.weekday()]}, not a {day.weekday}."
            found.append(Violation(kind=Kind.WRONG_WEEKDAY, day=day.day, text=text))
        of_day = DayCheck(problem, day.day, day.stops).run()
        found += of_day
        if not of_day:
            found += _swaps(plan, day, problem)
    found += _repeated(plan)
    found += _musts(plan, problem)
    found += _money(plan, problem)
    return found


def _frame(plan: Plan, problem: Problem) -> list[Violation]:
    place, found = problem.destination, []
    if tuple(day.day for day in plan.days) != problem.days:
        found.append(Violation(kind=Kind.WRONG_DATE, text="The days are not the days of the trip."))
    if plan.timezone != place.timezone:
        text = f"The plan is in {plan.timezone}, {place.name} in {place.timezone}."
        found.append(Violation(kind=Kind.WRONG_ZONE, text=text))
    if (plan.destination_id, plan.anchor) != (place.id, problem.anchor):
        found.append(Violation(kind=Kind.WRONG_FACT, text="The plan is for another place."))
    if plan.pace != problem.pace.value:
        found.append(Violation(kind=Kind.PACE, text=f"The pace should be {problem.pace.value}."))
    if plan.party != problem.adults + len(problem.children):
        found.append(Violation(kind=Kind.WRONG_FACT, text="The plan is for another party."))
    return found


def _repeated(plan: Plan) -> list[Violation]:
    found, seen, ids = [], Counter[str](), Counter[str]()
    for day in plan.days:
        for stop in day.stops:
            ids[stop.id] += 1
            if stop.sight_id:
                seen[stop.sight_id] += 1
            if seen[stop.sight_id] > 1 or ids[stop.id] > 1:
                text = f"{stop.title} is in the plan twice."
                kind = Kind.DUPLICATE
                found.append(Violation(kind=kind, stop_id=stop.id, day=day.day, text=text))
    return found


def _musts(plan: Plan, problem: Problem) -> list[Violation]:
    planned = {stop.sight_id for stop in plan.visits()}
    found = []
    for id in sorted((problem.musts | problem.booked.keys()) - planned):
        name = problem.sights[id].name if id in problem.sights else id
        found.append(Violation(kind=Kind.MISSING_MUST, text=f"{name} has to be in the plan."))
    return found


def _swaps(plan: Plan, day: Day, problem: Problem) -> list[Violation]:
    """Each swap is tried out: the days that it changes are checked like any other day."""
    found = []
    for n, stop in enumerate(day.stops):
        if stop.swap_sight_id and (why := _swap_fails(plan, day, n, problem)):
            text = f"The swap for {stop.title} does not work: {why}."
            kind = Kind.BAD_SWAP
            found.append(Violation(kind=kind, stop_id=stop.id, day=day.day, text=text))
    return found


def _swap_fails(plan: Plan, day: Day, n: int, problem: Problem) -> str:
    """Why the swap of stop `n` cannot be; empty when it can."""
    stop = day.stops[n]
    sight = problem.sights.get(stop.swap_sight_id)
    if sight is None:
        return "no source knows it"
    if not sight.indoor:
        return "it is not indoors"
    after = {swap.day: _stops_after(plan, swap, problem) for swap in stop.swap_days}
    days = [d.model_copy(update={"stops": after.get(d.day, d.stops)}) for d in plan.days]
    before = Counter(s.sight_id for s in plan.visits())
    then = Counter(s.sight_id for d in days for s in d.stops if s.sight_id)
    wanted = before.copy()
    if not before[sight.id]:  # else the two change places
        wanted[sight.id] += 1
        wanted[stop.sight_id] -= 1
    here = after.get(day.day, ())
    left_out = +(+wanted - then)
    if then - wanted or not _may_be_left_out(left_out, day, problem):
        return "the days after it do not hold what they should"
    if all(s.sight_id != sight.id for s in here):
        return f"{sight.name} is not on that day"
    if any(s.sight_id == stop.sight_id for s in here):
        return f"{stop.title} is still on that day"
    for on, stops in after.items():
        wrong = DayCheck(problem, on, stops).run()
        if wrong:
            return wrong[0].text
    if problem.budget is not None:
        others = sum((amount for _, amount in problem.other_costs), Decimal(0))
        if sum(_costs(days, problem)) + others > problem.budget:
            return "it costs too much"
    return ""


def _may_be_left_out(left_out: Counter[str], day: Day, problem: Problem) -> bool:
    """Nothing, or one more outdoor stop of the same day that nobody insists on."""
    if not left_out:
        return True
    wet = {s.sight_id for s in day.stops if s.sight_id and not problem.sights[s.sight_id].indoor}
    return left_out.total() == 1 and set(left_out) <= (wet - problem.musts - problem.booked.keys())


def _stops_after(plan: Plan, swap: SwapDay, problem: Problem) -> tuple[Stop, ...]:
    """The day after the swap as stops, with the ways between them as the facts have them."""
    zone = zone_of(problem.destination.timezone)
    midnight = datetime.combine(swap.day, time())
    now = next((d.stops for d in plan.days if d.day == swap.day), ())
    stops = [s for s in now if s.kind is StopKind.ARRIVAL]
    for each in swap.stops:
        sight = problem.sights.get(each.what)
        place = problem.sights.get(each.at)
        start, end = (
            (midnight + timedelta(minutes=m)).replace(tzinfo=zone) for m in (each.start, each.end)
        )
        stops.append(
            Stop(
                id=f"stop-{each.what}",
                kind=StopKind.VISIT if sight else StopKind(each.what),
                title=sight.name if sight else each.what,
                start=start,
                end=end,
                point=place.point if place else problem.anchor,
                sight_id=each.what if sight else "",
                source=sight.source if sight else problem.destination.source,
                checks=("Check hours.",),
            )
        )
    stops += [s for s in now if s.kind is StopKind.DEPARTURE]
    legs = DayCheck(problem, swap.day, stops).legs()
    return tuple(stop.model_copy(update={"leg": leg}) for stop, leg in legs)


def _money(plan: Plan, problem: Problem) -> list[Violation]:
    found = []
    tickets, meals, rides = _costs(plan.days, problem)
    others = sum((amount for _, amount in problem.other_costs), Decimal(0))
    total, limit, said = tickets + meals + rides + others, problem.budget, plan.budget
    if limit is not None and total > limit:
        text = f"The plan costs {total:.2f}, the limit is {limit:.2f}."
        found.append(Violation(kind=Kind.OVER_BUDGET, text=text))
    elif said is not None and said.limit is not None and said.total > said.limit:
        text = f"The plan says {said.total:.2f} and its limit {said.limit:.2f}."
        found.append(Violation(kind=Kind.OVER_BUDGET, text=text))
    if said is None:
        if limit is not None:
            text = "There is a limit and the plan does not say what it costs."
            found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
        return found
    if sum((amount for _, amount in said.lines), Decimal(0)) != said.total:
        text = f"The lines of the budget do not add up to {said.total:.2f}."
        found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
    if said.total != total or said.limit != limit:
        text = f"The plan says {said.total:.2f} and costs {total:.2f}."
        found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
    if said.currency != problem.destination.currency:
        text = f"The budget is in {said.currency}, not in {problem.destination.currency}."
        found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
    return found + _prices(plan, problem)


def _prices(plan: Plan, problem: Problem) -> list[Violation]:
    found = []
    for day in plan.days:
        for stop in day.stops:
            known = stop.cost.amount if stop.cost else None
            if known != _price(stop, problem):
                text = f"{stop.title} does not cost what the source says."
                kind = Kind.WRONG_FACT
                found.append(Violation(kind=kind, stop_id=stop.id, day=day.day, text=text))
    return found


def _price(stop: Stop, problem: Problem) -> Decimal | None:
    """What a stop costs the party; None when nobody knows."""
    place = problem.destination
    if stop.kind in MEALS:
        people = problem.adults + len(problem.children)
        return (place.meal_mid * people).quantize(CENT)
    if stop.kind is StopKind.ARRIVAL and problem.comes_by is not None:
        return problem.comes_by.cost.amount if problem.comes_by.cost else None
    sight = problem.sights.get(stop.sight_id)
    if sight is None or sight.ticket is None:
        return None
    if sight.ticket.amount and sight.ticket.currency != place.currency:
        return None
    return (sight.ticket.amount * _paying(problem)).quantize(CENT)


def _paying(problem: Problem) -> int:
    return problem.adults + sum(1 for age in problem.children if age >= FREE_UNDER_AGE)


def _costs(days: Iterable[Day], problem: Problem) -> tuple[Decimal, Decimal, Decimal]:
    """Tickets, meals and rides, from the facts and not from what the stops say."""
    tickets = meals = rides = Decimal(0)
    for day in days:
        check = DayCheck(problem, day.day, day.stops)
        for stop in day.stops:
            price = _price(stop, problem) or Decimal(0)
            if stop.kind in MEALS:
                meals += price
            elif stop.kind is StopKind.VISIT:
                tickets += price
        rides += sum((_fare(leg, problem) for _, leg in check.legs() if leg), Decimal(0))
        last = check.places[-1] if check.places else "anchor"
        home = problem.legs.get((last, "anchor")) if last != "anchor" else None
        if home is not None:
            rides += _fare(home, problem)
    return tickets, meals, rides


def _fare(leg: Leg, problem: Problem) -> Decimal:
    price = problem.destination.meal_mid
    km = Decimal(str(leg.km))
    if leg.mode == "drive":
        people = problem.adults + len(problem.children)
        cars = (people + CAR_SEATS - 1) // CAR_SEATS
        return (price * DRIVE_COST_KM * km * cars).quantize(CENT)
    if leg.mode == "walk":
        return Decimal("0.00")
    more = price * TRANSIT_FARE_KM * max(Decimal(0), km - FARE_INCLUDES_KM)
    return ((price * TRANSIT_FARE + more) * _paying(problem)).quantize(CENT)
