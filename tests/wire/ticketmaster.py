"""Ticketmaster's Discovery API, written from its OpenAPI and its guide.

The key is a parameter, times have exactly one form, coordinates are strings, prices are often
missing, and no hit has no `_embedded` at all. Errors are a `fault` of the gateway or `errors`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.curated import AtlasPlaces
from adapters.travel.ticketmaster import Ticketmaster
from core.travel import Destination, Event
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

KEY = "tm-planted-key-7elxdku9GGG5k8j0Xm8KWdANDgecHMV0"
FIRST, LAST = date(2027, 5, 3), date(2027, 5, 7)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_REQUIRED = {"apikey"}
_KNOWN = {
    "apikey", "latlong", "geoPoint", "radius", "unit", "startDateTime", "endDateTime", "size",
    "page", "sort", "locale", "countryCode", "includeTBA", "includeTBD", "classificationName",
}  # fmt: skip


def lisbon() -> Destination:
    found = AtlasPlaces(Atlas.load()).destination("lisbon")
    assert found is not None
    return found


def event(id: str = "Z698xZbpZ17", **changes: Any) -> dict[str, Any]:
    """An event on sale, as the API writes one; a value that is None is left out."""
    made: dict[str, Any] = {
        "name": "Rock em Rio Lisboa",
        "type": "event",
        "id": id,
        "test": False,
        "url": f"https://www.ticketmaster.pt/event/{id}",
        "locale": "en-us",
        "images": [{"ratio": "16_9", "url": "https://s1.ticketm.net/a.jpg", "width": 640}],
        "dates": {
            "start": {
                "localDate": "2027-05-05",
                "localTime": "20:00:00",
                "dateTime": "2027-05-05T19:00:00Z",
                "dateTBD": False,
                "dateTBA": False,
                "timeTBA": False,
                "noSpecificTime": False,
            },
            "timezone": "Europe/Lisbon",
            "status": {"code": "onsale"},
            "spanMultipleDays": False,
        },
        "classifications": [{"primary": True, "segment": {"id": "KZ", "name": "Music"}}],
        "priceRanges": [{"type": "standard", "currency": "EUR", "min": 69.0, "max": 120.0}],
        "_embedded": {
            "venues": [
                {
                    "name": "Parque Tejo",
                    "id": "Z1",
                    "timezone": "Europe/Lisbon",
                    "city": {"name": "Lisbon"},
                    "location": {"longitude": "-9.0950", "latitude": "38.7680"},
                }
            ]
        },
    }
    for key, value in changes.items():
        if value is None:
            del made[key]
        else:
            made[key] = value
    return made


def starting(
    day: str = "2027-05-05", time: str | None = "20:00:00", **start: Any
) -> dict[str, Any]:
    """The `dates` of an event."""
    local = {"localDate": day} | ({"localTime": time} if time else {}) | start
    return {"start": local, "timezone": "Europe/Lisbon", "status": {"code": "onsale"}}


class Discovery:
    """The API over `events`, page by page."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = list(events)

    def __call__(self, asked: Asked) -> Says:
        q = asked.query
        if q.get("apikey") != KEY:
            detail = {"errorcode": "oauth.v2.InvalidApiKey"}
            return Says(401, {"fault": {"faultstring": "Invalid ApiKey", "detail": detail}})
        if set(q) - _KNOWN:
            return _refusal("DIS1014", "Unknown parameter")
        for name in ("startDateTime", "endDateTime"):
            if name in q and not _TIME.fullmatch(q[name]):
                return _refusal("DIS1035", "Query param with date must be of valid format")
        size, number = int(q.get("size", 20)), int(q.get("page", 0))
        if size > 200 or size * number >= 1_000:
            return _refusal("DIS1034", "deep paging")
        if "startDateTime" in q:
            begin, end = (_moment(q[n]) for n in ("startDateTime", "endDateTime"))
            assert timedelta(0) < end - begin <= timedelta(days=40)
        part = self.events[number * size : (number + 1) * size]
        pages = -(-len(self.events) // size)
        page = {"size": size, "totalElements": len(self.events), "totalPages": pages}
        body: dict[str, Any] = {
            "_links": {"self": {"href": "/discovery/v2/events.json"}},
            "page": page | {"number": number},
        }
        return Says(200, body | ({"_embedded": {"events": part}} if part else {}))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _refusal(code: str, detail: str) -> Says:
    about = {"about": {"href": f"/discovery/v2/errors.html#{code}"}}
    return Says(
        400, {"errors": [{"code": code, "detail": detail, "status": "400", "_links": about}]}
    )


def port(rig: Rig) -> Ticketmaster:
    return Ticketmaster(rig.client, rig.time, KEY, rig.url)


async def _ask(rig: Rig) -> list[Event]:
    return await port(rig).between(lisbon(), FIRST, LAST)


ROUTE = "GET /discovery/v2/events.json"
_QUOTA = "Rate limit quota violation. Quota limit exceeded. Identifier : 1"

WIRES = [
    Wire(
        name="ticketmaster",
        routes={ROUTE: Discovery(event())},
        ask=_ask,
        empty={ROUTE: Discovery()},
        nothing=[],
        errors={
            400: {
                "errors": [{"code": "DIS1035", "detail": "Query param with date", "status": "400"}]
            },
            401: {"fault": {"faultstring": "Invalid ApiKey", "detail": {}}},
            429: {"fault": {"faultstring": _QUOTA, "detail": {}}},
        },
        wrong=(
            Says(200, {"fault": {"faultstring": "Invalid ApiKey"}}),
            Says(200, {"page": {"totalElements": 3, "totalPages": 1}}),
            Says(200, {"page": None}),
        ),
        key=KEY,
        stale_after=timedelta(hours=12),
    )
]
