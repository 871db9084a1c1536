"""The atlas made small, for tests that ask it many times: fewer towns, fewer sights."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from core.travel import Destination, Places, Sight, Travel


class _Few:
    """Everything else is answered by the whole atlas."""

    def __init__(
        self, whole: Places, towns: Collection[str], without: Collection[str], most: int
    ) -> None:
        self._whole, self._towns, self._without, self._most = whole, towns, without, most

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole, name)

    def destinations(self) -> Sequence[Destination]:
        found = self._whole.destinations()
        return [d for d in found if not self._towns or d.id in self._towns]

    async def sights(self, destination: Destination, first: date, last: date) -> list[Sight]:
        found = await self._whole.sights(destination, first, last)
        return [s for s in found if s.id not in self._without][: self._most]


def small(
    travel: Travel, towns: Collection[str] = (), without: Collection[str] = (), most: int = 100
) -> Travel:
    """The travel ports with only these towns to suggest (all when empty), without some sights, and
    with at most so many in a town."""
    return replace(travel, places=cast(Places, _Few(travel.places, towns, without, most)))
