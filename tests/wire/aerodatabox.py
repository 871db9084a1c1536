"""AeroDataBox on its two marketplaces: one path, two kinds of headers, 204 when nobody knows.

Written from the vendor's OpenAPI 1.14: a list of legs and codeshares, times with a blank and Z or
an offset, any field missing, `quality` telling the timetable from what is live.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapters.travel.aerodatabox import AeroDataBox
from core.flights import FlightNumber, FlightState
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

KEY = "adb-planted-key-cm7x2z9yq0001l204abcd1234"
TODAY = date(2026, 11, 23)
TP1234 = FlightNumber(airline="TP", digits="1234")


def time(utc: str, local: str) -> dict[str, str]:
    return {"utc": utc, "local": local}


def leg(**changes: Any) -> dict[str, Any]:
    """TP 1234 Lisbon to Paris, 45 minutes late; a change to None leaves the field out."""
    made: dict[str, Any] = {
        "greatCircleDistance": {"km": 1453.2},
        "number": "TP 1234",
        "callSign": "TAP1234",
        "status": "Delayed",
        "codeshareStatus": "IsOperator",
        "isCargo": False,
        "lastUpdatedUtc": "2026-11-23 08:41Z",
        "airline": {"name": "TAP Air Portugal", "iata": "TP", "icao": "TAP"},
        "departure": {
            "airport": {"iata": "LIS", "name": "Lisbon", "timeZone": "Europe/Lisbon"},
            "scheduledTime": time("2026-11-23 11:05Z", "2026-11-23 11:05+00:00"),
            "revisedTime": time("2026-11-23 11:50Z", "2026-11-23 11:50+00:00"),
            "terminal": "1",
            "gate": "S17",
            "checkInDesk": None,
            "quality": ["Basic", "Live"],
        },
        "arrival": {
            "airport": {"iata": "CDG", "timeZone": "Europe/Paris"},
            "scheduledTime": time("2026-11-23 13:35Z", "2026-11-23 14:35+01:00"),
            "predictedTime": None,
            "terminal": "1",
            "baggageBelt": None,
            "quality": ["Basic"],
        },
    }
    for key, value in changes.items():
        if value is None:
            del made[key]
        else:
            made[key] = value
    return made


class Flights:
    """GET /flights/number/{number}/{day} of one marketplace; `legs` by date."""

    def __init__(self, *legs: dict[str, Any], rapidapi: bool = False) -> None:
        self.legs = list(legs)
        self._rapidapi = rapidapi

    def __call__(self, asked: Asked) -> Says:
        if self._rapidapi:
            host = asked.headers.get("x-rapidapi-host")
            good = asked.headers.get("x-rapidapi-key") == KEY
            good = good and host == "aerodatabox.p.rapidapi.com"
        else:
            good = asked.headers.get("x-api-market-key") == KEY
        if not good:
            return Says(401, {"message": "Invalid API key"})
        number, day = asked.match["number"], asked.match["day"]
        if asked.query.get("withFlightPlan") != "false":
            return Says(400, {"message": "billed double"})
        date.fromisoformat(day)
        found = [x for x in self.legs if x["number"].replace(" ", "") == number]
        return Says(200, found) if found else Says(204)


async def _ask(rig: Rig) -> list[FlightState]:
    return await AeroDataBox(rig.client, rig.time, KEY, rig.url).status(TP1234, TODAY)


async def _ask_rapidapi(rig: Rig) -> list[FlightState]:
    port = AeroDataBox(rig.client, rig.time, KEY, rig.url, rapidapi=True)
    return await port.status(TP1234, TODAY)


ROUTE = "GET /flights/number/{number}/{day}"
_ERRORS = {
    400: {"message": "Invalid flight number"},
    401: {"message": "Invalid API key"},
    403: {"message": "You are not subscribed to this API."},
    429: {"message": "Too many requests"},
}
_WRONG = (Says(200, {"message": "The service is unavailable"}),)


def _wire(name: str, routes: Flights, ask: Any) -> Wire:
    return Wire(
        name=name,
        routes={ROUTE: routes},
        ask=ask,
        empty={ROUTE: lambda asked: Says(204)},
        nothing=[],
        errors=_ERRORS,
        wrong=_WRONG,
        key=KEY,
        stale_after=timedelta(minutes=3),
    )


WIRES = [
    _wire("aerodatabox (api.market)", Flights(leg()), _ask),
    _wire("aerodatabox (rapidapi)", Flights(leg(), rapidapi=True), _ask_rapidapi),
]
