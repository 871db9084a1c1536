"""The weather of a trip as a notice tells it: forecast where there is one, else what is usual."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from core import words
from core.errors import Unavailable
from core.gathering import typical
from core.notices.weather_news import poor_in
from core.packing import Sky
from core.travel import DayWeather, Point, Travel
from core.trips import Plan, Stage

PATIENCE_S = 8.0  # nobody waits for a notice
HORIZON_DAYS = 16


@dataclass(frozen=True)
class Forecast:
    """Days as forecast; `silent` names who did not answer. A day that is missing is not known."""

    days: dict[date, DayWeather]
    silent: tuple[str, ...] = ()

    def told_by(self, zone: ZoneInfo) -> str:
        """ "Forecast: Open-Meteo, as of …", and who did not answer."""
        by = sorted({words.as_of(w.source, zone) for w in self.days.values()})
        silent = f"{words.listing(self.silent)} did not answer. " if self.silent else ""
        return f"{silent}Forecast: {words.listing(by)}." if by else silent.strip()


def point_of(travel: Travel, town: Stage) -> Point:
    """Where the weather of a town is asked for: the same point whatever the hotel."""
    destination = travel.places.destination(town.destination_id)
    return destination.center if destination is not None else town.anchor


async def forecast_for(
    travel: Travel, plan: Plan, first: date, last: date, today: date
) -> Forecast:
    """The forecast for the days of the plan from `first` to `last`, of every town on its days."""
    last = min(last, today + timedelta(days=HORIZON_DAYS - 1))
    parts = [
        (town, max(first, town.first, today), min(last, town.last))
        for town in plan.towns
        if max(first, town.first, today) <= min(last, town.last)
    ]
    answers = await asyncio.gather(*(_asked(travel, town, a, b) for town, a, b in parts))
    days: dict[date, DayWeather] = {}
    silent: list[str] = []
    for answer in answers:
        if isinstance(answer, str):
            silent.append(answer)
        else:
            days |= {w.day: w for w in answer if not w.typical}
    return Forecast(days, tuple(dict.fromkeys(silent)))


async def _asked(travel: Travel, town: Stage, first: date, last: date) -> list[DayWeather] | str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await travel.weather.forecast(point_of(travel, town), town.timezone, first, last)
    except Unavailable as error:
        return error.who
    except TimeoutError:
        return "The weather service"


def usual(travel: Travel, town: Stage) -> str:
    """What the month is like there, in a sentence with its source; "" when nobody knows."""
    destination = travel.places.destination(town.destination_id)
    if destination is None or not destination.climate:
        return ""
    c = destination.climate[town.first.month - 1]
    sea = f", sea {round(c.sea_c)} °C" if c.sea_c is not None else ""
    return (
        f"typically {round(c.tmin_c)}–{round(c.tmax_c)} °C in "
        f"{words.MONTH_NAMES[town.first.month - 1]}, rain on {round(c.rain_days)} days{sea} "
        f"({c.source.name})"
    )


def to_pack_for(travel: Travel, plan: Plan, days: Sequence[DayWeather]) -> Sky | None:
    """The weather of the whole trip, from the forecast where there is one; None: not known."""
    known = {w.day: w for w in days}
    seas: list[float] = []
    rainy = False
    for town in plan.towns:
        destination = travel.places.destination(town.destination_id)
        if destination is None or not destination.climate:
            continue
        climate = destination.climate[town.first.month - 1]
        seas += [climate.sea_c] if climate.sea_c is not None else []
        for n in range((town.last - town.first).days + 1):
            day = town.first + timedelta(days=n)
            if day not in known and (guess := typical(destination, day)) is not None:
                known[day] = guess
                rainy = rainy or climate.rain_days >= 7
    if not known:
        return None
    found = list(known.values())
    return Sky(
        warmest=max(w.tmax_c for w in found),
        coolest_day=min(w.tmax_c for w in found),
        coldest_night=min(w.tmin_c for w in found),
        wet=rainy or any(w.wet for w in found),
        windy=any("wind" in poor_in(w) for w in found),
        snowy=any((w.snow_cm or 0) >= 1 for w in found),
        sea_c=max(seas, default=None),
    )
