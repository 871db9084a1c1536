"""A trip over several towns against the raw facts: each town, the ways between, the whole money.

Like the rest of the verifier it imports nothing that builds plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from core.itinerary.problem import Problem
from core.itinerary.verify import verify
from core.itinerary.violations import Kind, Violation
from core.trips import Plan, Stage


def verify_trip(
    plan: Plan, problems: Sequence[Problem], rates: Mapping[str, Decimal] | None = None
) -> list[Violation]:
    """Everything that is wrong with a plan made for `problems`, one for each town in order.

    `rates` says what one unit of the budget's currency is in each local one; without it the sum
    over the towns is not compared.
    """
    if len(problems) == 1 and not plan.stages:
        return verify(plan, problems[0])
    if len(plan.stages) != len(problems):
        return [Violation(kind=Kind.WRONG_FACT, text="The plan has not the towns of the trip.")]
    found = _frame(plan)
    for n, (stage, problem) in enumerate(zip(plan.stages, problems, strict=True)):
        found += _transfer(plan, n, problem)
        found += verify(_town(plan, stage), problem)
    return found + _money(plan, rates or {})


def _town(plan: Plan, stage: Stage) -> Plan:
    days = tuple(day for day in plan.days if stage.first <= day.day <= stage.last)
    here = {
        "destination_id": stage.destination_id,
        "destination": stage.destination,
        "country": stage.country,
        "timezone": stage.timezone,
        "anchor": stage.anchor,
        "budget": stage.budget,
        "days": days,
        "stages": (),
    }
    return plan.model_copy(update=here)


def _frame(plan: Plan) -> list[Violation]:
    """The days of the towns are the days of the plan, each once and in order."""
    found = []
    days = [day.day for day in plan.days]
    if any(b - a != timedelta(days=1) for a, b in pairwise(days)):
        found.append(Violation(kind=Kind.WRONG_DATE, text="The days do not follow each other."))
    edges = [(stage.first, stage.last) for stage in plan.stages]
    follow = all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(edges))
    if not follow or (edges[0][0], edges[-1][1]) != (days[0], days[-1]):
        text = "The towns do not share out the days of the trip."
        found.append(Violation(kind=Kind.WRONG_DATE, text=text))
    ids = [stop.id for day in plan.days for stop in day.stops]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        text = f"{id} is in the plan twice."
        found.append(Violation(kind=Kind.DUPLICATE, stop_id=id, text=text))
    return found


def _transfer(plan: Plan, n: int, problem: Problem) -> list[Violation]:
    stage, found = plan.stages[n], []
    way = problem.comes_by
    if stage.comes_by != way or (n == 0) != (way is None):
        text = f"{stage.destination} is not reached as the facts say."
        found.append(Violation(kind=Kind.WRONG_LEG, day=stage.first, text=text))
    if n == 0 or way is None:
        return found
    before = plan.stages[n - 1]
    names = (before.destination, stage.destination)
    if (way.origin, way.destination) != names or way.depart_at >= way.arrive_at:
        text = f"The way from {names[0]} to {names[1]} is another one."
        found.append(Violation(kind=Kind.WRONG_LEG, day=stage.first, text=text))
    left = [s.end for day in plan.days if day.day <= before.last for s in day.stops]
    if left and max(left) > way.depart_at:
        text = f"{before.destination} is left before its last stop ends."
        found.append(Violation(kind=Kind.IMPOSSIBLE_TRANSFER, day=before.last, text=text))
    if problem.landing is not None:
        text = f"There is a landing in {stage.destination} and a transfer to it."
        found.append(Violation(kind=Kind.BEFORE_LANDING, day=stage.first, text=text))
    return found


def _money(plan: Plan, rates: Mapping[str, Decimal]) -> list[Violation]:
    said = plan.budget
    if said is None:
        return []
    found = []
    if sum((value for _, value in said.lines), Decimal(0)) != said.total:
        text = f"The lines of the budget do not add up to {said.total:.2f}."
        found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
    if said.limit is not None and said.total > said.limit:
        text = f"The plan costs {said.total:.2f}, the limit is {said.limit:.2f}."
        found.append(Violation(kind=Kind.OVER_BUDGET, text=text))
    parts = [stage.budget for stage in plan.stages]
    known = [part for part in parts if part is not None and part.currency in rates]
    if len(known) != len(parts):
        return found
    total = sum((part.total / rates[part.currency] for part in known), Decimal(0))
    rounding = sum(len(part.lines) for part in known)  # each line is rounded to whole units
    if abs(total - said.total) > rounding:
        text = f"The plan says {said.total:.2f}, and the towns come to {total:.2f}."
        found.append(Violation(kind=Kind.BUDGET_SUM, text=text))
    return found
