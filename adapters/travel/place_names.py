"""The names of the world for the reader: atlas and gazetteer, exact names and likely typos."""

from __future__ import annotations

from functools import lru_cache

from adapters.models.reader.places import PlaceHit
from adapters.travel.atlas.finder import Finder, Match


class KnownPlaces:
    """PlaceNames over the built-in data; answers are remembered, since people repeat themselves."""

    def __init__(self, finder: Finder) -> None:
        self._all = lru_cache(maxsize=8_192)(lambda name: tuple(finder.find(name)))

    def find(self, name: str) -> tuple[PlaceHit, ...]:
        """Places called exactly `name`, best first."""
        return tuple(_hit(m) for m in self._all(name) if m.exact)

    def guess(self, name: str) -> tuple[PlaceHit, ...]:
        """Well-known places whose name is nearly `name`, best first."""
        return tuple(_hit(m) for m in self._all(name))


def _hit(m: Match) -> PlaceHit:
    score = 1.0 if m.exact else max(0.1, min(0.95, m.score / 2))
    return PlaceHit(m.id, m.name, m.kind, m.country, score, m.population)
