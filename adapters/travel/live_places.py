"""The Places port with live sources behind the atlas: towns it does not have, hours it lacks.

The atlas is first and is never changed by what others say: they add hours where it has none, and
whole towns where it has nothing. What is only in the map is asked for in the background.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from adapters.travel.atlas import opening
from adapters.travel.found import MANNERS, Found, PlaceSource, merged, same
from adapters.travel.great_circle import distance_km
from adapters.travel.towns import Towns
from core.errors import Unavailable
from core.travel import (
    CountryFacts,
    Destination,
    Money,
    OpenInterval,
    Place,
    Places,
    Point,
    Sight,
    Source,
)

PATIENCE_S = 8.0  # for a town that the atlas does not have; there is nothing else to show
MOST_SIGHTS = 40
AROUND_KM = 15.0  # sources are asked for 6 or 10 km; what is farther away is a mistake of theirs
KEPT_TOWNS = 200
# Of the places by length of their articles: this share is "worth it", that one "good".
_WORTH, _GOOD = 0.15, 0.5


class LivePlaces:
    """`sources` are asked while people wait, `background` is not: the next question has it."""

    def __init__(
        self,
        atlas: Places,
        sources: Sequence[PlaceSource],
        background: PlaceSource | None = None,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._atlas = atlas
        self._sources = sources
        self._background = background
        self._towns = Towns(atlas.destinations())
        self._patience_s = patience_s
        self._seen: OrderedDict[str, list[Found]] = OrderedDict()  # from the background
        self._looking: dict[str, asyncio.Task[None]] = {}

    def destinations(self) -> Sequence[Destination]:
        return self._atlas.destinations()

    def destination(self, id: str) -> Destination | None:
        return self._atlas.destination(id) or self._towns.of_id(id)

    def town(self, place: Place) -> Destination | None:
        """The town as a destination, when there is somebody to ask what is in it."""
        return self._towns.of_place(place) if self._sources else None

    def country(self, code: str) -> CountryFacts | None:
        return self._atlas.country(code)

    def continent(self, country: str) -> str:
        return self._atlas.continent(country)

    async def sights(self, destination: Destination, first: date, last: date) -> list[Sight]:
        """The atlas's sights with hours completed from the map; of another town, what is found.

        Raises Unavailable when nobody answers for a town that the atlas does not have.
        """
        known = await self._atlas.sights(destination, first, last)
        if not known or any(s.hours is None for s in known):
            self._look_in_background(destination)
        seen = self._seen.get(destination.id, [])
        if known:
            return [_with_hours(s, seen, destination, first, last) for s in known]
        found = merged([*await self._asked(destination.center), seen])
        here = [f for f in found if distance_km(f.point, destination.center) <= AROUND_KM]
        return _sights(here, destination, first, last)

    async def _asked(self, point: Point) -> list[list[Found]]:
        """What each source says; one that fails is left out, unless all do."""
        if not self._sources:
            return []
        tasks = [asyncio.ensure_future(source.around(point)) for source in self._sources]
        await asyncio.wait(tasks, timeout=self._patience_s)
        lists, failures = [], []
        for task in tasks:
            if not task.done():
                task.cancel()
                failures.append(Unavailable("The sight source", "no answer in time"))
            elif isinstance(error := task.exception(), Unavailable):
                failures.append(error)
            else:
                lists.append(task.result())
        if not lists:
            raise failures[0]
        return lists

    def _look_in_background(self, destination: Destination) -> None:
        id = destination.id
        if self._background is None or id in self._seen or id in self._looking:
            return
        task = asyncio.create_task(self._look(self._background, destination))
        self._looking[id] = task
        task.add_done_callback(lambda _: self._looking.pop(id, None))

    async def _look(self, source: PlaceSource, destination: Destination) -> None:
        """Ask the map once; a failure is left to the next question."""
        try:
            found = await source.around(destination.center)
        except Unavailable:
            return
        self._seen[destination.id] = found
        while len(self._seen) > KEPT_TOWNS:
            self._seen.popitem(last=False)

    async def settled(self) -> None:
        """Wait for what is asked in the background."""
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def aclose(self) -> None:
        for task in list(self._looking.values()):
            task.cancel()
        await self.settled()


def _with_hours(
    sight: Sight, seen: Sequence[Found], d: Destination, first: date, last: date
) -> Sight:
    """The atlas's sight; with the map's hours when it has none."""
    if sight.hours is not None:
        return sight
    twin = next((f for f in seen if f.opening and same(f, sight)), None)
    hours = _hours(twin, d, first, last) if twin is not None else None
    if twin is None or hours is None:
        return sight
    return sight.model_copy(
        update={
            "hours": hours,
            "hours_text": twin.opening,
            "hours_confidence": "medium",
            "source": _crediting(sight.source, twin.source.attribution),
        }
    )


def _crediting(source: Source, hours_from: str) -> Source:
    """The source with whom the opening hours are from; the licence wants them named."""
    if not hours_from:
        return source
    return source.model_copy(
        update={
            "name": f"{source.name}, hours {hours_from}",
            "attribution": f"{source.attribution or source.name}, hours {hours_from}",
        }
    )


def _sights(found: Sequence[Found], d: Destination, first: date, last: date) -> list[Sight]:
    """At most 40 sights, most written about first; each says where it is from."""
    ordered = sorted(found, key=lambda f: (-f.weight, not f.wikidata, f.id))[:MOST_SIGHTS]
    return [_sight(f, d, _rank(n, len(ordered), f), first, last) for n, f in enumerate(ordered)]


def _rank(place: int, count: int, found: Found) -> int:
    """2 to 4 by the length of the article; nobody but the atlas calls anything a must."""
    if not found.weight:
        return 4
    return 2 if place < max(1, count * _WORTH) else 3 if place < count * _GOOD else 4


def _sight(f: Found, d: Destination, rank: int, first: date, last: date) -> Sight:
    manner = MANNERS[f.category]
    hours = _hours(f, d, first, last)
    return Sight(
        source=_crediting(f.source, f.hours_from if hours is not None else ""),
        id=f"{d.id}/{f.id}",
        name=f.name,
        local_name=f.local_name,
        point=f.point,
        category=f.category,
        indoor=manner.setting == "indoor",
        setting=manner.setting,
        rank=rank,
        visit_min=manner.minutes,
        hours=hours,
        hours_confidence="low" if hours is None else "medium",
        hours_text=f.opening if hours is not None else "",
        ticket=Money(amount=Decimal(0), currency=d.currency) if f.free else None,
        tags=f.tags,
        wikidata=f.wikidata,
    )


def _hours(
    f: Found, d: Destination, first: date, last: date
) -> dict[date, tuple[OpenInterval, ...]] | None:
    days = opening.hours_of(
        f.opening, d.country, d.timezone, (f.point.lat, f.point.lon), first, last
    )
    if days is None:
        return None
    return {
        day: tuple(OpenInterval(start=a, end=b) for a, b in spans) for day, spans in days.items()
    }
