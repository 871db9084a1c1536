"""How a flight stands, from AeroDataBox, on either of the two marketplaces that sell it.

204 without a body means that nobody knows the flight that day. Times have a blank or a T, Z or an
offset, and any of them may be missing. Only what is of quality "Live" is more than the timetable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.airports import airport_zone
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.flights import FlightEnd, FlightNumber, FlightPhase, FlightState
from core.ports import Clock
from core.travel import Confidence, Source
from core.words import plural

WHO = "AeroDataBox"
BASE_URL = "https://prod.api.market/api/v1/aedbx/aerodatabox"
RAPIDAPI_URL = "https://aerodatabox.p.rapidapi.com"
_PHASES = {
    "Expected": FlightPhase.EXPECTED,
    "EnRoute": FlightPhase.EN_ROUTE,
    "CheckIn": FlightPhase.CHECK_IN,
    "Boarding": FlightPhase.BOARDING,
    "GateClosed": FlightPhase.GATE_CLOSED,
    "Departed": FlightPhase.DEPARTED,
    "Delayed": FlightPhase.DELAYED,
    "Approaching": FlightPhase.APPROACHING,
    "Arrived": FlightPhase.ARRIVED,
    "Canceled": FlightPhase.CANCELLED,
    "CanceledUncertain": FlightPhase.MAYBE_CANCELLED,
    "Diverted": FlightPhase.DIVERTED,
}


class AeroDataBox:
    """The FlightStatus port. An address at RapidAPI gets RapidAPI's headers, any other the rest."""

    def __init__(
        self,
        client: ProviderClient,
        clock: Clock,
        key: str,
        base_url: str = BASE_URL,
        *,
        rapidapi: bool | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/")
        host = self._url.partition("://")[2].partition("/")[0]
        there = host.endswith("rapidapi.com") if rapidapi is None else rapidapi
        self._headers = (
            {"x-rapidapi-key": key, "x-rapidapi-host": RAPIDAPI_URL.removeprefix("https://")}
            if there
            else {"x-api-market-key": key}
        )

    async def status(self, number: FlightNumber, day: date) -> list[FlightState]:
        """The flights of that number that leave on the local `day`, by departure.

        A number with several legs has several; codeshares of another airline's flight come last.
        Empty when AeroDataBox knows no such flight that day.

        Raises Unavailable.
        Source: https://aerodatabox.com (GET /flights/number/{number}/{date}).
        """
        soon = abs((day - self._clock.now().date()).days) <= 1
        answer = await self._client.get(
            WHO,
            f"{self._url}/flights/number/{number}/{day.isoformat()}",
            {
                "dateLocalRole": "Departure",
                "withAircraftImage": "false",
                "withLocation": "false",
                "withFlightPlan": "false",  # billed double
            },
            headers=self._headers,
            fresh_for=timedelta(minutes=3) if soon else timedelta(hours=6),
            keep_for=timedelta(minutes=30) if soon else timedelta(days=1),
            check=_check,
        )
        source = _source(answer)
        found = [_state(f, source, str(number)) for f in fields.rows(answer.body)]
        return sorted(found, key=lambda s: (not s.operator, _order(s)))

    async def probe(self) -> str:
        """One cheap question to the provider, for the doctor. Raises Unavailable."""
        number = FlightNumber(airline="TP", digits="1")
        found = await self.status(number, self._clock.now().date())
        return f"the key is good; {plural(len(found), 'flight')} {number} today"


def _check(body: Any) -> None:
    """None is 204: no such flight. Anything else has to be a list."""
    if body is not None and not isinstance(body, list):
        raise Unavailable(WHO, "the answer is no list of flights")


def _state(flight: Mapping[str, Any], source: Source, asked: str) -> FlightState:
    airline = fields.row(flight.get("airline"))
    return FlightState(
        source=source,
        number=fields.text(flight.get("number"), 10) or asked,
        airline=fields.text(airline.get("name"), 60),
        callsign=fields.text(flight.get("callSign"), 10),
        phase=_PHASES.get(fields.text(flight.get("status")), FlightPhase.UNKNOWN),
        departure=_end(flight.get("departure")),
        arrival=_end(flight.get("arrival")),
        operator=flight.get("codeshareStatus") != "IsCodeshared",
    )


def _end(value: Any) -> FlightEnd:
    end = fields.row(value)
    port = fields.row(end.get("airport"))
    code = fields.text(port.get("iata"), 3).upper()
    zone = fields.zone(port.get("timeZone")) or fields.zone(airport_zone(code))
    quality = end.get("quality")

    def at(name: str) -> Any:
        told = fields.row(end.get(name))
        return fields.moment(told.get("utc"), zone) or fields.moment(told.get("local"), zone)

    return FlightEnd(
        airport=code,
        name=fields.text(port.get("name"), 60),
        scheduled=at("scheduledTime"),
        expected=at("runwayTime") or at("revisedTime") or at("predictedTime"),
        terminal=fields.text(end.get("terminal"), 10),
        gate=fields.text(end.get("gate"), 10),
        belt=fields.text(end.get("baggageBelt"), 10),
        live=isinstance(quality, list) and "Live" in quality,
    )


def _order(state: FlightState) -> str:
    at = state.departure.scheduled
    return at.isoformat() if at else "~"


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://aerodatabox.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Flight data: AeroDataBox",
    )
