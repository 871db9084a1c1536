"""The travel ports over what is built in: atlas, gazetteer and public holidays. No network.

Every fact is `curated` and carries the day on which it was written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property, lru_cache

from adapters.travel.atlas import events as annual
from adapters.travel.atlas import gazetteer, holidays, opening
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder, Match
from adapters.travel.atlas.schema import CountryFile, DestinationFile, Poi
from adapters.travel.atlas.schema import Point as AtlasPoint
from core.travel import (
    STEP_FREE,
    STEPS,
    Airport,
    Climate,
    Confidence,
    CountryFacts,
    Destination,
    Event,
    EventKind,
    Money,
    OpenInterval,
    Phrase,
    Place,
    Point,
    Sight,
    Source,
)

ATLAS_NAME = "Caravan's atlas"
_DAYS_IN_MONTH = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_QUIET = frozenset({"quiet", "hidden-gem"})


def _source(retrieved: date, name: str = ATLAS_NAME, url: str = "") -> Source:
    return Source(
        name=name,
        url=url,
        fetched_at=datetime.combine(retrieved, time(0), UTC),
        confidence=Confidence.CURATED,
    )


class AtlasPlaces:
    """The Places port over the atlas."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    def destinations(self) -> Sequence[Destination]:
        """All destinations, by id."""
        return self._all

    @cached_property
    def _all(self) -> tuple[Destination, ...]:
        return tuple(_destination(d) for d in self._atlas.destinations())

    @cached_property
    def _by_id(self) -> dict[str, Destination]:
        return {d.id: d for d in self._all}

    def destination(self, id: str) -> Destination | None:
        return self._by_id.get(id)

    def town(self, place: Place) -> Destination | None:
        """None: what the atlas does not have, it does not know."""
        return None

    async def sights(self, destination: Destination, first: date, last: date) -> list[Sight]:
        """Sights with their open intervals on each local day `first`..`last`."""
        return list(self._sights(destination.id, first, last))

    @lru_cache(maxsize=256)  # noqa: B019 - one instance lives as long as the process
    def _sights(self, id: str, first: date, last: date) -> tuple[Sight, ...]:
        file = self._atlas.destination(id)
        if file is None:
            return ()
        return tuple(_sight(file, poi, first, last) for poi in file.pois)

    @lru_cache(maxsize=256)  # noqa: B019 - one instance lives as long as the process
    def country(self, code: str) -> CountryFacts | None:
        file = self._atlas.country(code)
        return _country(file) if file else None

    def continent(self, country: str) -> str:
        return _continent(country)


class AtlasEvents:
    """The Events port: yearly events of the atlas, and public holidays."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        """Public holidays and yearly events on the local days `first`..`last`, in order.

        An event of which only the month is known is not `certain` and spans that month.
        """
        found = [
            Event(
                source=_source(_RELEASED, "the holidays package"),
                id=f"holiday:{destination.country}:{h.day}",
                name=h.name,
                kind=EventKind.HOLIDAY,
                first=h.day,
                last=h.day,
                certain=not h.estimated,
            )
            for h in holidays.public_holidays(destination.country, first, last)
        ]
        file = self._atlas.destination(destination.id)
        if file is not None:
            written = _written(file, "events")
            found += [
                Event(
                    source=_source(written, url=o.event.url or ""),
                    id=f"{file.id}/{o.event.id}:{o.first_day.year}",
                    name=o.event.name,
                    kind=EventKind.FESTIVAL,
                    first=o.first_day,
                    last=o.last_day,
                    certain=o.certain,
                    impact=o.event.impact,
                )
                for o in annual.between(file.annual_events, first, last)
            ]
        return sorted(found, key=lambda e: (e.first, e.id))

    async def known(self, destination: Destination, first: date, last: date) -> list[Event]:
        """The same: all of it is built in."""
        return await self.between(destination, first, last)


class AtlasGeocoder:
    """The Geocoder port over atlas and gazetteer: curated names win, typos are allowed."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._find = lru_cache(maxsize=4_096)(self._look_up)

    async def find(
        self, text: str, *, kind: str = "", country: str = "", near: Point | None = None
    ) -> list[Place]:
        """Places called `text`, best first; empty when nobody knows the name."""
        around = (near.lat, near.lon) if near else None
        wanted = kind if kind in ("country", "state", "city") else ""
        return list(self._find(text, wanted, country, around))

    async def at(self, point: Point) -> Place | None:
        """The town nearest to a point; None far out at sea."""
        town = gazetteer.nearest(point.lat, point.lon)
        if town is None:
            return None
        found = self._finder.find(town.name, country=town.country, near=(town.lat, town.lon))
        same = (m for m in found if m.id == f"geonames:{town.id}" or m.kind in _PEOPLED)
        match = next((m for m in same if _near(m, town)), None)
        return _place(match) if match else None

    def _look_up(
        self, text: str, kind: str, country: str, near: tuple[float, float] | None
    ) -> tuple[Place, ...]:
        matches = self._finder.find(text, kind=kind, country=country, near=near)  # type: ignore[arg-type]
        return tuple(_place(m) for m in matches)


