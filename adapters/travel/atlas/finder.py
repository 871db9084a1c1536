"""Which place a traveller means: the atlas first, then countries, states and towns of the world."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.names import fold
from adapters.travel.atlas.schema import DestinationFile
from adapters.travel.atlas.typos import Guess, close_names

Wanted = Literal["", "country", "state", "city"]

# A curated name beats every other; a country beats a town that shares its name; a state beats the
# small towns called after it, not a capital. Towns add a tenth for every digit of their people.
_ATLAS, _COUNTRY, _MAIN_NAME, _STATE, _OTHER_NAME = 4.0, 2.5, 1.0, 0.85, 0.6
_CURATED_LEAD = 0.05
# Among guesses a destination or country counts as much as a town of ten or three million people.
_GUESSED_DESTINATION, _GUESSED_COUNTRY = 1.7, 1.65
_A_TYPO = 0.3
_NEAR_BONUS, _NEAR_KM = 0.8, 300.0
_SAME_PLACE_KM = 25


@dataclass(frozen=True, slots=True)
class Match:
    """A place that may be meant. `exact` is False when it was guessed from a misspelt name.

    `id` is "atlas:lisbon", "geonames:2267057", "country:GE" or "region:US.GA"; `kind` is that of
    the atlas, or city (100,000 people and more), town, country, state; `region` names the state
    where we know it.
    """

    id: str
    name: str
    kind: str
    country: str
    region: str
    lat: float
    lon: float
    timezone: str
    population: int
    destination_id: str
    score: float
    exact: bool = True


class Finder:
    """Looks names up in the atlas and the gazetteer together."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    def find(
        self,
        text: str,
        *,
        kind: Wanted = "",
        country: str = "",
        near: tuple[float, float] | None = None,
        limit: int = 5,
    ) -> list[Match]:
        """Places called `text`, best first; guesses from typos only when nothing fits exactly.

        `text` may carry its own hint ("Portland, Maine"). `country` (ISO code) keeps only places
        there; `kind` "city" leaves countries and states out; `near` (lat, lon) prefers places
        around a point.
        """
        for name, hint in _readings(text, country):
            found = list(self._exact(name, hint))
            chosen = _best(found, kind, near, limit)
            if chosen:
                return chosen
        for name, hint in _readings(text, country):
            guesses = [
                match
                for guess in close_names(self._atlas, name)
                if (match := self._guessed(guess)) and hint.allows(match)
            ]
            chosen = _best(guesses, kind, near, limit)
            if chosen:
                return chosen
        return []

    def _exact(self, name: str, hint: Hint) -> Iterator[Match]:
        curated = [
            match
            for order, destination in enumerate(self._atlas.called(name))
            if hint.allows(match := _of_destination(destination, _ATLAS - order * _CURATED_LEAD))
        ]
        yield from curated
        if not hint.state:
            for country in gazetteer.countries_called(name):
                if hint.allows(match := _of_country(country)):
                    yield match
            for state in gazetteer.states_called(name, country=hint.country):
                yield _of_state(state)
        for town, main in gazetteer.towns_called(name, country=hint.country, state=hint.state):
            match = _of_town(town, _MAIN_NAME if main else _OTHER_NAME)
            if not any(_same_place(match, known) for known in curated):
                yield match

    def _guessed(self, guess: Guess) -> Match | None:
        source, _, id = guess.id.partition(":")
        match: Match | None = None
        if source == "atlas" and (destination := self._atlas.destination(id)):
            match = _of_destination(destination, _GUESSED_DESTINATION)
        elif source == "country" and (country := gazetteer.country(id)):
            match = replace(_of_country(country), score=_GUESSED_COUNTRY)
        elif source == "geonames" and (town := gazetteer.by_id(int(id))):
            match = _of_town(town, _MAIN_NAME)
        return match and replace(match, score=match.score - guess.typos * _A_TYPO, exact=False)


@dataclass(frozen=True, slots=True)
class Hint:
    """Where the traveller said the place is: a country and, in it, a state (GeoNames code)."""

    country: str = ""
    state: str = ""

    def allows(self, match: Match) -> bool:
        """Whether a place is there, as far as we can tell."""
        if not self.country or match.country != self.country:
            return not self.country
        state = gazetteer.state(self.country, self.state) if self.state else None
        return state is None or match.region in ("", state.name)


