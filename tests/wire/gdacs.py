"""GDACS' event list: newest first, an id repeated for each episode, UTC without saying so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapters.travel.gdacs import Gdacs
from adapters.travel.spot import Spot
from core.travel import Alert, Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import HTML, Asked, Says

TODAY = date(2026, 11, 23)
MANILA = Spot(Point(lat=14.5995, lon=120.9842), "PH", "Asia/Manila", ("Manila",))
NEEDED = {"eventlist", "fromDate", "toDate", "alertlevel"}


def event(kind: str = "TC", id: int = 1001305, **said: Any) -> dict[str, Any]:
    """An orange cyclone 200 km east of Manila, changed as said; `at` is (lon, lat)."""
    at = said.pop("at", (122.84, 14.6))
    properties = {
        "eventtype": kind,
        "eventid": id,
        "episodeid": 47,
        "eventname": "SAUDEL-26",
        "name": "Tropical Cyclone SAUDEL-26",
        "alertlevel": "Orange",
        "fromdate": "2026-11-20T12:00:00",
        "todate": "2026-11-23T06:00:00",
        "datemodified": "2026-11-23T07:04:35",
        "iscurrent": "true",
        "country": "Philippines",
        "iso3": "PHL",
        "affectedcountries": [{"iso2": "PH", "iso3": "PHL", "countryname": "Philippines"}],
        "severitydata": {
            "severity": 212.9,
            "severitytext": "Typhoon (maximum wind speed of 213 km/h)",
            "severityunit": "km/h",
        },
        "url": {"report": f"https://www.gdacs.org/report.aspx?eventtype={kind}&eventid={id}"},
        "htmldescription": "Orange alert",
    } | said
    geometry = {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "bbox": [*at, *at], "geometry": geometry, "properties": properties}


def listing(*events: dict[str, Any]) -> Says:
    return Says(200, {"type": "FeatureCollection", "features": list(events)})


def search(asked: Asked) -> Says:
    if missing := NEEDED - set(asked.query):
        return Says(400, f"<html>{missing.pop()} is required</html>".encode(), HTML)
    for name in ("fromDate", "toDate"):
        date.fromisoformat(asked.query[name])
    if not set(asked.query["alertlevel"].split(";")) <= {"green", "orange", "red"}:
        return Says(400, b"<html>alertlevel</html>", HTML)
    if int(asked.query.get("pagesize", "100")) > 100:
        return Says(400, b"<html>pagesize</html>", HTML)
    return listing(event())


def port(rig: Rig) -> Gdacs:
    return Gdacs(rig.client, rig.time, rig.url)


async def _ask(rig: Rig) -> tuple[Alert, ...]:
    return (await port(rig).alerts(MANILA, TODAY, TODAY + timedelta(days=3))).alerts


ROUTE = "GET /gdacsapi/api/events/geteventlist/SEARCH"
WIRES = [
    Wire(
        name="gdacs",
        routes={ROUTE: search},
        ask=_ask,
        empty={ROUTE: lambda asked: listing()},
        nothing=(),
        errors={400: b"<html>Bad Request</html>", 429: b"<html>Too many</html>"},
        never=KEYLESS,
        wrong=(Says(200, {"features": {}}), Says(200, {"Message": "An error has occurred."})),
        stale_after=timedelta(hours=2),
    )
]
