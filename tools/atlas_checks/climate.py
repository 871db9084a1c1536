"""Check 4: climate figures that could be true at that latitude."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from itertools import pairwise

from adapters.travel.atlas.schema import DestinationFile

MAX_STEP_C = 9
# Typical yearly mean in °C at sea level by degrees of latitude; towns may be colder by altitude
# and warmer by a warm sea or a dry desert.
MEAN_BY_LATITUDE = (
    (0, 27.0),
    (20, 26.0),
    (30, 21.0),
    (40, 15.0),
    (50, 10.0),
    (60, 5.0),
    (90, -15.0),
)
WARMER_C, COLDER_C = 7, 18
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def months_are_plausible(destination: DestinationFile) -> Iterator[str]:
    """Each month by itself, and the steps between months."""
    climate = destination.climate
    for month, name in enumerate(MONTHS):
        if climate.tmin_c[month] >= climate.tmax_c[month]:
            yield f"climate: tmin_c is not below tmax_c in {name}"
        if not 0 <= climate.rain_days[month] <= monthrange(2027, month + 1)[1]:
            yield f"climate: {climate.rain_days[month]:g} rain days in {name}"
        if not 0 <= climate.rain_mm[month] <= 1200:
            yield f"climate: {climate.rain_mm[month]:g} mm of rain in {name}"
        if climate.sea_c is not None and not -2 <= climate.sea_c[month] <= 34:
            yield f"climate: a sea of {climate.sea_c[month]:g} °C in {name}"
    for series in ("tmax_c", "tmin_c"):
        values: tuple[float, ...] = getattr(climate, series)
        for month, (before, after) in enumerate(pairwise((values[-1], *values))):
            if abs(after - before) > MAX_STEP_C:
                yield f"climate: {series} jumps from {before:g} to {after:g} in {MONTHS[month]}"


def seasons_fit_the_hemisphere(destination: DestinationFile) -> Iterator[str]:
    """July is the warm half in the north, January in the south; the tropics have no winter."""
    lat = destination.center.lat
    means = _means(destination)
    if lat > 23 and means[6] < means[0]:
        yield "climate: July is colder than January in the north"
    if lat < -23 and means[0] < means[6]:
        yield "climate: January is colder than July in the south"
    # Northern winds reach the outer tropics (Hanoi), so the range grows from 15 degrees on.
    allowed = 12 + max(0.0, abs(lat) - 15) * 0.75
    spread = max(means) - min(means)
    if abs(lat) < 23 and spread > allowed:
        yield f"climate: {spread:.0f} °C between the months is too much for the tropics"


def warmth_fits_the_latitude(destination: DestinationFile) -> Iterator[str]:
    """The yearly mean is in the band of the latitude."""
    mean = sum(_means(destination)) / 12
    usual = _usual_mean(abs(destination.center.lat))
    if not usual - COLDER_C <= mean <= usual + WARMER_C:
        yield f"climate: a yearly mean of {mean:.0f} °C is odd, about {usual:.0f} °C is usual there"


def sun_fits_the_day(destination: DestinationFile) -> Iterator[str]:
    """Sun hours are sums of whole months and at most the length of the days."""
    sun = destination.climate.sun_h
    if max(sun) <= 16:
        yield "climate: sun_h must be hours in the whole month, not a day"
        return
    for month, hours in enumerate(sun):
        longest = daylight_h(destination.center.lat, month + 1) * monthrange(2027, month + 1)[1]
        if not 0 <= hours <= longest:
            yield f"climate: {hours:g} hours of sun in {MONTHS[month]}, the days have {longest:.0f}"


def daylight_h(lat: float, month: int) -> float:
    """Hours from sunrise to sunset in the middle of a month."""
    day_of_year = 30.4 * month - 15
    tilt = math.radians(-23.44) * math.cos(2 * math.pi * (day_of_year + 10) / 365)
    # 0.83 degrees below the horizon: refraction and the sun's own width.
    height = math.radians(-0.83)
    latitude = math.radians(lat)
    cosine = (math.sin(height) - math.sin(latitude) * math.sin(tilt)) / (
        math.cos(latitude) * math.cos(tilt)
    )
    return 24 / math.pi * math.acos(max(-1.0, min(1.0, cosine)))


def _means(destination: DestinationFile) -> list[float]:
    climate = destination.climate
    return [(low + high) / 2 for low, high in zip(climate.tmin_c, climate.tmax_c, strict=True)]


def _usual_mean(latitude: float) -> float:
    for (south, warm), (north, cold) in pairwise(MEAN_BY_LATITUDE):
        if latitude <= north:
            return warm + (cold - warm) * (latitude - south) / (north - south)
    return MEAN_BY_LATITUDE[-1][1]
