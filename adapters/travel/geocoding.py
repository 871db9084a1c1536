"""The Geocoder port with a network: what is built in first, then who may know more.

A town's name is looked up in the atlas, the gazetteer and Open-Meteo; an address or a hotel (or
whatever is looked for around a point) at Geoapify, Nominatim or Photon.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.chain import first_answer
from adapters.travel.placed import AROUND_KM, SpotFinder
from core.errors import Unavailable
from core.travel import Geocoder, Place, Point

WHO = "The place search"
DEADLINE_S = 1.8  # a turn waits two seconds for all of its sources
# A house number, or the word for a street or a house in the languages travellers use.
_ADDRESS = re.compile(
    r"\d|\b(?:hotel|hostel|hostal|pension|guesthouse|apartments?|airbnb|street|st\.?|road|rd\.?|"
    r"avenue|ave|square|lane|rua|avenida|calle|plaza|via|piazza|rue|place|quai|\w*stra(?:ss|ß)e|"
    r"\w*gasse|\w*platz|\w*straat|\w*gade|ulica|station|airport|museum|restaurant|caf[eé])\b",
    re.I,
)
T = TypeVar("T")


class LiveGeocoder:
    """The Geocoder port: `offline`, then `names` for towns and `spots` for addresses and sights."""

    def __init__(
        self,
        offline: Geocoder,
        *,
        names: Sequence[SpotFinder] = (),
        spots: Sequence[SpotFinder] = (),
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._offline = offline
        self._names = tuple(names)
        self._spots = tuple(spots)
        self._deadline_s = deadline_s

    async def find(
        self, text: str, *, kind: str = "", country: str = "", near: Point | None = None
    ) -> list[Place]:
        """Places called `text`, best first; empty when nobody knows the name.

        Countries and states are all built in. With `near`, what is built in only counts when it is
        there, as a hotel may be called like a town.

        Raises Unavailable when nothing is built in and nobody else answers.
        """
        known = await self._offline.find(text, kind=kind, country=country, near=near)
        if kind in ("country", "state"):
            return known
        if near is None:
            if known:
                return known
            sources = (*self._names, *(self._spots if _ADDRESS.search(text) else ()))
        else:
            here = [p for p in known if _km(p.point, near) <= AROUND_KM and p.kind != "country"]
            if here and not _ADDRESS.search(text):
                return here
            known = here or known
            sources = self._spots
        if not sources:
            return known
        try:
            found = await self._first(
                sources, lambda s: s.find(text, country=country, near=near), lambda f: not f
            )
        except Unavailable:
            if known:
                return known
            raise
        return found or known

    async def at(self, point: Point) -> Place | None:
        """The place at a point: of the map when somebody answers, else the nearest town we have."""
        if self._spots:
            try:
                found = await self._first(self._spots, lambda s: s.at(point), lambda f: f is None)
            except Unavailable:
                found = None
            if found is not None:
                return found
        return await self._offline.at(point)

    async def _first(
        self,
        sources: Sequence[SpotFinder],
        ask: Callable[[SpotFinder], Awaitable[T]],
        nothing: Callable[[T], bool],
    ) -> T:
        try:
            async with asyncio.timeout(self._deadline_s):
                return await first_answer(WHO, sources, ask, second_best=nothing)
        except TimeoutError:
            raise Unavailable(WHO, "took too long") from None


def _km(a: Point, b: Point) -> float:
    return km_between(a.lat, a.lon, b.lat, b.lon)