_PEOPLED, _SAME_TOWN_KM = ("city", "town"), 15.0
_RELEASED = date(2026, 11, 1)  # the holidays package pinned in the lock file


def _near(match: Match, town: gazetteer.Town) -> bool:
    return gazetteer.km_between(match.lat, match.lon, town.lat, town.lon) <= _SAME_TOWN_KM


def _place(m: Match) -> Place:
    name = ATLAS_NAME if m.destination_id else "GeoNames"
    url = "" if m.destination_id else "https://www.geonames.org/"
    return Place(
        source=_source(_RELEASED, name, url),
        id=m.id,
        name=m.name,
        kind=m.kind,
        country=m.country,
        region=m.region,
        point=Point(lat=m.lat, lon=m.lon),
        timezone=m.timezone,
        population=m.population,
        destination_id=m.destination_id,
    )


def _point(p: AtlasPoint) -> Point:
    return Point(lat=p.lat, lon=p.lon)


def _money(amount: float, currency: str) -> Money:
    return Money(amount=Decimal(str(amount)), currency=currency)


def _written(file: DestinationFile, field: str) -> date:
    """When a block of the file was written down."""
    fitting = [p.retrieved for p in file.provenance if p.field in (field, "*")]
    return max(fitting or [p.retrieved for p in file.provenance])


def _destination(d: DestinationFile) -> Destination:
    quiet = sum(1 for p in d.pois if _QUIET & set(p.tags))
    climate_source = _source(_written(d, "climate"))
    c = d.climate
    return Destination(
        source=_source(_written(d, "cost")),
        id=d.id,
        name=d.name.en,
        local_name=d.name.local or d.name.en,
        kind=d.kind,
        country=d.country,
        center=_point(d.center),
        timezone=d.timezone,
        airports=tuple(
            Airport(iata=a.iata, km=a.km, transfer_min=a.transfer_min) for a in d.airports
        ),
        fast_rail=d.fast_rail or "",
        vibes=d.vibes.model_dump(),
        currency=d.cost.currency,
        daily_low=Decimal(str(d.cost.daily_low)),
        daily_mid=Decimal(str(d.cost.daily_mid)),
        daily_high=Decimal(str(d.cost.daily_high)),
        meal_mid=Decimal(str(d.cost.meal_mid)),
        stay_min=d.stay_days.min,
        stay_typical=d.stay_days.typical,
        stay_max=d.stay_days.max,
        climate=tuple(
            Climate(
                source=climate_source,
                month=month + 1,
                tmax_c=c.tmax_c[month],
                tmin_c=c.tmin_c[month],
                rain_mm=c.rain_mm[month],
                rain_days=c.rain_days[month],
                sun_h_day=round(c.sun_h[month] / _DAYS_IN_MONTH[month], 1),
                sea_c=c.sea_c[month] if c.sea_c else None,
            )
            for month in range(12)
        ),
        best_months=d.best_months,
        quiet_share=quiet / len(d.pois),
        step_free_share=sum(STEP_FREE in p.tags for p in d.pois) / len(d.pois),
        steps_share=sum(bool(STEPS & set(p.tags)) for p in d.pois) / len(d.pois),
    )


def _sight(file: DestinationFile, poi: Poi, first: date, last: date) -> Sight:
    days = opening.hours(file, poi, first, last)
    hours = (
        None
        if days is None
        else {
            day: tuple(OpenInterval(start=start, end=end) for start, end in spans)
            for day, spans in days.items()
        }
    )
    ticket = poi.ticket
    return Sight(
        source=_source(poi.prov.retrieved, url=poi.prov.url or ""),
        id=f"{file.id}/{poi.id}",
        name=poi.name.en,
        local_name=poi.name.local or "",
        point=_point(poi.point),
        category=poi.category,
        indoor=poi.setting == "indoor",
        setting=poi.setting,
        rank=poi.rank,
        visit_min=poi.visit_min,
        hours=hours,
        hours_confidence=poi.opening_confidence,
        hours_text=poi.opening or "",
        ticket=_money(ticket.adult, ticket.currency) if ticket else None,
        book_ahead=bool(ticket and ticket.book_ahead),
        best_time=poi.best_time,
        area=poi.area or "",
        tags=poi.tags,
        wikidata=poi.wikidata or "",
    )


def _country(c: CountryFile) -> CountryFacts:
    numbers = c.emergency.model_dump()
    return CountryFacts(
        source=_source(max(p.retrieved for p in c.provenance)),
        code=c.code,
        name=c.name,
        currency=c.currency,
        plug_types=tuple(c.plug_types),
        voltage=c.voltage,
        drive_side=c.drive_side,
        emergency={k: v for k, v in numbers.items() if v},
        tipping=c.tipping or "",
        tap_water=c.tap_water.note if c.tap_water else "",
        languages=tuple(language.name for language in c.languages),
        phrases=tuple(Phrase(meaning=p.meaning, local=p.local, say=p.say) for p in c.phrases),
        visa_note_url=c.visa_note_url or "",
        unsure=frozenset(p.field for p in c.provenance if p.confidence == "low"),
    )


@lru_cache(maxsize=300)
def _continent(country: str) -> str:
    found = gazetteer.country(country)
    return found.continent if found else ""
