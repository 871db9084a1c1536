"""Flights that somebody sells and flights that are on their way: facts, ports, flight numbers.

All times are aware, in the zone of the airport they belong to. Nothing here is ever booked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote_plus

from pydantic import AwareDatetime

from core.airlines import BY_IATA, BY_ICAO
from core.messages import Value
from core.travel import Fact, Money

# Two characters with at least one letter, or the three letters of an ICAO callsign; then 1 to 4
# digits and at most one letter.
_NUMBER = re.compile(r"([A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z])[ -]?([0-9]{1,4})([A-Z]?)")


class FlightNumber(Value):
    """A flight number in two parts: "TP" and "1234", as an airline or a controller says it."""

    airline: str  # IATA (two characters) or ICAO (three letters)
    digits: str

    def __str__(self) -> str:
        return f"{self.airline}{self.digits}"

    @property
    def callsign(self) -> str:
        """The number with the airline's ICAO code ("TAP1234"); empty for an unknown airline."""
        if len(self.airline) == 3:
            return str(self)
        known = BY_IATA.get(self.airline)
        return f"{known[0]}{self.digits}" if known else ""

    @property
    def airline_name(self) -> str:
        """The airline's name; empty when we do not know the code."""
        code = BY_ICAO.get(self.airline, self.airline)
        return BY_IATA[code][1] if code in BY_IATA else ""


def flight_number(text: str) -> FlightNumber | None:
    """The flight number that `text` is as a whole ("tp 1234", "TAP1234"); None when it is none."""
    match = _NUMBER.fullmatch(text.strip().upper())
    if match is None:
        return None
    digits = match[2].lstrip("0") or "0"
    return FlightNumber(airline=match[1], digits=digits + match[3])


def tracker_links(number: FlightNumber) -> tuple[tuple[str, str], ...]:
    """Where the state of a flight can be looked up: (label, address)."""
    links = [
        ("Search", f"https://www.google.com/search?q={quote_plus(f'{number} flight status')}"),
    ]
    if number.callsign:
        address = f"https://www.flightaware.com/live/flight/{number.callsign}"
        links.insert(0, ("FlightAware", address))
    return tuple(links)


# --- offers ------------------------------------------------------------------------------------


class Hop(Value):
    """One take-off and landing. `operated_by` is set when another airline flies it."""

    number: str  # "TP1234", as it is sold
    origin: str  # IATA
    destination: str
    departs: AwareDatetime
    arrives: AwareDatetime
    operated_by: str = ""


class Way(Value):
    """One direction of a journey by air; `minutes` from the first take-off to the last landing."""

    hops: tuple[Hop, ...]
    minutes: int

    @property
    def departs(self) -> AwareDatetime:
        return self.hops[0].departs

    @property
    def arrives(self) -> AwareDatetime:
        return self.hops[-1].arrives


class FlightOffer(Fact):
    """What somebody asks for a flight right now: `price` is for the whole party.

    After `expires_at` it is worth nothing. `test` marks an invented offer of a sandbox.
    """

    id: str
    airline: str
    price: Money
    out: Way
    back: Way | None
    expires_at: AwareDatetime
    test: bool = False
    checked_bags: int | None = None  # per person on the first hop; None when unknown


class FlightOffers(Protocol):
    async def search(
        self,
        origin: str,
        destination: str,
        first: date,
        last: date | None,
        *,
        adults: int,
        children: Sequence[int] = (),
    ) -> list[FlightOffer]:
        """Offers between two IATA codes, cheapest first; empty when nobody sells that flight.

        `last` is the day of the way back, None for one way; `children` are ages in years.
        Raises Unavailable, and Rejected when the question itself is refused.
        """
        ...


# --- status ------------------------------------------------------------------------------------


class FlightPhase(StrEnum):
    UNKNOWN = "unknown"
    EXPECTED = "expected"
    CHECK_IN = "check-in"
    BOARDING = "boarding"
    GATE_CLOSED = "gate closed"
    DEPARTED = "departed"
    EN_ROUTE = "in the air"
    APPROACHING = "approaching"
    ARRIVED = "arrived"
    DELAYED = "delayed"
    CANCELLED = "cancelled"
    MAYBE_CANCELLED = "probably cancelled"
    DIVERTED = "diverted"


class FlightEnd(Value):
    """One end of a flight. `scheduled` as in the timetable, `expected` as it looks now."""

    airport: str = ""  # IATA
    name: str = ""
    scheduled: AwareDatetime | None = None
    expected: AwareDatetime | None = None
    terminal: str = ""
    gate: str = ""
    belt: str = ""
    live: bool = False  # False: the timetable only

    @property
    def at(self) -> AwareDatetime | None:
        return self.expected or self.scheduled

    @property
    def late_min(self) -> int | None:
        """Minutes behind the timetable (negative: early); None when nobody knows."""
        if self.scheduled is None or self.expected is None:
            return None
        late = self.expected.astimezone(UTC) - self.scheduled.astimezone(UTC)
        return round(late.total_seconds() / 60)


class FlightState(Fact):
    """How one flight stands."""

    number: str
    airline: str = ""
    callsign: str = ""
    phase: FlightPhase
    departure: FlightEnd
    arrival: FlightEnd
    operator: bool = True  # False: this is a codeshare of another airline's flight

    @property
    def live(self) -> bool:
        return self.departure.live or self.arrival.live


class FlightStatus(Protocol):
    async def status(self, number: FlightNumber, day: date) -> list[FlightState]:
        """The flights of that number leaving on the local `day`, by departure.

        Empty when the source knows no such flight that day. Raises Unavailable.
        """
        ...
