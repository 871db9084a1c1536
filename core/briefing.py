"""A wish and facts become the planner's problem, and what has to be said beside the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from core.contradictions import overruled
from core.diets import refused_by, suits
from core.errors import Rejected
from core.gathering import SMALL_CHILD, Facts, walk_km
from core.interests import INTERESTS, matches
from core.itinerary import budget as lines
from core.itinerary.problem import (
    AFTER_LANDING_MIN,
    APPOINTMENT,
    BEFORE_TAKEOFF_MIN,
    BEFORE_TAKEOFF_NEAR_MIN,
    BY_LAND_MIN,
    Problem,
)
from core.naming import best_named
from core.ranking import Budget, room, rooms
from core.travel import STEP_FREE, STEPS, Sight
from core.trips import Transfer
from core.wishes import Pace, Party, Wish
from core.words import listing
from core.zones import zone_of

ASSUMED_LANDING = time(12, 0)
ASSUMED_TAKEOFF = time(18, 0)
ROUNDING = 6  # units of the traveller's currency, so many lines has the money of a town
NOT_FOR_CHILDREN = frozenset({"nightlife"})
_STRENUOUS = frozenset({"hiking", "climb"})
_SCHENGEN_EU = frozenset(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT "
    "LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)

Lines = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Part:
    """Which part of the trip a town is: the first has the landing, the last the take-off.

    `nights` slept there; `comes_by` leads there from the town before.
    """

    first: bool = True
    last: bool = True
    nights: int | None = None  # None: one less than days
    comes_by: Transfer | None = None


@dataclass(frozen=True)
class Brief:
    """A problem for the planner, and what has to be said beside the plan."""

    problem: Problem
    notes: tuple[str, ...]
    missing: tuple[str, ...] = ()  # musts that no source knows here


@dataclass(frozen=True)
class Purse:
    """What is paid beside the days of one town, and the limit for all of it, in local currency."""

    others: Lines = ()
    limit: Decimal | None = None


def brief(facts: Facts, wish: Wish, purse: Purse, part: Part = Part(), *, seed: int = 0) -> Brief:
    """Turn a wish and the facts of one town into a problem."""
    party = wish.party or Party()
    sights, musts, notes, missing = _wanted(facts, wish, party)
    landing, takeoff = _flight_times(facts, wish, part)
    home = facts.home.country if facts.home else ""
    near = home == facts.destination.country or {home, facts.destination.country} <= _SCHENGEN_EU
    transfer = facts.destination.airports[0].transfer_min if facts.destination.airports else 45
    before = BEFORE_TAKEOFF_NEAR_MIN if near else BEFORE_TAKEOFF_MIN
    by_land = bool(wish.no_flight) or not facts.flies
    problem = Problem(
        destination=facts.destination,
        days=facts.days,
        sights={s.id: s for s in sights},
        legs=facts.legs,
        anchor=facts.anchor,
        pace=pace_of(wish),
        adults=party.adults,
        children=party.children,
        interest={s.id: interest_of(s, wish, party) for s in sights},
        musts=frozenset(musts),
        booked=facts.booked,
        landing=landing,
        takeoff=takeoff,
        after_landing_min=BY_LAND_MIN if by_land else AFTER_LANDING_MIN,
        transfer_min=0 if by_land else transfer,
        before_takeoff_min=BY_LAND_MIN if by_land else before,
        budget=purse.limit,
        other_costs=purse.others,
        comes_by=part.comes_by,
        sun=facts.sun,
        weather=facts.weather,
        events=tuple(facts.events),
        diet=wish.diet,
        step_free=bool(wish.step_free),
        max_walk_km=walk_km(wish),
        day_start=wish.day_start.hour * 60 + wish.day_start.minute if wish.day_start else None,
        seed=seed,
    )
    return Brief(problem, (*facts.notes, *overruled(wish), *notes), tuple(missing))


def pace_of(wish: Wish) -> Pace:
    """As said; else children make it a relaxed one."""
    if wish.pace is not None:
        return wish.pace
    return Pace.RELAXED if wish.party and wish.party.children else Pace.NORMAL


def _wanted(
    facts: Facts, wish: Wish, party: Party
) -> tuple[list[Sight], set[str], list[str], list[str]]:
    """Sights without those that are refused or cannot be, the ids of the musts, notes, unknowns."""
    sights = facts.sights
    refused = {s.id for s in sights for tag in wish.dislikes if matches(tag, s.category, s.tags)}
    for words in wish.dislikes:
        if words not in INTERESTS and (found := best_named(words, _names(sights))):
            refused.add(found)
    refused |= {s.id for s in sights if _not_for_children(s, party.children)}
    steep = {s.id for s in sights if wish.step_free and STEPS & set(s.tags)}
    uneaten = {s.id for s in sights if not suits(s, refused_by(wish.diet))}
    musts = {s.id for s in sights if s.category == APPOINTMENT or s.id in facts.booked}
    notes: list[str] = []
    missing: list[str] = []
    for words in wish.musts:
        if words in INTERESTS:
            fitting = [s for s in sights if matches(words, s.category, s.tags)]
            best = min(fitting, key=lambda s: (s.id in steep, s.rank, s.id), default=None)
            found = best.id if best else None
        else:
            found = best_named(words, _names(sights))
        if found is None:
            missing.append(words)
        else:
            musts.add(found)
    famous = [s.name for s in sights if s.id in steep - musts - refused and s.rank == 1]
    if famous:
        notes.append(f"Left out because of steps: {listing(famous)}.")
    if famous := [s.name for s in sights if s.id in uneaten - musts - refused and s.rank == 1]:
        notes.append(f"Left out because of what is eaten there: {listing(famous)}.")
    out = (refused | steep | uneaten) - musts
    return [s for s in sights if s.id not in out], musts, notes, missing


def _not_for_children(sight: Sight, ages: Sequence[int]) -> bool:
    """Bars and clubs with anybody under 16, mountain walks with anybody small."""
    if any(age < 16 for age in ages) and sight.category in NOT_FOR_CHILDREN:
        return True
    return any(age <= SMALL_CHILD for age in ages) and bool(_STRENUOUS & set(sight.tags))


def _names(sights: Sequence[Sight]) -> list[tuple[str, str]]:
    return [(s.id, s.name) for s in sights] + [(s.id, s.local_name) for s in sights if s.local_name]


def interest_of(sight: Sight, wish: Wish, party: Party) -> float:
    weight = 1.0
    if any(matches(tag, sight.category, sight.tags) for tag in wish.likes):
        weight *= 1.7
    calm = {"quiet", "hidden-gem"} & set(sight.tags)
    if wish.quiet:
        weight *= 1.5 if calm else 0.75 if sight.rank == 1 else 1.0
    if party.children and ("kids" in sight.tags or sight.category == "family"):
        weight *= 1.5
    if wish.step_free and STEP_FREE in sight.tags:
        weight *= 1.25
    return weight


def _flight_times(facts: Facts, wish: Wish, part: Part) -> tuple[datetime | None, datetime | None]:
    """Landing and take-off as said; assumed when somebody surely flies and said nothing."""
    zone = zone_of(facts.destination.timezone)
    one_day = len(facts.days) == 1 and part.first and part.last
    flies = facts.flies and not wish.no_flight and not one_day
    if facts.home is not None and facts.home.destination_id == facts.destination.id:
        flies = False
    at = wish.arrive_at or (ASSUMED_LANDING if flies else None)
    off = wish.leave_at or (ASSUMED_TAKEOFF if flies else None)
    landing = datetime.combine(facts.first, at, zone) if at and part.first else None
    takeoff = datetime.combine(facts.last, off, zone) if off and part.last else None
    return landing, takeoff


def purses(
    towns: Sequence[Facts], parts: Sequence[Part], wish: Wish, budget: Budget | None
) -> list[Purse]:
    """The money of each town. What flights, rooms and transfers leave is shared out by days.

    A limit a day is for the days alone; flights count where the traveller said so. Better rooms
    are counted while they leave enough for the days. Raises Rejected when the budget cannot hold
    the trip.
    """
    party, pairs = wish.party or Party(), list(zip(towns, parts, strict=True))
    known = all(t.rate for t in towns) and budget is not None
    if budget is None or not known or budget.currency != towns[0].currency:
        return [Purse(_other_costs(t, party, p, flights=True)) for t, p in pairs]
    rates = [Decimal(str(t.rate)) for t in towns]
    whole_trip = wish.budget is None or wish.budget.scope in (None, "total", "person")
    least = sum(
        t.destination.daily_low * len(t.days) * party.size / 2 / rate
        for t, rate in zip(towns, rates, strict=True)
    )
    for simple in (False, True):
        others: list[Lines] = [() for _ in towns]
        if whole_trip:
            for town in towns:
                town.simple_rooms = simple
            others = [_other_costs(t, party, p, flights=budget.includes_flights) for t, p in pairs]
        spent = [_sum(each) / rate for each, rate in zip(others, rates, strict=True)]
        left = budget.amount - sum(spent)
        if left >= least:
            return _shared_out(towns, rates, others, left)
    raise Rejected(
        f"That budget does not hold this trip: after the estimates for "
        f"{'flights and ' if budget.includes_flights else ''}rooms too little is left for "
        f"{sum(len(t.days) for t in towns)} days. Tell me a higher budget, fewer days, or a "
        "cheaper place."
    )


def _shared_out(
    towns: Sequence[Facts], rates: Sequence[Decimal], others: Sequence[Lines], left: Decimal
) -> list[Purse]:
    weights = [
        t.destination.daily_mid * len(t.days) / rate for t, rate in zip(towns, rates, strict=True)
    ]
    found = []
    for weight, rate, lines_here in zip(weights, rates, others, strict=True):
        # Lines of several towns are rounded to whole units before they are added up.
        share = left * weight / sum(weights) - (ROUNDING if len(towns) > 1 else 0)
        limit = (_sum(lines_here) + share * rate).quantize(Decimal(1))
        found.append(Purse(lines_here, limit))
    return found


def _sum(lines_here: Lines) -> Decimal:
    return sum((amount for _, amount in lines_here), Decimal(0))


def _other_costs(facts: Facts, party: Party, part: Part, *, flights: bool) -> Lines:
    """Estimates for the whole party: flights where they are known, rooms, the transfer there."""
    found: list[tuple[str, Decimal]] = []
    if flights and part.first and facts.flights is not None and facts.rate:
        middle = (facts.flights.low.amount + facts.flights.high.amount) / 2
        local = middle * party.size * Decimal(str(facts.rate))
        found.append((lines.FLIGHTS, local.quantize(Decimal(1))))
    nights = len(facts.days) - 1 if part.nights is None else part.nights
    if nights:
        each = room(facts.destination, simple=facts.simple_rooms)
        label = lines.rooms_label(nights, rooms(party.size), simple=facts.simple_rooms)
        found.append((label, (each * nights * rooms(party.size)).quantize(Decimal(1))))
    if part.comes_by is not None and part.comes_by.cost is not None:
        found.append((lines.TRANSFERS, part.comes_by.cost.amount))
    return tuple(found)
