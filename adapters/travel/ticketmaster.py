"""Concerts, sport and shows from Ticketmaster Discovery: a free key, much of the western world.

It covers few countries, so nothing found means "not covered", never "no events". The catalogue is
not stored: answers are kept for hours. Whoever shows an event links to it and names Ticketmaster.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.travel import fields
from adapters.travel.great_circle import distance_km
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Confidence, Destination, Event, EventKind, Money, Source
from core.words import plural
from core.zones import zone_of

WHO = "Ticketmaster"
BASE_URL = "https://app.ticketmaster.com"
RADIUS_KM = 25
PAGE, PAGES = 100, 3  # deep paging ends at 1,000 events; nobody reads as many
SOON = timedelta(days=7)
_KINDS = {
    "Music": EventKind.MUSIC,
    "Sports": EventKind.SPORT,
    "Arts & Theatre": EventKind.STAGE,
}
_STATUS = {"canceled": "cancelled", "postponed": "postponed", "rescheduled": "moved"}


class Ticketmaster:
    """The Events port over the Discovery API, by the destination's centre."""

    def __init__(
        self, client: ProviderClient, clock: Clock, key: str, base_url: str = BASE_URL
    ) -> None:
        self._client = client
        self._clock = clock
        self._key = key
        self._url = f"{base_url.rstrip('/')}/discovery/v2/events.json"

    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        """What is sold within 25 km and begins on the local days `first`..`last`, by time.

        Cancelled and postponed ones are among them, with their status. At most 300. An empty list
        means that Ticketmaster sells nothing there.

        Raises Unavailable.
        Source: https://developer.ticketmaster.com (Discovery API v2).
        """
        zone = zone_of(destination.timezone)
        found: dict[str, Event] = {}
        for number in range(PAGES):
            answer = await self._page(destination, first, last, number)
            source = _source(answer)
            for event in _events(answer.body):
                made = _event(event, source, zone)
                if made is not None and first <= made.first <= last and _is_near(made, destination):
                    found[made.id] = made
            page = fields.row(answer.body["page"])
            if number + 1 >= (fields.number(page.get("totalPages"), 0, 10**6) or 0):
                break
        return sorted(found.values(), key=lambda e: (e.first, _clock(e), e.id))

    async def _page(self, destination: Destination, first: date, last: date, number: int) -> Answer:
        soon = first - self._clock.now().date() <= SOON
        zone = zone_of(destination.timezone)
        return await self._client.get(
            WHO,
            self._url,
            {
                "apikey": self._key,
                "latlong": f"{destination.center.lat:.4f},{destination.center.lon:.4f}",
                "radius": str(RADIUS_KM),
                "unit": "km",
                "startDateTime": _utc(datetime.combine(first, time(0), zone)),
                "endDateTime": _utc(datetime.combine(last, time(23, 59, 59), zone)),
                "size": str(PAGE),
                "page": str(number),
                "sort": "date,asc",
                "locale": "*",
                "includeTBA": "no",
                "includeTBD": "no",
            },
            fresh_for=timedelta(hours=3 if soon else 12),
            keep_for=timedelta(days=2),
            check=_check,
            reduce=_reduced,
        )

    async def probe(self) -> str:
        """One question to the provider, for the doctor. Raises Unavailable."""
        answer = await self._client.get(
            WHO,
            self._url,
            {"apikey": self._key, "size": "1", "countryCode": "GB"},
            fresh_for=timedelta(0),
            check=_check,
        )
        total = fields.number(answer.body["page"].get("totalElements"), 0, 10**9) or 0
        return f"{plural(round(total), 'event')} on sale in Great Britain"


