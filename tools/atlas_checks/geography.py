"""Checks 2 and 3: everything is where it says it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from zoneinfo import available_timezones

from adapters.travel.airports import airports
from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.atlas.schema import DestinationFile, Point

CENTRE_KM = 15
DAYTRIP_KM = 120
APART_KM = 0.02
# A POI at a border may be nearest to a town of the other country.
BORDER_KM = 30
# Airports that serve a city across a strait without a land border.
SHORT_CROSSING_KM = 60


def centre_is_where_the_gazetteer_says(destination: DestinationFile) -> Iterator[str]:
    """The centre is within 15 km of the GeoNames row, and in the box."""
    center = destination.center
    if not _in_box(destination, center):
        yield "center lies outside of bbox (south, west, north, east)"
    if destination.geonames_id is None:
        if destination.kind in ("city", "town"):
            yield f"a {destination.kind} needs its geonames_id"
        return
    row = gazetteer.by_id(destination.geonames_id)
    if row is None:
        yield (
            f"geonames_id {destination.geonames_id} is not in the gazetteer: wrong, not a town, "
            "or the gazetteer needs a rebuild"
        )
        return
    away = km_between(center.lat, center.lon, row.lat, row.lon)
    if away > CENTRE_KM:
        yield f"center is {away:.0f} km from {row.name}, {row.country} (geonames_id {row.id})"
    if row.country != destination.country:
        yield f"geonames_id {row.id} is {row.name} in {row.country}, not in {destination.country}"


def points_are_in_the_box(destination: DestinationFile) -> Iterator[str]:
    """POIs are inside the box; day trips within 120 km of the centre."""
    south, west, north, east = destination.bbox
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        yield "bbox must be south, west, north, east, in this order"
        return
    for poi in destination.pois:
        if _in_box(destination, poi.point):
            continue
        away = _km(destination.center, poi.point)
        if poi.category != "daytrip":
            yield f"{poi.id} lies outside of bbox, {away:.0f} km from the center"
        elif away > DAYTRIP_KM:
            yield f"{poi.id} is {away:.0f} km away, a day trip may be {DAYTRIP_KM}"


def points_are_in_the_country(destination: DestinationFile) -> Iterator[str]:
    """The nearest town is in the same country: latitude and longitude are not swapped."""
    places = [("center", destination.center, False)]
    places += [(poi.id, poi.point, poi.category == "daytrip") for poi in destination.pois]
    for name, point, may_leave in places:
        nearest = gazetteer.nearest(point.lat, point.lon)
        if nearest is None or nearest.country == destination.country or may_leave:
            continue
        home = gazetteer.nearest(point.lat, point.lon, country=destination.country)
        if home is None or _km_to(point, home) > max(BORDER_KM, 2 * _km_to(point, nearest)):
            yield f"{name} is at {nearest.name}, {nearest.country}, not in {destination.country}"


def points_are_apart(destination: DestinationFile) -> Iterator[str]:
    """No two POIs share a spot."""
    for one, other in combinations(destination.pois, 2):
        if abs(one.point.lat - other.point.lat) < 0.001 and _km(one.point, other.point) < APART_KM:
            yield f"{one.id} and {other.id} are less than 20 m apart"


def timezone_fits(destination: DestinationFile) -> Iterator[str]:
    """The time zone exists and is that of the nearest town of the country."""
    if destination.timezone not in _zones():
        yield f"timezone {destination.timezone} does not exist"
        return
    center = destination.center
    nearest = gazetteer.nearest(center.lat, center.lon, country=destination.country)
    if nearest and nearest.timezone != destination.timezone:
        yield f"timezone is {destination.timezone}, but {nearest.timezone} in {nearest.name}"


def airports_fit(destination: DestinationFile) -> Iterator[str]:
    """Airports exist, are as far as told (20 % or 4 km), in this or a neighbouring country."""
    country = gazetteer.country(destination.country)
    near = {destination.country, *(country.neighbours if country else ())}
    center = destination.center
    for airport in destination.airports:
        known = airports().get(airport.iata)
        if known is None:
            yield f"airport {airport.iata} does not exist"
            continue
        away = km_between(center.lat, center.lon, known.lat, known.lon)
        if abs(away - airport.km) > max(4, 0.2 * away):
            yield f"airport {airport.iata} is {away:.0f} km away, not {airport.km:g}"
        if known.country not in near and away > SHORT_CROSSING_KM:
            yield f"airport {airport.iata} is in {known.country}, which is no neighbour"


@cache
def _zones() -> set[str]:
    return available_timezones()


def _in_box(destination: DestinationFile, point: Point) -> bool:
    south, west, north, east = destination.bbox
    return south <= point.lat <= north and west <= point.lon <= east


def _km(one: Point, other: Point) -> float:
    return km_between(one.lat, one.lon, other.lat, other.lon)


def _km_to(point: Point, town: gazetteer.Town) -> float:
    return km_between(point.lat, point.lon, town.lat, town.lon)
