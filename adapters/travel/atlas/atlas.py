"""The built-in atlas: destinations and countries, read from one compiled file.

Only the index is read at the start; a record is parsed when somebody asks for it. The file is
compiled by `tools/build_atlas.py` from the YAML files, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import orjson

from adapters.travel.atlas.names import fold
from adapters.travel.atlas.schema import SCHEMA_VERSION, CountryFile, DestinationFile

COMPILED = "atlas.jsonl"


class Atlas:
    """Destinations by id and by any of their names, countries by code."""

    def __init__(self, compiled: bytes) -> None:
        head, *lines = compiled.splitlines()
        index = orjson.loads(head)
        if index["schema_version"] != SCHEMA_VERSION:
            raise ValueError("the atlas was compiled for another version: run tools/build_atlas.py")
        countries: list[str] = index["countries"]
        destinations: list[str] = index["destinations"]
        self._country_lines = dict(zip(countries, lines, strict=False))
        self._lines = dict(zip(destinations, lines[len(countries) :], strict=True))
        self._names: dict[str, list[str]] = index["names"]
        self._countries: dict[str, CountryFile] = {}
        self._destinations: dict[str, DestinationFile] = {}

    @classmethod
    @cache
    def load(cls) -> Atlas:
        """The atlas shipped with Caravan, read once per process."""
        return cls((files("adapters.travel.atlas") / COMPILED).read_bytes())

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all destinations, in order."""
        return tuple(self._lines)

    @property
    def country_codes(self) -> tuple[str, ...]:
        """The codes of all countries with facts, in order."""
        return tuple(self._country_lines)

    @property
    def names(self) -> Mapping[str, list[str]]:
        """Every folded name and alias -> the ids it may mean, best first."""
        return self._names

    def destination(self, id: str) -> DestinationFile | None:
        """The destination with an id."""
        if id not in self._destinations and id in self._lines:
            self._destinations[id] = DestinationFile.model_validate_json(self._lines[id])
        return self._destinations.get(id)

    def called(self, text: str) -> list[DestinationFile]:
        """Destinations of that name or alias, best first; accents and case do not matter."""
        found = (self.destination(id) for id in self._names.get(fold(text), ()))
        return [destination for destination in found if destination]

    def destinations(self) -> Iterator[DestinationFile]:
        """All destinations, by id."""
        for id in self._lines:
            destination = self.destination(id)
            if destination:
                yield destination

    def country(self, code: str) -> CountryFile | None:
        """The facts about a country, None when the atlas has none."""
        if code not in self._countries and code in self._country_lines:
            line = self._country_lines[code]
            self._countries[code] = CountryFile.model_validate_json(line)
        return self._countries.get(code)
