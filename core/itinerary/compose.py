"""Blocks on the clock become a `Plan`: stops with ids, legs, costs, sources and check notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core.itinerary import budget
from core.itinerary.problem import APPOINTMENT, Problem
from core.itinerary.schedule import LUNCH, Block
from core.itinerary.swaps import with_swaps
from core.itinerary.tables import Tables
from core.travel import STEP_FREE, Confidence, EventKind, Leg, Point, Sight, Source
from core.trips import WEEKDAYS, Day, Plan, Stop, StopKind, Transfer

CHECK_UNKNOWN = "Opening hours are not known: check before you go."
CHECK_HOURS = "Check hours: what we have is not confirmed."
CHECK_HOLIDAY = "Check hours: it is a public holiday."
CHECK_STEPS = "Ask about step-free access."
LUNCH_INSIDE = "Time for lunch is inside this visit."
TRANSFER_TITLES = {
    "ground": "By train, bus or car from {}",
    "ferry": "By ferry from {}",
    "flight": "Flight from {}",
}
_ON_FOOT = Leg(minutes=0, km=0.0, mode="walk")

Blocks = Sequence[Sequence[Block]]  # of each day, in order of time


def compose(tables: Tables, blocks: Blocks, known: Plan | None = None) -> Plan:
    """The plan of these blocks. Flights, notes and assumptions come over from `known`."""
    problem = tables.problem
    days = [_day(tables, d, blocks[d]) for d in range(tables.days)]
    days = with_swaps(tables, days, blocks)
    place = problem.destination
    return Plan(
        destination_id=place.id,
        destination=place.name,
        country=place.country,
        timezone=place.timezone,
        anchor=problem.anchor,
        days=tuple(days),
        pace=problem.pace.value,
        party=budget.party_size(problem),
        budget=budget.budget(days, problem),
        flights=known.flights if known else None,
        arrival_at=problem.landing,
        departure_at=problem.takeoff,
        comes_by_air=not problem.by_land,
        leaves_by_air=not problem.by_land,
        times_assumed=known.times_assumed if known else True,
        notes=known.notes if known else (),
        seed=problem.seed,
    )


def checks(sight: Sight, day: date, problem: Problem, *, lunch_inside: bool) -> tuple[str, ...]:
    """What the traveller should look up, as sentences."""
    found = []
    if sight.hours is None or day not in sight.hours:
        found.append(CHECK_UNKNOWN)
    elif sight.hours_confidence not in ("high", "medium"):
        found.append(CHECK_HOURS)
    elif _is_holiday(day, problem) and any(
        each.end - each.start < 1440 for each in sight.hours[day]
    ):
        found.append(CHECK_HOLIDAY)
    if problem.step_free and STEP_FREE not in sight.tags:
        found.append(CHECK_STEPS)
    if lunch_inside:
        found.append(LUNCH_INSIDE)
    return tuple(found)


def _is_holiday(day: date, problem: Problem) -> bool:
    """True on a public holiday, when also what is open by the week may be closed."""
    return any(e.kind is EventKind.HOLIDAY and e.first <= day <= e.last for e in problem.events)


def assumed(problem: Problem, name: str) -> Source:
    """A source for what is our own estimate."""
    facts = problem.destination.source
    return Source(name=name, fetched_at=facts.fetched_at, confidence=Confidence.ESTIMATE)


def _day(tables: Tables, d: int, blocks: Sequence[Block]) -> Day:
    problem = tables.problem
    day = problem.days[d]
    stops = []
    arrival = _arrival(tables, day)
    if arrival:
        stops.append(arrival)
    at = tables.anchor
    for block in blocks:
        stops.append(_stop(tables, day, at, block))
        at = block.at
    departure = _departure(tables, day, at)
    if departure:
        stops.append(departure)
    return Day(
        day=day,
        weekday=WEEKDAYS[day.weekday()],
        stops=tuple(stops),
        weather=problem.weather.get(day),
        events=tuple(e for e in problem.events if e.first <= day <= e.last),
    )


def _stop(tables: Tables, day: date, at: int, block: Block) -> Stop:
    problem = tables.problem
    start, end = tables.moment(day, block.start), tables.moment(day, block.end)
    leg = _leg(tables, at, block.at)
    if block.token < 0:
        kind = StopKind.LUNCH if block.token == LUNCH else StopKind.DINNER
        return Stop(
            id=f"{kind.value}-{problem.destination.id}-{problem.days.index(day) + 1}",
            kind=kind,
            title=_meal_title(tables, kind, block.at),
            start=start,
            end=end,
            point=_point(tables, block.at),
            leg=leg,
            category="meal",
            indoor=True,
            cost=budget.meal(problem),
            source=assumed(problem, f"{problem.destination.source.name}, price of a meal"),
            checks=tuple(f"Ask for {need.replace('_', '-')} food." for need in problem.diet),
        )
    sight = problem.sights[tables.ids[block.token]]
    return Stop(
        id=f"stop-{sight.id}",
        kind=StopKind.VISIT,
        title=sight.name,
        start=start,
        end=end,
        point=sight.point,
        leg=leg,
        sight_id=sight.id,
        category=sight.category,
        indoor=sight.indoor,
        cost=budget.ticket(sight, problem),
        source=sight.source,
        hours_text=sight.hours_text,
        book_ahead=sight.book_ahead,
        booked=sight.id in problem.booked or sight.category == APPOINTMENT,
        checks=checks(sight, day, problem, lunch_inside=block.lunch_inside),
    )


def _arrival(tables: Tables, day: date) -> Stop | None:
    landing, ready = tables.problem.landing, tables.arrival
    transfer = tables.problem.comes_by
    if transfer is not None and ready is not None:
        return _transfer(tables, day, transfer, ready)
    if landing is None or ready is None or landing.astimezone(tables.zone).date() != day:
        return None
    return Stop(
        id="arrival",
        kind=StopKind.ARRIVAL,
        title="Arrival",
        start=landing.astimezone(tables.zone),
        end=ready.astimezone(tables.zone),
        point=tables.problem.anchor,
        source=assumed(tables.problem, "Landing time, as given or assumed"),
    )


def _transfer(tables: Tables, day: date, transfer: Transfer, ready: datetime) -> Stop | None:
    if day != tables.problem.days[0]:
        return None
    return Stop(
        id=f"transfer-{tables.problem.destination.id}",
        kind=StopKind.ARRIVAL,
        title=TRANSFER_TITLES[transfer.mode].format(transfer.origin),
        start=transfer.depart_at.astimezone(tables.zone),
        end=ready.astimezone(tables.zone),
        point=tables.problem.anchor,
        source=transfer.source,
        cost=transfer.cost,
    )


def _departure(tables: Tables, day: date, at: int) -> Stop | None:
    takeoff, leave = tables.problem.takeoff, tables.departure
    if takeoff is None or leave is None or leave.astimezone(tables.zone).date() != day:
        return None
    return Stop(
        id="departure",
        kind=StopKind.DEPARTURE,
        title="Departure",
        start=leave.astimezone(tables.zone),
        end=takeoff.astimezone(tables.zone),
        point=tables.problem.anchor,
        leg=_leg(tables, at, tables.anchor),
        source=assumed(tables.problem, "Take-off time, as given or assumed"),
    )


def _meal_title(tables: Tables, kind: StopKind, at: int) -> str:
    word = kind.value.capitalize()
    if at == tables.anchor:
        return word
    sight = tables.problem.sights[tables.ids[at]]
    return f"{word} in {sight.area}" if sight.area else f"{word} near {sight.name}"


def _point(tables: Tables, at: int) -> Point:
    if at == tables.anchor:
        return tables.problem.anchor
    return tables.problem.sights[tables.ids[at]].point


def _leg(tables: Tables, a: int, b: int) -> Leg:
    if a == b:
        return _ON_FOOT
    names = (*tables.ids, "anchor")
    return tables.problem.legs[names[a], names[b]]
