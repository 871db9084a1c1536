"""A generator of towns: random sights with hours per day, legs from the great-circle model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from adapters.travel.great_circle import matrix
from core.itinerary.problem import Problem
from core.travel import (
    Climate,
    Confidence,
    DayWeather,
    Destination,
    Leg,
    Money,
    OpenInterval,
    Point,
    Sight,
    Source,
)
from core.wishes import Pace

SOURCE = Source(
    name="Test atlas",
    fetched_at=datetime(2030, 1, 1, tzinfo=UTC),
    confidence=Confidence.CURATED,
)
ANCHOR = Point(lat=38.7078, lon=-9.1366)
CATEGORIES = (
    "museum landmark church park viewpoint market beach neighbourhood experience family nightlife"
).split()
INDOOR = {"museum", "church", "market", "family", "nightlife"}
OPEN = {
    "museum": (10 * 60, 18 * 60),
    "landmark": (9 * 60 + 30, 18 * 60),
    "church": (8 * 60, 19 * 60),
    "market": (8 * 60, 15 * 60),
    "experience": (10 * 60, 20 * 60),
    "family": (10 * 60, 19 * 60),
    "nightlife": (19 * 60, 26 * 60),
}
AREAS = ("Alta", "Baixa", "Ribeira", "Norte", "")
FIRST = date(2030, 4, 11)  # a Thursday


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def destination(**changes: Any) -> Destination:
    facts: dict[str, Any] = {
        "source": SOURCE,
        "id": "town",
        "name": "Town",
        "local_name": "Town",
        "kind": "city",
        "country": "PT",
        "center": ANCHOR,
        "timezone": "Europe/Lisbon",
        "airports": (),
        "vibes": {"city": 3},
        "currency": "EUR",
        "daily_low": Decimal(60),
        "daily_mid": Decimal(120),
        "daily_high": Decimal(260),
        "meal_mid": Decimal(15),
        "stay_min": 2,
        "stay_typical": 4,
        "stay_max": 6,
        "climate": tuple(
            Climate(
                source=SOURCE, month=m, tmax_c=20, tmin_c=12, rain_mm=40, rain_days=6, sun_h_day=7
            )
            for m in range(1, 13)
        ),
        "best_months": (4, 5, 9),
        "quiet_share": 0.2,
    }
    return Destination(**(facts | changes))


def days_from(first: date, count: int) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range(count))


def sight(id: str, days: Sequence[date], **changes: Any) -> Sight:
    """A museum in the centre, open 10-18 every day, one hour, ten euros."""
    facts: dict[str, Any] = {
        "source": SOURCE,
        "id": f"town/{id}",
        "name": id.replace("-", " ").title(),
        "point": Point(lat=ANCHOR.lat + 0.004, lon=ANCHOR.lon + 0.003),
        "category": "museum",
        "indoor": True,
        "setting": "indoor",
        "rank": 2,
        "visit_min": 60,
        "hours": dict.fromkeys(days, (OpenInterval(start=600, end=1080),)),
        "hours_confidence": "high",
        "ticket": euros(10),
    }
    return Sight(**(facts | changes))


def random_sight(rng: Random, n: int, days: Sequence[date], spread: float = 0.05) -> Sight:
    category = rng.choice(CATEGORIES)
    indoor = category in INDOOR
    start, end = OPEN.get(category, (0, 1440))
    weekly_closed = rng.choice((0, 0, 6, None)) if category in ("museum", "market") else None
    hours: dict[date, tuple[OpenInterval, ...]] = {
        day: () if day.weekday() == weekly_closed else (OpenInterval(start=start, end=end),)
        for day in days
    }
    if category == "church" and rng.random() < 0.5:
        hours = {
            day: (OpenInterval(start=540, end=720), OpenInterval(start=900, end=1110))
            for day in days
        }
    near = 1.0 if rng.random() < 0.85 else 4.0
    return Sight(
        source=SOURCE,
        id=f"town/sight-{n}",
        name=f"Sight {n}",
        point=Point(
            lat=ANCHOR.lat + rng.uniform(-spread, spread) * near,
            lon=ANCHOR.lon + rng.uniform(-spread, spread) * near,
        ),
        category="daytrip" if n % 13 == 12 else category,
        indoor=indoor,
        setting="indoor" if indoor else rng.choice(("outdoor", "outdoor", "mixed")),
        rank=rng.choice((1, 2, 2, 3, 3, 4, 5)),
        visit_min=rng.choice((180, 240, 300) if n % 13 == 12 else (30, 45, 60, 90, 120)),
        hours=None if rng.random() < 0.06 else hours,
        hours_confidence=rng.choice(("high", "medium", "low")),
        ticket=rng.choice((None, euros(0), euros(12))),
        book_ahead=rng.random() < 0.1,
        best_time=rng.choice(((), (), ("morning",), ("evening",), ("afternoon", "sunset"))),
        area=rng.choice(AREAS),
    )


def legs(sights: Mapping[str, Sight], anchor: Point) -> dict[tuple[str, str], Leg]:
    ids = [*sights, "anchor"]
    rows = matrix([*(s.point for s in sights.values()), anchor])
    return {(a, b): rows[i][j] for i, a in enumerate(ids) for j, b in enumerate(ids)}


def weather(day: date, *, rain: bool) -> DayWeather:
    return DayWeather(
        source=SOURCE,
        day=day,
        typical=False,
        tmax_c=19,
        tmin_c=12,
        rain_mm=14 if rain else 0,
        rain_chance=0.9 if rain else 0.05,
        gust_kmh=30,
        code=61 if rain else 1,
    )


def problem(sights: Sequence[Sight], days: Sequence[date], **changes: Any) -> Problem:
    known = {s.id: s for s in sights}
    facts: dict[str, Any] = {
        "destination": destination(),
        "days": tuple(days),
        "sights": known,
        "legs": legs(known, ANCHOR),
        "anchor": ANCHOR,
        "pace": Pace.NORMAL,
        "adults": 2,
    }
    return Problem(**(facts | changes))


def local(day: date, hour: int, minute: int = 0, zone: str = "Europe/Lisbon") -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone))


def random_problem(
    seed: int,
    *,
    count: int = 24,
    length: int = 3,
    pace: Pace = Pace.NORMAL,
    flights: bool = False,
    children: tuple[int, ...] = (),
    **changes: Any,
) -> Problem:
    """A town of `count` sights that is different for each seed, the same on every machine."""
    rng = Random(seed)
    days = days_from(FIRST + timedelta(days=rng.randrange(0, 200)), length)
    sights = [random_sight(rng, n, days) for n in range(count)]
    facts: dict[str, Any] = {
        "pace": pace,
        "children": children,
        "seed": seed,
        "weather": {day: weather(day, rain=rng.random() < 0.3) for day in days},
        "interest": {s.id: rng.choice((0.7, 1.0, 1.0, 1.5)) for s in sights},
    }
    if flights:
        facts["landing"] = local(days[0], rng.randrange(6, 23), rng.choice((0, 20, 35)))
        facts["takeoff"] = local(days[-1], rng.randrange(6, 23), rng.choice((0, 25, 50)))
    if flights and length == 1:
        facts["landing"], facts["takeoff"] = local(days[0], 6, 40), local(days[0], 21, 25)
    return problem(sights, days, **(facts | changes))