def _utc(moment: datetime) -> str:
    """Exactly this form: no fraction, no offset, or it is DIS1035."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock(event: Event) -> str:
    return f"{event.starts_at:%H:%M}" if event.starts_at else ""


def _check(body: Any) -> None:
    whole = fields.row(body)
    if not isinstance(whole.get("page"), Mapping):
        raise Unavailable(WHO, "the answer has no page")
    total = fields.number(whole["page"].get("totalElements"), 0, 10**9)
    if total is None or (total > 0 and not isinstance(whole.get("_embedded"), Mapping)):
        raise Unavailable(WHO, "the answer counts events and has none")


_KEPT = ("id", "name", "url", "test", "dates", "classifications", "priceRanges")


def _reduced(body: Any) -> dict[str, Any]:
    """What is read of it: an event comes with a dozen pictures and every attraction's links."""
    return {"page": body["page"], "events": [_slim(e) for e in _listed(body)]}


def _slim(event: Mapping[str, Any]) -> dict[str, Any]:
    venues = fields.rows(fields.row(event.get("_embedded")).get("venues"))
    keep = {k: event[k] for k in _KEPT if k in event}
    return keep | {"venue": {k: venues[0].get(k) for k in _VENUE} if venues else {}}


_VENUE = ("name", "location", "timezone", "city")


def _listed(body: Any) -> list[Mapping[str, Any]]:
    """No hit has no `_embedded` at all."""
    return fields.rows(fields.row(fields.row(body).get("_embedded")).get("events"))


def _events(body: Any) -> list[Mapping[str, Any]]:
    return fields.rows(fields.row(body).get("events"))


def _event(event: Mapping[str, Any], source: Source, local: ZoneInfo) -> Event | None:
    """One event; None for tests, for what has no name, id or day."""
    id, title = fields.text(event.get("id"), 60), fields.text(event.get("name"), 120)
    if event.get("test") is True or not id or not title:
        return None
    dates = fields.row(event.get("dates"))
    start = fields.row(dates.get("start"))
    venue = fields.row(event.get("venue"))
    zone = fields.zone(dates.get("timezone")) or fields.zone(venue.get("timezone")) or local
    begins = _begins(start, zone)
    first = fields.day(start.get("localDate")) or (begins.date() if begins else None)
    if first is None:
        return None
    end = fields.day(fields.row(dates.get("end")).get("localDate"))
    last = end if dates.get("spanMultipleDays") is True and end and end >= first else first
    spot = fields.row(venue.get("location"))
    low, high = _prices(event.get("priceRanges"))
    return Event(
        source=source,
        id=f"ticketmaster:{id}",
        name=title,
        kind=_kind(event.get("classifications")),
        first=first,
        last=last,
        starts_at=begins,
        status=_STATUS.get(fields.text(fields.row(dates.get("status")).get("code")).lower(), ""),
        venue=fields.text(venue.get("name"), 80),
        venue_point=fields.point(spot.get("latitude"), spot.get("longitude")),
        url=fields.link(event.get("url")),
        price_from=low,
        price_to=high,
    )


def _is_near(event: Event, destination: Destination) -> bool:
    """False for a hall that is said to be in another part of the world; True for an unknown one."""
    point = event.venue_point
    return point is None or distance_km(point, destination.center) <= 2 * RADIUS_KM


def _begins(start: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    """The fixed time; None when it is to be announced, or the day alone is known."""
    if any(start.get(flag) is True for flag in ("timeTBA", "noSpecificTime", "dateTBA", "dateTBD")):
        return None
    told = fields.moment(start.get("dateTime"), zone)
    if told is not None:
        return told
    return fields.moment(f"{start.get('localDate')}T{start.get('localTime')}", zone)


def _kind(classifications: Any) -> EventKind:
    listed = fields.rows(classifications)
    first = next((c for c in listed if c.get("primary") is True), listed[0] if listed else {})
    return _KINDS.get(fields.text(fields.row(first.get("segment")).get("name")), EventKind.OTHER)


def _prices(ranges: Any) -> tuple[Money | None, Money | None]:
    for each in fields.rows(ranges):
        code = fields.currency(each.get("currency"))
        low, high = fields.amount(each.get("min")), fields.amount(each.get("max"))
        if code and low is not None:
            top = Money(amount=high, currency=code) if high is not None and high >= low else None
            return Money(amount=low, currency=code), top
    return None, None


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://www.ticketmaster.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Events: Ticketmaster",
    )
