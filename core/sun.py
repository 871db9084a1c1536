"""Sunrise and sunset by the usual low-precision formulas, right to a few minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import acos, asin, cos, degrees, radians, sin
from zoneinfo import ZoneInfo

from core.travel import Point
from core.zones import zone_of

_EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC)
_HORIZON_DEG = -0.833  # the upper edge of the sun, with refraction


def daylight(place: Point, day: date, timezone: str) -> tuple[int, int] | None:
    """Minutes after local midnight of sunrise and sunset; None in polar day and polar night.

    Mean anomaly, equation of the centre and declination as in the almanacs' sunrise equation; a
    mountain horizon is not known to it.
    """
    zone = zone_of(timezone)
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    days = round((noon - _EPOCH) / timedelta(days=1) + place.lon / 360) - place.lon / 360
    anomaly = radians((357.5291 + 0.98560028 * days) % 360)
    centre = 1.9148 * sin(anomaly) + 0.02 * sin(2 * anomaly) + 0.0003 * sin(3 * anomaly)
    ecliptic = radians((degrees(anomaly) + centre + 282.9372) % 360)
    transit = days + 0.0053 * sin(anomaly) - 0.0069 * sin(2 * ecliptic)
    declination = asin(sin(ecliptic) * sin(radians(23.4397)))
    lat = radians(place.lat)
    cosine = (sin(radians(_HORIZON_DEG)) - sin(lat) * sin(declination)) / (
        cos(lat) * cos(declination)
    )
    if not -1 < cosine < 1:
        return None
    half = timedelta(days=degrees(acos(cosine)) / 360)
    middle = _EPOCH + timedelta(days=transit)
    rise, fall = (_minute(moment, day, zone) for moment in (middle - half, middle + half))
    return rise, fall


def _minute(moment: datetime, day: date, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute
