"""`PlaceNames` over an atlas of destinations and a gazetteer, whoever keeps them.

Exact names come first and cost one small query; typos are looked up only for words that stand where
a place would. Answers are kept, because travellers ask for the same places again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from math import log10
from typing import Protocol

from rapidfuzz import fuzz

from adapters.models.reader.spots import PlaceHit

_KEPT = 8192
_MAIN_NAME, _STATE, _OTHER_NAME = 1.0, 0.85, 0.6


class _Label(Protocol):
    @property
    def en(self) -> str: ...


class _Destination(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> _Label: ...
    @property
    def kind(self) -> str: ...
    @property
    def country(self) -> str: ...


class _Town(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def population(self) -> int: ...
    @property
    def state(self) -> str: ...


class _Country(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def population(self) -> int: ...


class _State(Protocol):
    @property
    def country(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def population(self) -> int: ...


class _Guess(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class Destinations(Protocol):
    """The curated destinations."""

    def called(self, text: str) -> Sequence[_Destination]: ...
    def destination(self, id: str) -> _Destination | None: ...


class Gazetteer(Protocol):
    """Towns, states and countries by folded name; a module with these functions will do."""

    def by_id(self, id: int) -> _Town | None: ...
    def towns_called(self, text: str) -> Iterable[tuple[_Town, bool]]: ...
    def country(self, code: str) -> _Country | None: ...
    def countries_called(self, text: str) -> Iterable[_Country]: ...
    def states_called(self, text: str) -> Iterable[_State]: ...


class World:
    """Implements `PlaceNames`; `close_names` gives known names few slips away, best first."""

    def __init__(
        self,
        destinations: Destinations,
        gazetteer: Gazetteer,
        close_names: Callable[[str], Iterable[_Guess]],
        airports: Mapping[str, str] | None = None,
    ) -> None:
        self._destinations = destinations
        self._gazetteer = gazetteer
        self._close = close_names
        self._airports = airports or {}
        self._find = lru_cache(_KEPT)(self._look_up)
        self._guess = lru_cache(_KEPT)(self._look_near)

    def find(self, name: str) -> Sequence[PlaceHit]:
        return self._find(name)

    def guess(self, name: str) -> Sequence[PlaceHit]:
        return self._guess(name)

    def _look_up(self, name: str) -> tuple[PlaceHit, ...]:
        curated = [_of_destination(d) for d in self._destinations.called(name)]
        if len(name) == 3 and name.isupper() and not curated and name in self._airports:
            name = self._airports[name]
            curated = [_of_destination(d) for d in self._destinations.called(name)]
        countries = [_of_country(c) for c in self._gazetteer.countries_called(name)]
        states = [_of_state(s) for s in self._gazetteer.states_called(name)]
        towns = [(_of_town(t), main) for t, main in self._gazetteer.towns_called(name)]
        twins = {(hit.country, hit.name.casefold()) for hit in curated}
        towns = [(t, m) for t, m in towns if (t.country, t.name.casefold()) not in twins]
        ranked = [(_rank(t, _MAIN_NAME if main else _OTHER_NAME), t) for t, main in towns]
        ranked += [(_rank(s, _STATE), s) for s in states]
        ranked.sort(key=lambda found: -found[0])
        return (*curated, *countries, *(hit for _, hit in ranked))

    def _look_near(self, name: str) -> tuple[PlaceHit, ...]:
        hits = []
        for guess in self._close(name):
            hit = self._of_guess(guess.id)
            if hit is not None:
                hits.append(hit._replace(score=fuzz.ratio(name, guess.name) / 100))
        hits.sort(key=lambda h: (-h.score, not h.id.startswith("atlas:"), -h.population))
        return tuple(hits)

    def _of_guess(self, id: str) -> PlaceHit | None:
        kind, _, key = id.partition(":")
        if kind == "atlas":
            destination = self._destinations.destination(key)
            return _of_destination(destination) if destination else None
        if kind == "country":
            country = self._gazetteer.country(key)
            return _of_country(country) if country else None
        town = self._gazetteer.by_id(int(key)) if key.isdecimal() else None
        return _of_town(town) if town else None


def _rank(hit: PlaceHit, base: float) -> float:
    """A tenth for every digit of its people: a main name beats the other names of bigger towns."""
    return base + 0.1 * log10(hit.population + 1)


def _of_destination(found: _Destination) -> PlaceHit:
    return PlaceHit(f"atlas:{found.id}", found.name.en, found.kind, found.country)


def _of_country(found: _Country) -> PlaceHit:
    return PlaceHit(
        f"country:{found.code}", found.name, "country", found.code, population=found.population
    )


def _of_state(found: _State) -> PlaceHit:
    return PlaceHit(
        f"region:{found.country}.{found.code}",
        found.name,
        "state",
        found.country,
        population=found.population,
    )


def _of_town(found: _Town) -> PlaceHit:
    kind = "city" if found.population >= 100_000 else "town"
    return PlaceHit(
        f"geonames:{found.id}",
        found.name,
        kind,
        found.country,
        population=found.population,
        region=f"region:{found.country}.{found.state}",
    )
