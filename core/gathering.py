"""Facts for a plan: every source is asked at the same time, with a deadline of its own.

A source that does not answer is named in `silent`, and the plan is made without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from core.errors import Rejected, Unavailable
from core.interests import INTERESTS, matches
from core.itinerary.problem import BEFORE_TAKEOFF_MIN, BEFORE_TAKEOFF_NEAR_MIN, Problem
from core.naming import best_named
from core.ranking import FLIGHT_KM, Budget, distance_km, room, rooms
from core.travel import (
    Climate,
    DayWeather,
    Destination,
    Event,
    FlightEstimate,
    Leg,
    Place,
    Sight,
    Travel,
)
from core.wishes import Pace, Party, Wish

SOURCE_SECONDS = 2.0
HORIZON_DAYS = 16
ASSUMED_LANDING = time(12, 0)
ASSUMED_TAKEOFF = time(18, 0)
_SCHENGEN_EU = frozenset(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT "
    "LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)
T = TypeVar("T")


@dataclass
class Facts:
    """What the sources said about one trip. `silent` holds (source, what is missing)."""

    destination: Destination
    first: date
    last: date
    home: Place | None
    sights: list[Sight] = field(default_factory=list)
    weather: dict[date, DayWeather] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    flights: FlightEstimate | None = None
    legs: dict[tuple[str, str], Leg] = field(default_factory=dict)
    rate: float | None = None  # one unit of the traveller's currency in the local one
    currency: str = ""  # the traveller's
    silent: list[tuple[str, str]] = field(default_factory=list)
    simple_rooms: bool = False  # the budget holds no better ones

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(
            self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1)
        )

    @property
    def flies(self) -> bool:
        """True when the journey there is by air, as far as we know."""
        if self.home is None:
            return True
        return distance_km(self.home.point, self.destination.center) > FLIGHT_KM


async def gather(
    travel: Travel,
    destination: Destination,
    first: date,
    last: date,
    *,
    home: Place | None,
    currency: str,
    today: date,
) -> Facts:
    """All facts for the local days `first`..`last`. Raises Unavailable only without any sights."""
    facts = Facts(destination, first, last, home, currency=currency)
    silent = facts.silent

    async def ask(question: Coroutine[Any, Any, T], who: str, missing: str) -> T | None:
        try:
            async with asyncio.timeout(SOURCE_SECONDS):
                return await question
        except TimeoutError:
            silent.append((who, missing))
        except Unavailable as error:
            silent.append((error.who, missing))
        except Rejected:
            pass
        return None

    in_reach = first <= today + timedelta(days=HORIZON_DAYS - 1)
    async with asyncio.TaskGroup() as group:
        sights = group.create_task(travel.places.sights(destination, first, last))
        weather = group.create_task(
            ask(
                travel.weather.forecast(
                    destination.center,
                    destination.timezone,
                    first,
                    min(last, today + timedelta(days=HORIZON_DAYS - 1)),
                ),
                "The weather service",
                "the forecast; typical weather is shown instead",
            )
            if in_reach
            else _nothing()
        )
        events = group.create_task(
            ask(
                travel.events.between(destination, first, last),
                "The event source",
                "holidays and events",
            )
        )
        flights = group.create_task(
            ask(
                travel.flights.estimate(home, destination, first, last, currency),
                "The flight source",
                "the flight estimate",
            )
            if home is not None and facts.flies
            else _nothing()
        )
        rate = group.create_task(
            ask(
                travel.rates.rate(currency, destination.currency),
                "The rate source",
                "the exchange rate",
            )
            if currency != destination.currency
            else _nothing()
        )
    facts.sights = sights.result()
    facts.events = events.result() or []
    facts.flights = flights.result()
    found = rate.result()
    facts.rate = 1.0 if currency == destination.currency else found.rate if found else None
    forecast = {w.day: w for w in weather.result() or []}
    facts.weather = {d: forecast.get(d) or _typical(destination, d) for d in facts.days}
    ids = ["anchor", *(s.id for s in facts.sights)]
    points = [destination.center, *(s.point for s in facts.sights)]
    matrix = await travel.routes.matrix(points)
    facts.legs = {
        (a, b): matrix[i][j] for i, a in enumerate(ids) for j, b in enumerate(ids) if i != j
    }
    return facts


async def _nothing() -> None:
    return None


def _typical(destination: Destination, day: date) -> DayWeather:
    c: Climate = destination.climate[day.month - 1]
    return DayWeather(
        source=c.source,
        day=day,
        typical=True,
        tmax_c=c.tmax_c,
        tmin_c=c.tmin_c,
    )


@dataclass(frozen=True)
class Brief:
    """A problem for the planner, and what has to be said beside the plan."""

    problem: Problem
    notes: tuple[str, ...]
    spare: Decimal | None  # what is left for the days, local currency; None without a budget


def brief(facts: Facts, wish: Wish, budget: Budget | None, *, seed: int = 0) -> Brief:
    """Turn a wish and facts into a problem. Raises Rejected when the budget cannot hold a trip."""
    notes: list[str] = []
    party = wish.party or Party()
    sights, musts, missing = _wanted(facts.sights, wish)
    notes += [f"I have no verified data on “{name}”, so it is not in the plan." for name in missing]
    landing, takeoff = _flight_times(facts, wish)
    spare = _spare(facts, wish, party, budget)
    home = facts.home.country if facts.home else ""
    near = home == facts.destination.country or {home, facts.destination.country} <= _SCHENGEN_EU
    transfer = facts.destination.airports[0].transfer_min if facts.destination.airports else 45
    problem = Problem(
        destination=facts.destination,
        days=facts.days,
        sights={s.id: s for s in sights},
        legs=facts.legs,
        anchor=facts.destination.center,
        pace=wish.pace or (Pace.RELAXED if party.children else Pace.NORMAL),
        adults=party.adults,
        children=party.children,
        interest={s.id: _interest(s, wish, party) for s in sights},
        musts=frozenset(musts),
        landing=landing,
        takeoff=takeoff,
        transfer_min=transfer,
        before_takeoff_min=BEFORE_TAKEOFF_NEAR_MIN if near else BEFORE_TAKEOFF_MIN,
        budget=spare,
        weather=facts.weather,
        events=tuple(facts.events),
        diet=wish.diet,
        step_free=bool(wish.step_free),
        seed=seed,
    )
    return Brief(problem, tuple(notes), spare)


def _wanted(sights: Sequence[Sight], wish: Wish) -> tuple[list[Sight], set[str], list[str]]:
    """Sights without the refused ones, the ids of the musts, and musts that nobody knows."""
    refused = {s.id for s in sights for tag in wish.dislikes if matches(tag, s.category, s.tags)}
    for words in wish.dislikes:
        if words not in INTERESTS and (found := best_named(words, _names(sights))):
            refused.add(found)
    musts: set[str] = set()
    missing: list[str] = []
    for words in wish.musts:
        if words in INTERESTS:
            fitting = [s for s in sights if matches(words, s.category, s.tags)]
            found = min(fitting, key=lambda s: (s.rank, s.id)).id if fitting else None
        else:
            found = best_named(words, _names(sights))
        if found is None:
            missing.append(words)
        else:
            musts.add(found)
    return [s for s in sights if s.id not in refused or s.id in musts], musts, missing


def _names(sights: Sequence[Sight]) -> list[tuple[str, str]]:
    return [(s.id, s.name) for s in sights] + [(s.id, s.local_name) for s in sights if s.local_name]


def _interest(sight: Sight, wish: Wish, party: Party) -> float:
    weight = 1.0
    if any(matches(tag, sight.category, sight.tags) for tag in wish.likes):
        weight *= 1.7
    calm = {"quiet", "hidden-gem"} & set(sight.tags)
    if wish.quiet:
        weight *= 1.5 if calm else 0.75 if sight.rank == 1 else 1.0
    if party.children:
        if sight.category == "nightlife":
            weight *= 0.1
        elif "kids" in sight.tags or sight.category == "family":
            weight *= 1.5
    return weight


def _flight_times(facts: Facts, wish: Wish) -> tuple[datetime | None, datetime | None]:
    """Landing and take-off as said; assumed when somebody surely flies and said nothing."""
    zone = ZoneInfo(facts.destination.timezone)
    flies = facts.flies and not wish.no_flight and len(facts.days) > 1
    if facts.home is not None and facts.home.destination_id == facts.destination.id:
        flies = False
    at = wish.arrive_at or (ASSUMED_LANDING if flies else None)
    off = wish.leave_at or (ASSUMED_TAKEOFF if flies else None)
    landing = datetime.combine(facts.first, at, zone) if at else None
    takeoff = datetime.combine(facts.last, off, zone) if off else None
    return landing, takeoff


def fixed_costs(facts: Facts, party: Party, *, with_flights: bool) -> tuple[Decimal, Decimal]:
    """Estimates of (flights, rooms) for the whole party, in the traveller's currency."""
    flights = Decimal(0)
    if with_flights and facts.flights is not None:
        middle = (facts.flights.low.amount + facts.flights.high.amount) / 2
        flights = middle * party.size
    nights = len(facts.days) - 1
    each = room(facts.destination, simple=facts.simple_rooms)
    local = each * nights * rooms(party.size)
    stay = local / Decimal(str(facts.rate)) if facts.rate else Decimal(0)
    return flights.quantize(Decimal(1)), stay.quantize(Decimal(1))


def _spare(facts: Facts, wish: Wish, party: Party, budget: Budget | None) -> Decimal | None:
    """What the budget leaves for meals, tickets and getting around, in local currency."""
    if budget is None or facts.rate is None or budget.currency != facts.currency:
        return None
    least = facts.destination.daily_low * len(facts.days) * party.size / 2
    for facts.simple_rooms in (False, True):
        spare = budget.amount
        if wish.budget is None or wish.budget.scope in (None, "total", "person"):
            flights, stay = fixed_costs(facts, party, with_flights=budget.includes_flights)
            spare -= flights + stay
        local = (spare * Decimal(str(facts.rate))).quantize(Decimal(1))
        if local >= least:
            break
    else:
        raise Rejected(
            f"That budget does not hold this trip: after the estimates for "
            f"{'flights and ' if budget.includes_flights else ''}rooms too little is left for "
            f"{len(facts.days)} days. Tell me a higher budget, fewer days, or a cheaper place."
        )
    return local
