"""Duffel, written from its official client: one POST, amounts as text, local times, ISO durations.

It wants its version in a header, adults by type and children by age. A test token brings invented
offers of "Duffel Airways". Errors have a `meta` with the status; a 2xx may hold `errors`, too.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from adapters.travel.duffel import Duffel
from core.flights import FlightOffer
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

TOKEN = "duffel_test_planted-2xYz8qPq7rS9tUvW1aBcDeF"
OUT, BACK = date(2027, 4, 3), date(2027, 4, 12)
_ZONES = {
    "LIS": "Europe/Lisbon",
    "CDG": "Europe/Paris",
    "KIX": "Asia/Tokyo",
    "PVG": "Asia/Shanghai",
}


def segment(
    origin: str, destination: str, departs: str, arrives: str, number: str = "1234", **more: Any
) -> dict[str, Any]:
    made = {
        "id": f"seg_{origin}{destination}",
        "departing_at": departs,
        "arriving_at": arrives,
        "duration": "PT2H15M",
        "origin": {"iata_code": origin},  # the zone is often only at the ends of the whole way
        "destination": {"iata_code": destination},
        "origin_terminal": "1",
        "destination_terminal": None,
        "stops": [],
        "marketing_carrier": {"iata_code": "ZZ", "name": "Duffel Airways"},
        "marketing_carrier_flight_number": number,
        "operating_carrier": {"iata_code": "ZZ", "name": "Duffel Airways"},
        "aircraft": {"name": "Airbus A320"},
        "passengers": [{"passenger_id": "pas_1", "baggages": [{"type": "checked", "quantity": 1}]}],
    }
    return made | more


def way(duration: str, *segments: dict[str, Any]) -> dict[str, Any]:
    start = segments[0]["origin"]["iata_code"]
    end = segments[-1]["destination"]["iata_code"]
    return {
        "id": f"sli_{start}{end}",
        "duration": duration,
        "origin": {"iata_code": start, "time_zone": _ZONES[start]},
        "destination": {"iata_code": end, "time_zone": _ZONES[end]},
        "segments": list(segments),
    }


OUTBOUND = way(
    "PT16H35M",
    segment("LIS", "CDG", "2027-04-03T10:05:00", "2027-04-03T13:20:00"),
    segment("CDG", "KIX", "2027-04-03T14:40:00", "2027-04-04T10:40:00", "292"),
)
HOMEBOUND = way(
    "P1DT2H",
    segment("KIX", "PVG", "2027-04-12T11:00:00", "2027-04-12T12:40:00", "293"),
    segment("PVG", "LIS", "2027-04-12T23:10:00", "2027-04-13T06:00:00", "77"),
)


def offer(id: str = "off_0000B", amount: str = "812.40", **changes: Any) -> dict[str, Any]:
    made = {
        "id": id,
        "total_amount": amount,
        "total_currency": "EUR",
        "base_amount": "640.00",
        "tax_amount": "172.40",
        "expires_at": "2026-11-23T09:20:00Z",
        "partial": False,
        "owner": {"iata_code": "ZZ", "name": "Duffel Airways"},
        "conditions": {"change_before_departure": None},
        "slices": [OUTBOUND, HOMEBOUND],
    }
    return made | changes


def answer(*offers: dict[str, Any], live: bool = False) -> Says:
    whole = {"id": "orq_0000A", "live_mode": live, "offers": list(offers)}
    return Says(201, {"data": whole})


def problem(status: int, kind: str, code: str, title: str, message: str = "") -> Says:
    error = {"type": kind, "code": code, "title": title, "message": message or title}
    meta = {"status": status, "request_id": "FabcDEF"}
    return Says(status, {"errors": [error], "meta": meta})


class OfferRequests:
    """POST /air/offer_requests, checking what Duffel checks; keeps what was asked."""

    def __init__(self, *offers: dict[str, Any]) -> None:
        self.offers = offers or (offer(),)
        self.questions: list[dict[str, Any]] = []

    def __call__(self, asked: Asked) -> Says:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "authentication_error", "access_token_not_found", "Unauthorized")
        if asked.headers.get("duffel-version") != "v2":
            return problem(400, "invalid_request_error", "unsupported_version", "Unsupported")
        if "json" not in asked.headers.get("content-type", ""):
            return problem(400, "invalid_request_error", "unsupported_format", "Not JSON")
        question = asked.json.get("data", {})
        if asked.query.get("return_offers") != "true" or not question.get("slices"):
            return problem(422, "validation_error", "validation_required", "Required field")
        for slice_ in question["slices"]:
            if slice_["origin"] not in _ZONES or slice_["destination"] not in _ZONES:
                return problem(422, "validation_error", "invalid_iata", "Unknown airport")
            date.fromisoformat(slice_["departure_date"])
        for person in question["passengers"]:
            if person not in ({"type": "adult"}, {"age": person.get("age")}):
                return problem(422, "validation_error", "validation_inclusion", "Passenger")
        self.questions.append(question)
        return answer(*self.offers)


def port(rig: Rig) -> Duffel:
    return Duffel(rig.client, rig.time, TOKEN, rig.url)


async def _ask(rig: Rig) -> list[FlightOffer]:
    return await port(rig).search("LIS", "KIX", OUT, BACK, adults=2, children=(9,))


def _none(asked: Asked) -> Says:
    return answer()


ROUTE = "POST /air/offer_requests"
_OLD = problem(400, "invalid_request_error", "unsupported_version", "Unsupported version")
_WRONG_TOKEN = problem(401, "authentication_error", "access_token_not_found", "Unauthorized")
_LIMIT = problem(429, "rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded")
_INSIDE = problem(200, "airline_error", "airline_internal", "The airline did not answer")

WIRES = [
    Wire(
        name="duffel",
        routes={ROUTE: OfferRequests()},
        ask=_ask,
        empty={ROUTE: _none},
        nothing=[],
        errors={400: _OLD.body, 401: _WRONG_TOKEN.body, 403: _WRONG_TOKEN.body, 429: _LIMIT.body},
        wrong=(_INSIDE, Says(201, _INSIDE.body), Says(201, {"data": {"id": "orq_1"}})),
        key=TOKEN,
        tries=1,  # a search costs money
    )
]
