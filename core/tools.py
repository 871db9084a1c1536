"""The read-only tools of a free conversation: the travel ports, and nothing else.

What they return is data for the model: typed values as short lines, names cleaned and capped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from core import words
from core.errors import Rejected, Unavailable
from core.ports import Tool
from core.resolving import known_at
from core.travel import Destination, Place, Travel

MAX_RESULT_CHARS = 2_000
_NAME_CHARS = 80
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


class PlaceArguments(BaseModel):
    place: str = Field(max_length=100, description="name of a city, island or region")


class DaysArguments(PlaceArguments):
    first_day: date = Field(ge=_EARLIEST, le=_LATEST)
    last_day: date = Field(ge=_EARLIEST, le=_LATEST)


class RateArguments(BaseModel):
    base: str = Field(pattern="^[A-Z]{3}$")
    quote: str = Field(pattern="^[A-Z]{3}$")


def travel_tools(travel: Travel, now: datetime) -> tuple[Tool, ...]:
    """The tools over `travel`. Each returns short text; failures are told, never raised."""

    async def sights(a: PlaceArguments) -> str:
        d = await _destination(travel, a.place)
        if d is None:
            return _unknown(a.place)
        today = now.date()
        found = await travel.places.sights(d, today, today)
        return "\n".join(f"{_clean(s.name)}: {s.category}, rank {s.rank}" for s in found)

    async def weather(a: DaysArguments) -> str:
        d = await _destination(travel, a.place)
        if d is None:
            return _unknown(a.place)
        last = max(a.first_day, min(a.last_day, a.first_day + timedelta(days=15)))
        lines = []
        if now.date() <= a.first_day <= now.date() + timedelta(days=15):
            found = await travel.weather.forecast(d.center, d.timezone, a.first_day, last)
            lines = [f"{words.day(w.day)}: {words.weather(w)} (forecast)" for w in found]
        if not lines and d.climate:
            c = d.climate[a.first_day.month - 1]
            lines = [
                f"{words.MONTH_NAMES[c.month - 1]}, typical: {c.tmin_c}–{c.tmax_c} °C, rain on "
                f"{c.rain_days} days"
            ]
        return "\n".join(lines) or "Neither a forecast nor typical values are known."

    async def events(a: DaysArguments) -> str:
        d = await _destination(travel, a.place)
        if d is None:
            return _unknown(a.place)
        last = max(a.first_day, min(a.last_day, a.first_day + timedelta(days=60)))
        found = await travel.events.between(d, a.first_day, last)
        listed = [f"{words.span(e.first, e.last)}: {_clean(e.name)}" for e in found]
        return "\n".join(listed) or "No holiday or yearly event is known in these days."

    async def country(a: PlaceArguments) -> str:
        place = await _place(travel, a.place)
        facts = travel.places.country(place.country) if place else None
        if facts is None:
            return _unknown(a.place)
        numbers = ", ".join(f"{k} {v}" for k, v in facts.emergency.items() if v)
        return (
            f"{facts.name}: currency {facts.currency}, plugs {'/'.join(facts.plug_types)}, "
            f"emergency {numbers}. Tipping: {facts.tipping} Water: {facts.tap_water}"
        )

    async def rate(a: RateArguments) -> str:
        found = await travel.rates.rate(a.base, a.quote)
        return f"1 {a.base} = {found.rate:.4f} {a.quote} ({found.day.isoformat()})"

    return (
        Tool("sights", "Sights that are known in a place", PlaceArguments, _safe(sights)),
        Tool("weather", "Forecast or typical weather", DaysArguments, _safe(weather)),
        Tool("events", "Public holidays and yearly events", DaysArguments, _safe(events)),
        Tool("country", "Currency, plugs, emergency, tipping", PlaceArguments, _safe(country)),
        Tool("exchange_rate", "Exchange rate of two currencies", RateArguments, _safe(rate)),
    )


def _safe(run: Callable[[Any], Awaitable[str]]) -> Callable[[Any], Awaitable[str]]:
    async def guarded(arguments: Any) -> str:
        try:
            text = await run(arguments)
        except Unavailable as error:
            return f"{error.who} does not answer."
        except Rejected as error:
            return error.reason
        return text[:MAX_RESULT_CHARS]

    return guarded


async def _place(travel: Travel, name: str) -> Place | None:
    found = await travel.geocoder.find(name)
    return found[0] if found else None


async def _destination(travel: Travel, name: str) -> Destination | None:
    place = await _place(travel, name)
    return known_at(place, travel) if place else None


def _unknown(name: str) -> str:
    return f"Nothing is known about {_clean(name)}."


def _clean(text: str) -> str:
    """A provider's name as plain data: one line, no markup, short."""
    return words.literal(text)[:_NAME_CHARS]
