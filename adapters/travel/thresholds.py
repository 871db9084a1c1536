"""Warnings that we make of the forecast ourselves, and call so: they are not official."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.travel.spot import Found, Spot
from core.travel import Alert, DayWeather, Severity, Weather
from core.zones import zone_of

OURS = "from the forecast, not an official warning"
GUST_KMH, RAIN_MM, SNOW_CM, HEAT_C, COLD_C, THUNDER = 75, 40, 15, 38, -15, 95
_Rule = tuple[str, str, Callable[[DayWeather], str]]  # id, event, and the words when it applies


class Thresholds:
    """An AlertSource over any Weather port, for the whole world."""

    name = "the forecast"
    lasting = False

    def __init__(self, weather: Weather) -> None:
        self._weather = weather

    def covers(self, country: str) -> bool:
        return True

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """One warning for each day and kind. Raises Unavailable without a forecast."""
        days = await self._weather.forecast(spot.point, spot.timezone, first, last)
        zone = zone_of(spot.timezone)
        return Found(
            tuple(
                _alert(id, event, words, day, zone)
                for day in days
                if not day.typical
                for id, event, rule in _RULES
                if (words := rule(day))
            )
        )


def _alert(id: str, event: str, words: str, day: DayWeather, zone: ZoneInfo) -> Alert:
    midnight = datetime.combine(day.day, time(0), zone)
    following = datetime.combine(day.day + timedelta(days=1), time(0), zone)
    return Alert(
        source=day.source,
        id=f"{id}:{day.day}",
        event=event,
        severity=Severity.MODERATE,
        onset=midnight.astimezone(UTC),
        ends=following.astimezone(UTC),
        headline=f"{words} ({OURS})",
        area="",
        official=False,
    )


def _felt(day: DayWeather) -> float:
    return day.tmax_c if day.feels_max_c is None else day.feels_max_c


_RULES: tuple[_Rule, ...] = (
    (
        "gusts",
        "Strong gusts",
        lambda d: f"Gusts up to {d.gust_kmh:.0f} km/h" if (d.gust_kmh or 0) >= GUST_KMH else "",
    ),
    (
        "rain",
        "Heavy rain",
        lambda d: f"{d.rain_mm:.0f} mm of rain" if (d.rain_mm or 0) >= RAIN_MM else "",
    ),
    (
        "snow",
        "Heavy snow",
        lambda d: f"{d.snow_cm:.0f} cm of new snow" if (d.snow_cm or 0) >= SNOW_CM else "",
    ),
    (
        "heat",
        "Heat",
        lambda d: f"It feels like {_felt(d):.0f} °C by day" if _felt(d) >= HEAT_C else "",
    ),
    (
        "cold",
        "Hard frost",
        lambda d: f"{d.tmin_c:.0f} °C at night" if d.tmin_c <= COLD_C else "",
    ),
    (
        "thunder",
        "Thunderstorms",
        lambda d: "Thunderstorms" if d.code is not None and d.code >= THUNDER else "",
    ),
)
