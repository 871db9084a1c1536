"""The towns of the tables beside the reader's own names: some are too small for its gazetteer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.models.reader.spots import PlaceHit, PlaceNames
from adapters.models.reader.text import fold


class NamesOfTables:
    """Implements `PlaceNames`: towns of the tables where no name of the USA is known."""

    def __init__(self, world: PlaceNames, towns: Iterable[str]) -> None:
        self._world = world
        self._towns = {fold(town): town for town in towns}

    def find(self, name: str) -> Sequence[PlaceHit]:
        hits = self._world.find(name)
        town = self._towns.get(fold(name))
        if town is None or any(hit.country == "US" for hit in hits):
            return hits
        return (PlaceHit(f"table:{town}", town, "town", "US"), *hits)

    def guess(self, name: str) -> Sequence[PlaceHit]:
        return self._world.guess(name)
