"""Builds a plan out of a problem: the optimizer's front door.

Nothing is sent because this module says so; `core.itinerary.verify` has the last word.
"""

from __future__ import annotations

from datetime import date

from core.itinerary.compose import compose
from core.itinerary.problem import APPOINTMENT, Impossible, Problem
from core.itinerary.recombine import Days
from core.itinerary.schedule import (
    FIRST_VISIT_POINTS,
    FULL_DAY_POINTS,
    SAME_AREA_POINTS,
    SAME_KIND_POINTS,
    TRAVEL_POINTS,
    WAIT_POINTS,
    Block,
    whole_day,
)
from core.itinerary.search import Search
from core.itinerary.tables import Tables
from core.trips import WEEKDAYS, Day, Plan, StopKind

LAST_RESORT = 300  # iterations more when something that has to be in is not


def iterations_for(problem: Problem) -> int:
    """How long to search by default: what pays, and at most about a second and a half."""
    size = max(1, len(problem.sights) * len(problem.days))
    return min(400, 10 + size * 3 // 2, 90_000 // size)


def build(problem: Problem, *, iterations: int | None = None, known: Plan | None = None) -> Plan:
    """The best plan found. Same problem, same iterations: the same plan, to the byte.

    `iterations` is how long to search: None as `iterations_for` says, 0 for insertion only. `known`
    is an earlier plan: the search may start from it, and its flights, notes and assumptions are
    taken over.

    Raises:
        Impossible: no plan keeps all hard constraints; the reasons are sentences for people.
    """
    tables = Tables(problem)
    count = iterations_for(problem) if iterations is None else iterations
    days = best_days(Search(tables), count, _as_days(tables, known))
    return compose(tables, blocks_of(tables, days), known)


def best_days(search: Search, iterations: int, start: Days | None = None) -> Days:
    """The sights of each day in order, with everything in that has to be in.

    Raises Impossible as `build` does.
    """
    tables = search.tables
    refuse_hopeless(tables)
    days = search.run(iterations, start)
    if tables.must.difference(*days):
        days = search.run(LAST_RESORT, days)
    missing = tables.must.difference(*days)
    if missing:
        raise Impossible(*(_does_not_fit(tables, s) for s in sorted(missing)))
    return days


def blocks_of(tables: Tables, days: Days) -> list[list[Block]]:
    """The days on the clock. All of them must fit."""
    found: list[list[Block]] = []
    for d, sights in enumerate(days):
        blocks: list[Block] = []
        if whole_day(tables, d, sights, blocks) is None:
            raise ValueError(f"day {d + 1} does not fit: {sights}")
        found.append(blocks)
    return found


def score(plan: Plan, problem: Problem) -> float:
    """What the search strives for, computed from the finished plan; higher is better.

    Worth of each visit by rank, interest, weather, certainty of hours and time of day, minus
    minutes on the way and waiting, minus categories that repeat on a day, minus what makes a day
    full while another is empty.
    """
    tables = Tables(problem)
    return round(sum(_day_score(tables, d, day) for d, day in enumerate(plan.days)), 6)


def refuse_hopeless(tables: Tables) -> None:
    """Raises Impossible for what no search can mend."""
    problem = tables.problem
    reasons = []
    if tables.arrival and tables.departure and tables.arrival > tables.departure:
        reasons.append("There is no time between the landing and the way back to the airport.")
    unknown = sorted(id for id in problem.musts if id not in problem.sights)
    reasons += [f"{id} is not among the sights that are known here." for id in unknown]
    for s in sorted(tables.must):
        if not any(windows[s] for windows in tables.windows):
            reasons.append(_never_open(tables, s))
    room = tables.days * tables.rule.max_visits
    if len(problem.musts) > room:
        reasons.append(
            f"{len(problem.musts)} sights have to be in, and at a {problem.pace.value} pace "
            f"{tables.days} days hold at most {room}."
        )
    if tables.purse is not None:
        reasons += _too_dear(tables, tables.purse)
    if reasons:
        raise Impossible(*reasons)


def _as_days(tables: Tables, known: Plan | None) -> Days | None:
    if known is None or len(known.days) != tables.days:
        return None
    return tuple(
        tuple(
            tables.index[stop.sight_id]
            for stop in day.stops
            if stop.kind is StopKind.VISIT and stop.sight_id in tables.index
        )
        for day in known.days
    )


def _day_score(tables: Tables, d: int, day: Day) -> float:
    points, at, free, kinds, count = 0.0, tables.anchor, tables.start[d], 0, 0
    for stop in day.stops:
        start, end = (tables.minute(moment, day.day) for moment in (stop.start, stop.end))
        if stop.kind is StopKind.VISIT:
            s = tables.index[stop.sight_id]
            worth = tables.worth[d][s]
            points += worth - TRAVEL_POINTS * tables.minutes[at][s]
            if at != tables.anchor:
                points -= WAIT_POINTS * max(0, start - free - tables.travel[at][s])
                if tables.area[s] and tables.area[s] == tables.area[at]:
                    points += SAME_AREA_POINTS
            if tables.best[s]:
                middle = start + (end - start) // 2
                share = tables.time_share[d][s]
                points += share if _inside(middle, tables.best[s]) else -share / 2
            if kinds & tables.kind[s]:
                points -= SAME_KIND_POINTS
            kinds |= tables.kind[s]
            count += 1
            points += FIRST_VISIT_POINTS if count == 1 else 0
            points -= FULL_DAY_POINTS * max(0, count - tables.calm)
            at = s
        elif stop.point == tables.problem.anchor and at != tables.anchor:
            points -= TRAVEL_POINTS * tables.minutes[at][tables.anchor]
            at = tables.anchor
        free = end
    return points - TRAVEL_POINTS * tables.minutes[at][tables.anchor]


def _inside(minute: int, windows: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= minute < last for first, last in windows)


def _never_open(tables: Tables, s: int) -> str:
    sight = tables.problem.sights[tables.ids[s]]
    days = tables.problem.days
    if fixed := _fixed(tables, s):
        return (
            f"{sight.name} is fixed for {fixed}, and that does not fit into its opening hours and "
            "the hours of this trip: change it, or the times of the trip."
        )
    trip = f"{_named(days[0])} to {_named(days[-1])}" if len(days) > 1 else _named(days[0])
    if sight.hours is not None and not any(sight.hours.get(day, (1,)) for day in days):
        return f"{sight.name} is closed on every day of the trip ({trip})."
    pace = tables.problem.pace.value
    return (
        f"{sight.name} cannot be visited in the hours of this trip ({trip}, {pace} pace): "
        f"it takes about {sight.visit_min} min and its opening hours leave no room."
    )


def _fixed(tables: Tables, s: int) -> str:
    """ "Fri 16 Apr at 21:00" for what is booked or an appointment; empty for other sights."""
    sight = tables.problem.sights[tables.ids[s]]
    booked = tables.problem.booked.get(sight.id)
    if booked is None and sight.category == APPOINTMENT and sight.hours:
        booked = next((d, each.start) for d, spans in sight.hours.items() for each in spans)
    if booked is None:
        return ""
    day, minute = booked
    return f"{_named(day)} at {minute // 60:02}:{minute % 60:02}"


def _does_not_fit(tables: Tables, s: int) -> str:
    sight = tables.problem.sights[tables.ids[s]]
    if fixed := _fixed(tables, s):
        return (
            f"{sight.name}, fixed for {fixed}, leaves no room for the ways, for meals, or for what "
            "else is fixed on that day."
        )
    if tables.purse is not None and tables.ticket[s] > 0:
        return f"{sight.name} does not fit into the days, hours and money of this trip."
    return f"{sight.name} does not fit into the days and hours of this trip."


def _too_dear(tables: Tables, purse: int) -> list[str]:
    problem = tables.problem
    currency, limit = problem.destination.currency, problem.budget
    meals, tickets = tables.meals_cost / 100, sum(tables.ticket[s] for s in tables.must) / 100
    if purse < 0:
        fixed = sum(amount for _, amount in problem.other_costs)
        what = "meals alone come to about"
        if fixed:
            what = f"flights, rooms and transfers come to about {fixed:.0f}, meals to about"
        return [
            f"The budget of {limit:.0f} {currency} is too small: {what} "
            f"{meals:.0f} {currency} for the whole party."
        ]
    if tickets * 100 > purse:
        return [
            f"The budget of {limit:.0f} {currency} is too small: meals (about {meals:.0f}) and "
            f"the tickets you asked for ({tickets:.0f}) come to {meals + tickets:.0f} {currency}."
        ]
    return []


def _named(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {day:%b}"
