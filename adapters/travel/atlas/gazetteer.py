"""Towns, states and countries of the world, offline and read-only.

Data: GeoNames, CC BY 4.0 (towns of 5,000 inhabitants and more); country names: Unicode CLDR.
Names are compared folded (see `names.fold`). Built by `tools/build_gazetteer.py`.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from adapters.travel.atlas.names import fold

_TOWN = (
    "SELECT town.id, town.name, lat, lon, country, state, population, zone.name"
    " FROM town JOIN zone ON zone.id = town.zone"
)
_COUNTRY = (
    "SELECT code, iso3, country.name, capital, currency, continent, neighbours, population,"
    " lat, lon, zone.name FROM country JOIN zone ON zone.id = country.zone"
)
_STATE = (
    "SELECT country, code, short, state.name, population, lat, lon, zone.name"
    " FROM state JOIN zone ON zone.id = state.zone"
)
# One degree of latitude; a cell of the grid is one degree by one degree.
_KM_A_DEGREE = 111.2
_WIDEST_SEARCH = 12


@dataclass(frozen=True, slots=True)
class Town:
    """A town; `id` is its GeoNames id, `state` the GeoNames code of its state or region."""

    id: int
    name: str
    lat: float
    lon: float
    country: str
    state: str
    population: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country; its point and time zone are those of the capital."""

    code: str
    iso3: str
    name: str
    capital: str
    currency: str
    continent: str
    neighbours: tuple[str, ...]
    population: int
    lat: float
    lon: float
    timezone: str


@dataclass(frozen=True, slots=True)
class State:
    """A state of a country where travellers name states; its point is where its people live."""

    country: str
    code: str
    short: str
    name: str
    population: int
    lat: float
    lon: float
    timezone: str


def by_id(id: int) -> Town | None:
    """The town with a GeoNames id."""
    row = _database().execute(f"{_TOWN} WHERE town.id = ?", (id,)).fetchone()
    return Town(*row) if row else None


def towns_called(text: str, *, country: str = "", state: str = "") -> list[tuple[Town, bool]]:
    """Towns of that name, most people first; True when it is the main name, not an alternate."""
    rows = _database().execute(
        "SELECT town.id, town.name, lat, lon, country, state, population, zone.name, main"
        " FROM town_name JOIN town ON town.id = town_name.town JOIN zone ON zone.id = town.zone"
        " WHERE town_name.name = ? AND (? = '' OR country = ?) AND (? = '' OR state = ?)"
        " ORDER BY population DESC, town.id LIMIT 50",
        (fold(text), country, country, state, state),
    )
    return [(Town(*row[:8]), bool(row[8])) for row in rows]


@lru_cache(maxsize=512)
def country(code: str) -> Country | None:
    """The country with an ISO 3166-1 alpha-2 code."""
    row = _database().execute(f"{_COUNTRY} WHERE code = ?", (code.upper(),)).fetchone()
    return _country(row) if row else None


def countries_called(text: str) -> list[Country]:
    """Countries of that name in any of the languages we know, most people first."""
    rows = _database().execute(
        f"{_COUNTRY} WHERE code IN (SELECT code FROM country_name WHERE country_name.name = ?)"
        " ORDER BY population DESC",
        (fold(text),),
    )
    return [_country(row) for row in rows]


def states_called(text: str, *, country: str = "") -> list[State]:
    """States of that name, or with that abbreviation when the country is given."""
    rows = _database().execute(
        f"{_STATE} WHERE (folded = ? OR (? <> '' AND short = ?)) AND (? = '' OR country = ?)"
        " ORDER BY population DESC",
        (fold(text), country, text.upper(), country, country),
    )
    return [State(*row) for row in rows]


def state(country: str, code: str) -> State | None:
    """The state with a GeoNames code."""
    row = (
        _database().execute(f"{_STATE} WHERE country = ? AND code = ?", (country, code)).fetchone()
    )
    return State(*row) if row else None


def nearest(lat: float, lon: float, *, country: str = "") -> Town | None:
    """The town nearest to a point, of that country if given; None far out in an ocean."""
    for width in range(1, _WIDEST_SEARCH + 1):
        best = min(
            (
                (km_between(lat, lon, town.lat, town.lon), town)
                for town in _around(lat, lon, width)
                if not country or town.country == country
            ),
            key=lambda found: found[0],
            default=None,
        )
        # A town just outside the searched cells may be nearer than one in their far corner.
        if best and best[0] <= width * _KM_A_DEGREE * max(0.05, math.cos(math.radians(lat))):
            return best[1]
        if best and width == _WIDEST_SEARCH:
            return best[1]
    return None


def km_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great-circle distance."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_lat, half_lon = (other_phi - phi) / 2, math.radians(other_lon - lon) / 2
    haversine = (
        math.sin(half_lat) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lon) ** 2
    )
    return 12742.0 * math.asin(min(1.0, math.sqrt(haversine)))


def names_to_guess_from(population: int) -> list[tuple[str, int, int]]:
    """Main names of towns of at least so many people: (folded name, GeoNames id, people)."""
    return (
        _database()
        .execute(
            "SELECT town_name.name, town.id, population FROM town JOIN town_name"
            " ON town_name.town = town.id WHERE main AND population >= ? ORDER BY town.id",
            (population,),
        )
        .fetchall()
    )


def country_names() -> list[tuple[str, str]]:
    """Every name of a country we know: (folded name, code)."""
    return _database().execute("SELECT name, code FROM country_name").fetchall()


@cache
def _database() -> sqlite3.Connection:
    path = files("adapters.travel.atlas") / "gazetteer.sqlite"
    # Immutable: no locks and no journal, so a read-only install and many threads are fine.
    return sqlite3.connect(f"file:{path}?immutable=1", uri=True, check_same_thread=False)


def _country(row: tuple[object, ...]) -> Country:
    values = list(row)
    values[6] = tuple(code for code in str(values[6]).split(",") if code)
    return Country(*values)  # type: ignore[arg-type]


def _around(lat: float, lon: float, width: int) -> list[Town]:
    row, column = int(lat + 90), int(lon + 180)
    towns: list[Town] = []
    for line in range(max(0, row - width), min(180, row + width + 1)):
        cells = [line * 360 + each % 360 for each in range(column - width, column + width + 1)]
        marks = ",".join("?" * len(cells))
        found = _database().execute(f"{_TOWN} WHERE cell IN ({marks})", cells)
        towns += [Town(*each) for each in found]
    return towns