def _readings(text: str, country: str) -> Iterator[tuple[str, Hint]]:
    """The text as a name, then as a name with its country or state behind it."""
    yield text, Hint(country.upper())
    words = fold(text).split(" ")
    if "," in text:
        name, _, behind = text.partition(",")
        cuts = [(name.strip(), behind.strip())]
    else:
        cuts = [(" ".join(words[:-n]), " ".join(words[-n:])) for n in (1, 2) if len(words) > n]
    for name, behind in cuts:
        for hint in _hints(behind):
            if not country or hint.country == country.upper():
                yield name, hint


@lru_cache(maxsize=256)
def _hints(text: str) -> tuple[Hint, ...]:
    states = [
        Hint(state.country, state.code)
        for inside in ("", "US", "CA", "AU")
        for state in gazetteer.states_called(text, country=inside)
    ]
    countries = [Hint(country.code) for country in gazetteer.countries_called(text)]
    if len(text) == 2 and text.isupper() and gazetteer.country(text):
        countries.append(Hint(text))
    # "Savannah, Georgia": a state is the narrower hint, so it is tried first.
    return tuple(dict.fromkeys([*states, *countries]))


def _best(
    found: list[Match], kind: Wanted, near: tuple[float, float] | None, limit: int
) -> list[Match]:
    fits: dict[Wanted, Callable[[Match], bool]] = {
        "": lambda match: True,
        "country": lambda match: match.kind == "country",
        "state": lambda match: match.kind == "state",
        "city": lambda match: match.kind not in ("country", "state"),
    }
    kept = [_nearer(match, near) for match in found if fits[kind](match)]
    kept.sort(key=lambda match: (-match.score, -match.population, match.id))
    best: dict[str, Match] = {}
    for match in kept:
        best.setdefault(match.id, match)
    return list(best.values())[:limit]


def _same_place(town: Match, curated: Match) -> bool:
    """Whether a town is the one behind a curated destination of the same name."""
    away = gazetteer.km_between(town.lat, town.lon, curated.lat, curated.lon)
    return town.country == curated.country and away < _SAME_PLACE_KM


def _nearer(match: Match, near: tuple[float, float] | None) -> Match:
    if near is None:
        return match
    away = gazetteer.km_between(*near, match.lat, match.lon)
    return replace(match, score=match.score + _NEAR_BONUS * math.exp(-away / _NEAR_KM))


def _of_destination(destination: DestinationFile, score: float) -> Match:
    town = gazetteer.by_id(destination.geonames_id) if destination.geonames_id else None
    return Match(
        f"atlas:{destination.id}",
        destination.name.en,
        destination.kind,
        destination.country,
        _state_name(town) if town else "",
        destination.center.lat,
        destination.center.lon,
        destination.timezone,
        town.population if town else 0,
        destination.id,
        score,
    )


def _of_town(town: gazetteer.Town, base: float) -> Match:
    return Match(
        f"geonames:{town.id}",
        town.name,
        "city" if town.population >= 100_000 else "town",
        town.country,
        _state_name(town),
        town.lat,
        town.lon,
        town.timezone,
        town.population,
        "",
        base + _digits(town.population),
    )


def _of_country(country: gazetteer.Country) -> Match:
    return Match(
        f"country:{country.code}",
        country.name,
        "country",
        country.code,
        "",
        country.lat,
        country.lon,
        country.timezone,
        country.population,
        "",
        _COUNTRY,
    )


def _of_state(state: gazetteer.State) -> Match:
    return Match(
        f"region:{state.country}.{state.code}",
        state.name,
        "state",
        state.country,
        state.name,
        state.lat,
        state.lon,
        state.timezone,
        state.population,
        "",
        _STATE + _digits(state.population),
    )


def _digits(population: int) -> float:
    return 0.1 * math.log10(population + 1)


@lru_cache(maxsize=1024)
def _state_name(town: gazetteer.Town) -> str:
    state = gazetteer.state(town.country, town.state)
    return state.name if state else ""
