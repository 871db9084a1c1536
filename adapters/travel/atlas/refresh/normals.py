"""Monthly normals from ten years of Open-Meteo's archive (ERA5), CC BY 4.0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.travel.atlas.refresh.asking import Asker
from core.errors import Unavailable

WHO = "Open-Meteo"
ARCHIVE_URL = "https://archive-api.open-meteo.com/v1/archive"
YEARS = 10
RAIN_DAY_MM = 1.0
# Free: 600 weighted calls a minute, 5,000 an hour, 10,000 a day; some are left for the bot.
LIMITS = ((540.0, 60.0), (4_500.0, 3_600.0), (9_000.0, 86_400.0))
SERIES = {
    "temperature_2m_max": "°C",
    "temperature_2m_min": "°C",
    "precipitation_sum": "mm",
    "sunshine_duration": "s",
}
# Of a month's days in ten years so many must be there.
ENOUGH = 0.9
_MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Normals = dict[str, list[int]]


def question(lat: float, lon: float, today: date) -> dict[str, str]:
    """The parameters for the last ten whole years before `today`."""
    return {
        "latitude": f"{lat:.4f}",
        "longitude": f"{lon:.4f}",
        "start_date": f"{today.year - YEARS}-01-01",
        "end_date": f"{today.year - 1}-12-31",
        "daily": ",".join(SERIES),
        "timezone": "auto",
    }


def weight() -> float:
    """What such a call counts: variables / 10 times days / 14."""
    return len(SERIES) / 10 * (YEARS * 365.25) / 14


async def normals(asker: Asker, lat: float, lon: float, today: date, url: str) -> Normals:
    """Typical months of a place: tmax_c, tmin_c, rain_mm, rain_days, sun_h, January first.

    Rounded as the files are: 1 °C, 5 mm (1 mm below 20), 1 day, 5 hours.

    Raises:
        Unavailable: no answer, an answer we cannot read, or too many days missing.
    """
    asked = question(lat, lon, today)
    body = await asker.ask(url, asked, _readable, weight=weight())
    return _normals(body["daily"])


def _readable(body: Any) -> None:
    if not isinstance(body, Mapping) or body.get("error"):
        reason = str(body.get("reason", "")) if isinstance(body, Mapping) else ""
        raise Unavailable(WHO, reason or "the answer is not an archive")
    daily, units = body.get("daily"), body.get("daily_units")
    if not isinstance(daily, Mapping) or not isinstance(units, Mapping):
        raise Unavailable(WHO, "the answer has no daily values")
    days = daily.get("time")
    if not isinstance(days, list) or not days:
        raise Unavailable(WHO, "the answer has no days")
    for name, unit in SERIES.items():
        if units.get(name) != unit:
            raise Unavailable(WHO, f"{name} is not in {unit}")
        values = daily.get(name)
        if not isinstance(values, list) or len(values) != len(days):
            raise Unavailable(WHO, f"{name} has not one value a day")
        if not all(v is None or isinstance(v, int | float) for v in values):
            raise Unavailable(WHO, f"{name} holds something that is no number")
    try:
        for day in days:
            date.fromisoformat(day)
    except (TypeError, ValueError):
        raise Unavailable(WHO, "a day of the answer is no date") from None


def _normals(daily: Mapping[str, list[Any]]) -> Normals:
    months = [date.fromisoformat(day).month - 1 for day in daily["time"]]
    means = {name: _by_month(name, months, daily[name]) for name in SERIES}
    wet = [None if v is None else float(v >= RAIN_DAY_MM) for v in daily["precipitation_sum"]]
    wet_share = _by_month("precipitation_sum", months, wet)
    return {
        "tmax_c": [round(v) for v in means["temperature_2m_max"]],
        "tmin_c": [round(v) for v in means["temperature_2m_min"]],
        "rain_mm": [_millimetres(v * n) for v, n in _days(means["precipitation_sum"])],
        "rain_days": [round(v * n) for v, n in _days(wet_share)],
        "sun_h": [5 * round(v * n / 3_600 / 5) for v, n in _days(means["sunshine_duration"])],
    }


def _by_month(name: str, months: list[int], values: list[float | None]) -> list[float]:
    """The mean day of each month; days without a value are left out, not counted as 0."""
    days: dict[int, int] = defaultdict(int)
    known: dict[int, list[float]] = defaultdict(list)
    for month, value in zip(months, values, strict=True):
        days[month] += 1
        if value is not None:
            known[month].append(value)
    for month in range(12):
        if len(known[month]) < max(1, ENOUGH * days[month], ENOUGH * YEARS * 28):
            raise Unavailable(WHO, f"{name} lacks too many days of month {month + 1}")
    return [sum(known[month]) / len(known[month]) for month in range(12)]


def _days(values: list[float]) -> list[tuple[float, float]]:
    return list(zip(values, _MONTH_DAYS, strict=True))


def _millimetres(value: float) -> int:
    return round(value) if value < 20 else 5 * round(value / 5)
