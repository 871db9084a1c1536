"""Weather forecasts from Open-Meteo: no key, up to 16 days, CC BY 4.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Confidence, DayWeather, Point, Source

WHO = "Open-Meteo"
HORIZON_DAYS = 16
SURE_DAYS = 7
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum,"
    "precipitation_probability_max,wind_gusts_10m_max"
)


class OpenMeteo:
    """The Weather port over Open-Meteo's daily forecast."""

    def __init__(
        self, client: ProviderClient, clock: Clock, base_url: str = "https://api.open-meteo.com"
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/") + "/v1/forecast"

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Daily weather from `first` to `last`, both included, in the place's own time zone.

        Temperatures in °C, rain in mm per day, gusts in km/h. Days past the 16-day horizon are
        missing, so the list may be shorter than asked; it is never padded.

        Raises:
            Unavailable: no answer in time, or an answer we cannot read.
        Source: https://open-meteo.com/en/docs (daily variables), CC BY 4.0.
        """
        today = self._clock.now().date()
        last = min(last, today + timedelta(days=HORIZON_DAYS - 1))
        # Yesterday may still be today west of Greenwich.
        first = max(first, today - timedelta(days=1))
        if last < first:
            return []
        # Whole horizon, coordinates of the forecast's own grid: many trips share one request.
        answer = await self._client.get(
            WHO,
            self._url,
            {
                "latitude": f"{place.lat:.2f}",
                "longitude": f"{place.lon:.2f}",
                "timezone": timezone,
                "forecast_days": str(HORIZON_DAYS),
                "daily": _DAILY,
            },
            fresh_for=timedelta(hours=1 if first - today <= timedelta(days=3) else 3),
        )
        return [w for w in _read(answer, today) if first <= w.day <= last]


def _read(answer: Answer, today: date) -> list[DayWeather]:
    """The days of an answer; days with absurd or missing temperatures are left out."""
    daily = answer.body.get("daily") if isinstance(answer.body, Mapping) else None
    if not isinstance(daily, Mapping) or not isinstance(daily.get("time"), list):
        raise Unavailable(WHO, "the answer has no daily values")
    source = Source(
        name=WHO,
        url="https://open-meteo.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Weather data by Open-Meteo.com",
    )
    found = []
    for index, text in enumerate(daily["time"]):
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise Unavailable(WHO, "the answer has unreadable dates") from error
        high = _number(daily, "temperature_2m_max", index, -90, 60)
        low = _number(daily, "temperature_2m_min", index, -90, 60)
        if high is None or low is None or low > high:
            continue
        chance = _number(daily, "precipitation_probability_max", index, 0, 100)
        code = _number(daily, "weather_code", index, 0, 99)
        found.append(
            DayWeather(
                source=source,
                day=day,
                typical=False,
                tmax_c=high,
                tmin_c=low,
                rain_mm=_number(daily, "precipitation_sum", index, 0, 2_000),
                rain_chance=None if chance is None else chance / 100,
                gust_kmh=_number(daily, "wind_gusts_10m_max", index, 0, 500),
                code=None if code is None else int(code),
                low_confidence=(day - today).days > SURE_DAYS,
            )
        )
    return found


def _number(
    daily: Mapping[str, Any], name: str, index: int, low: float, high: float
) -> float | None:
    """One value of a daily series, None when it is missing, no number, or out of range."""
    values = daily.get(name)
    if not isinstance(values, Sequence) or index >= len(values):
        return None
    value = values[index]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None
