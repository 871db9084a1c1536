"""Disasters of the whole world from GDACS: cyclones, earthquakes, floods, volcanoes, fires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.http import Answer, ProviderClient
from adapters.travel.spot import Found, Spot, honest, source
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Alert, Severity
from core.zones import zone_of

WHO = "GDACS"
BASE_URL = "https://www.gdacs.org"
CREDIT = "GDACS (EC-JRC / UN OCHA), indicative only"
FRESH, KEPT = timedelta(minutes=60), timedelta(hours=6)
LOOKS_BACK = timedelta(days=14)
PAGE, PAGES = 100, 3  # rows in an answer, the newest first; a fortnight has some dozens
LASTS = timedelta(days=2)  # after the last report of an event that is under way
KINDS = {
    "TC": "Tropical cyclone",
    "EQ": "Earthquake",
    "FL": "Flood",
    "VO": "Volcano",
    "WF": "Wildfire",
}
REACH_KM = {"TC": 400.0, "EQ": 150.0, "VO": 150.0, "WF": 100.0}  # a flood: the whole country
LEVELS = {"orange": Severity.SEVERE, "red": Severity.EXTREME}


class Gdacs:
    """An AlertSource over GDACS' list of events. A disaster matters to a trip that comes later."""

    name = WHO
    lasting = True

    def __init__(self, client: ProviderClient, clock: Clock, base_url: str = BASE_URL) -> None:
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/") + "/gdacsapi/api/events/geteventlist/SEARCH"

    def covers(self, country: str) -> bool:
        return True

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """Current orange and red events near the spot; floods in its country.

        Raises:
            Unavailable: no usable answer.
        Source: https://www.gdacs.org, indicative, not for decisions about life and limb.
        """
        found: dict[tuple[str, str], tuple[dict[str, Any], Answer]] = {}
        for number in range(1, PAGES + 1):
            answer = await self._page(number)
            for event in answer.body["events"]:
                _keep_newest(found, event, answer)
            if answer.body["rows"] < PAGE:
                break
        alerts = [_alert(e, told) for e, told in found.values() if _concerns(e, spot)]
        return honest(WHO, answer, alerts)

    async def _page(self, number: int) -> Answer:
        today = self._clock.now().date()
        return await self._client.get(
            WHO,
            self._url,
            {
                "eventlist": ";".join(KINDS),
                "fromDate": str(today - LOOKS_BACK),
                "toDate": str(today),
                "alertlevel": "orange;red",
                "pagesize": str(PAGE),
                "pagenumber": str(number),
            },
            fresh_for=FRESH,
            keep_for=KEPT,
            check=_check,
            reduce=_reduced,
            timeout_s=10.0,
        )


def _check(body: Any) -> None:
    """None is 204, which is how some of its answers without an event look."""
    if body is not None and not isinstance(fields.row(body).get("features"), list):
        raise Unavailable(WHO, "the answer has no list of events")


def _reduced(body: Any) -> dict[str, Any]:
    """How many rows there were, and of them the current events."""
    features = fields.rows(fields.row(body).get("features"))
    events = [event for f in features if (event := _event(f)) is not None]
    return {"rows": len(features), "events": events}


def _keep_newest(
    found: dict[tuple[str, str], tuple[dict[str, Any], Answer]],
    event: dict[str, Any],
    answer: Answer,
) -> None:
    """An event has a row for each of its episodes: the newest report counts."""
    key = (event["kind"], event["id"])
    if key not in found or event["modified"] > found[key][0]["modified"]:
        found[key] = (event, answer)


def _event(feature: Mapping[str, Any]) -> dict[str, Any] | None:
    said = fields.row(feature.get("properties"))
    corner = fields.row(feature.get("geometry")).get("coordinates")
    pair = corner if isinstance(corner, list) and len(corner) >= 2 else [None, None]
    where = fields.point(pair[1], pair[0])
    begins, ends = _utc(said.get("fromdate")), _utc(said.get("todate"))
    level = fields.text(said.get("alertlevel")).lower()
    kind = fields.text(said.get("eventtype"))
    current = str(said.get("iscurrent")).lower() == "true"
    if not (current and kind in KINDS and level in LEVELS and begins and ends):
        return None
    url = said.get("url")
    countries = fields.rows(said.get("affectedcountries"))
    return {
        "id": str(said.get("eventid")),
        "kind": kind,
        "level": level,
        "name": fields.text(said.get("name")) or fields.text(said.get("eventname")),
        "text": fields.text(fields.row(said.get("severitydata")).get("severitytext"), 300),
        "country": fields.text(said.get("country")),
        "countries": [fields.text(c.get("iso2")).upper() for c in countries],
        "lat": where.lat if where else None,
        "lon": where.lon if where else None,
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "modified": (_utc(said.get("datemodified")) or ends).isoformat(),
        "link": fields.link(url.get("report") if isinstance(url, Mapping) else url),
    }


def _utc(value: Any) -> datetime | None:
    """GDACS writes UTC without saying so."""
    return fields.moment(value, zone_of(""))


def _concerns(event: Mapping[str, Any], spot: Spot) -> bool:
    reach = REACH_KM.get(event["kind"])
    if reach is None:
        return spot.country in event["countries"]
    where = fields.point(event["lat"], event["lon"])
    return (
        where is not None
        and km_between(where.lat, where.lon, spot.point.lat, spot.point.lon) <= reach
    )


def _alert(event: Mapping[str, Any], answer: Answer) -> Alert:
    kind = KINDS[event["kind"]]
    begins = datetime.fromisoformat(event["begins"]).astimezone(UTC)
    ends = datetime.fromisoformat(event["ends"]).astimezone(UTC)
    modified = datetime.fromisoformat(event["modified"]).astimezone(UTC)
    return Alert(
        source=source(WHO, "https://www.gdacs.org/", CREDIT, answer),
        id=f"{event['kind']}{event['id']}",
        event=kind,
        severity=LEVELS[event["level"]],
        onset=begins,
        ends=max(ends, modified + LASTS),
        headline=event["name"] or kind,
        area=event["country"],
        official=True,
        issuer="GDACS",
        description=event["text"],
        link=event["link"],
    )
