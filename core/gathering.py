"""Facts for a plan: every source is asked at the same time, with a deadline of its own.

A source that does not answer is named in `silent`, and the plan is made without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from core import alerting
from core.appointments import as_sight, booked_sight, start_minute
from core.errors import Rejected, Unavailable
from core.naming import best_named
from core.ranking import FLIGHT_KM, distance_km
from core.sun import daylight
from core.travel import (
    AlertReport,
    Climate,
    Confidence,
    DayWeather,
    Destination,
    Event,
    FlightEstimate,
    Leg,
    Place,
    Point,
    Rate,
    Sight,
    Source,
    Travel,
)
from core.wishes import Wish

SOURCE_SECONDS = 2.0
HORIZON_DAYS = 16
SMALL_CHILD, SMALL_CHILD_WALK_KM = 6, 1.2  # years, and what such legs walk at a stretch
NEARBY_KM = 40.0  # a hotel or a concert farther away is another place of that name
T = TypeVar("T")


@dataclass
class Facts:
    """What the sources said about one town. `silent` holds (source, what is missing).

    `anchor` is where the days start and end, `sun` sunrise and sunset in minutes of each local day,
    `notes` what had to be assumed.
    """

    destination: Destination
    first: date
    last: date
    home: Place | None
    sights: list[Sight] = field(default_factory=list)
    weather: dict[date, DayWeather] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    alerts: AlertReport | None = None
    flights: FlightEstimate | None = None
    legs: dict[tuple[str, str], Leg] = field(default_factory=dict)
    rate: Decimal | None = None  # one unit of the traveller's currency in the local one
    rated: Rate | None = None  # where that is from
    currency: str = ""  # the traveller's
    silent: list[tuple[str, str]] = field(default_factory=list)
    simple_rooms: bool = False  # the budget holds no better ones
    anchor: Point = field(init=False)
    sun: dict[date, tuple[int, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    found: list[Source] = field(default_factory=list)  # who knew the addresses, to be credited
    lodging_known: bool = True  # False: nobody knows where the travellers sleep
    booked: dict[str, tuple[date, int]] = field(default_factory=dict)  # day, minute of the start

    def __post_init__(self) -> None:
        self.anchor = self.destination.center

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
    wish: Wish,
    way_back: date | None = None,
    flights: bool = True,
) -> Facts:
    """All facts for the local days `first`..`last`. Raises Rejected only without any sights.

    Of the wish only what has a place is read: where the travellers sleep, and what is fixed (each
    appointment with its day). `way_back` is the day of the flight home when that is not `last`;
    flights are only asked for in the first town.
    """
    facts = Facts(destination, first, last, home, currency=currency)
    silent = facts.silent
    zone = destination.timezone

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

    async def sights_there() -> list[Sight]:
        try:
            return await travel.places.sights(destination, first, last)
        except Unavailable as error:
            silent.append((error.who, f"what there is to see in {destination.name}"))
            return []

    in_reach = first <= today + timedelta(days=HORIZON_DAYS - 1)
    flies = flights and home is not None and facts.flies
    async with asyncio.TaskGroup() as group:
        sights = group.create_task(sights_there())
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
        estimate = group.create_task(
            ask(
                travel.flights.estimate(home, destination, first, way_back or last, currency),
                "The flight source",
                "the flight estimate",
            )
            if home is not None and flies
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
        alerts = group.create_task(
            ask(
                travel.alerts.active(destination, first, last),
                "The warning services",
                "weather warnings",
            )
            if travel.alerts is not None and alerting.due(first, last, today)
            else _nothing()
        )
    facts.sights = sights.result()
    if not facts.sights:
        raise Rejected(_nothing_to_see(destination, silent))
    if destination.source.confidence is Confidence.ESTIMATE:
        facts.notes.append(
            f"{destination.name} is not in my atlas: its sights are looked up live, and what a day "
            f"costs is an estimate ({destination.source.name})."
        )
    facts.events = events.result() or []
    facts.alerts = alerts.result()
    if facts.alerts is not None:
        facts.notes += alerting.notes(facts.alerts, destination)
        silent += alerting.unheard(facts.alerts)
    facts.flights = estimate.result()
    facts.rated = rate.result()
    same = currency == destination.currency
    facts.rate = Decimal(1) if same else facts.rated.rate if facts.rated else None
    forecast = {w.day: w for w in weather.result() or []}
    known = {d: forecast.get(d) or typical(destination, d) for d in facts.days}
    facts.weather = {d: w for d, w in known.items() if w is not None}
    facts.sun = {d: s for d in facts.days if (s := daylight(destination.center, d, zone))}
    if wish.lodging:
        bed = await _point_of(travel, facts, wish.lodging)
        facts.anchor, facts.lodging_known = bed or facts.anchor, bed is not None
    for appointment in wish.appointments:
        sight = booked_sight(appointment, facts.sights)
        if sight is not None and appointment.day is not None:
            facts.booked[sight] = (appointment.day, start_minute(appointment))
            continue
        where = facts.anchor
        if appointment.place:
            way = f"the way to “{appointment.title}” is counted from there"
            hall = await _point_of(travel, facts, appointment.place)
            where = hall or facts.destination.center
            if hall is None:
                facts.notes.append(UNPLACED.format(appointment.place, way))
        facts.sights.append(as_sight(appointment, where, facts.days, today))
    ids = ["anchor", *(s.id for s in facts.sights)]
    points = [facts.anchor, *(s.point for s in facts.sights)]
    matrix = await travel.routes.matrix(points, walk_km=walk_km(wish))
    facts.legs = {
        (a, b): matrix[i][j] for i, a in enumerate(ids) for j, b in enumerate(ids) if i != j
    }
    return facts


def walk_km(wish: Wish) -> float | None:
    """The longest single walk: as said, shorter with small children; None when nobody minds."""
    if wish.max_walk_km is not None:
        return wish.max_walk_km
    small = wish.party is not None and any(age <= SMALL_CHILD for age in wish.party.children)
    return SMALL_CHILD_WALK_KM if small else None


UNPLACED = "I do not know where “{}” is; I took the centre, and {}."


async def _point_of(travel: Travel, facts: Facts, words: str) -> Point | None:
    """The point of an area, a sight or an address in town; None when nobody knows it."""
    areas = {s.area: s.area for s in facts.sights if s.area}
    if area := best_named(words, list(areas.items())):
        inside = [s.point for s in facts.sights if s.area == area]
        return Point(
            lat=round(sum(p.lat for p in inside) / len(inside), 5),
            lon=round(sum(p.lon for p in inside) / len(inside), 5),
        )
    names = [(s.id, n) for s in facts.sights for n in (s.name, s.local_name) if n]
    if sight := best_named(words, names):
        return next(s.point for s in facts.sights if s.id == sight)
    center = facts.destination.center
    try:
        found = await travel.geocoder.find(words, near=center)
    except Unavailable as error:
        facts.silent.append((error.who, f"where “{words}” is"))
        found = []
    for place in found:
        if distance_km(place.point, center) <= NEARBY_KM and place.kind not in ("country", "state"):
            if place.source.attribution:
                facts.found.append(place.source)
            return place.point
    return None


async def _nothing() -> None:
    return None


def _nothing_to_see(destination: Destination, silent: list[tuple[str, str]]) -> str:
    missing = [who for who, what in silent if what.startswith("what there is to see")]
    if missing:
        return (
            f"I cannot see what there is in {destination.name} right now: {missing[0]} does not "
            "answer. Please ask me again in a few minutes."
        )
    return f"I found nothing to see in {destination.name}, and I do not invent any."


def typical(destination: Destination, day: date) -> DayWeather | None:
    """What the month of a day is usually like there; None when nobody knows."""
    if not destination.climate:
        return None
    c: Climate = destination.climate[day.month - 1]
    return DayWeather(
        source=c.source,
        day=day,
        typical=True,
        tmax_c=c.tmax_c,
        tmin_c=c.tmin_c,
    )
