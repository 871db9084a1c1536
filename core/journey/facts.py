"""What a journey is made of, the ports it comes from, what is asked for, and the answer.

Money is in one currency for the whole journey. A day is a calendar day at the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Literal, Protocol

Mode = Literal["flight", "taxi", "self-driving"]
RoomKind = Literal["entire", "private", "shared"]


@dataclass(frozen=True)
class Ride:
    """A way from one town to another on one day. `price` is for one seat or one car.

    `seats` is how many people one price carries. `depart` and `arrive` are local, None when the
    traveller chooses.
    """

    mode: Mode
    origin: str
    destination: str
    price: Decimal
    seats: int
    minutes: int
    id: str = ""
    day: date | None = None
    depart: time | None = None
    arrive: time | None = None
    text: str = ""

    def cost(self, people: int) -> Decimal:
        return self.price * -(-people // self.seats)


@dataclass(frozen=True)
class Room:
    """A place to sleep. `forbids`: pets, smoking, parties, visitors, small_children."""

    name: str
    town: str
    kind: RoomKind
    nightly: Decimal
    least_nights: int
    sleeps: int
    forbids: frozenset[str] = frozenset()
    rating: float = 0.0

    def cost(self, people: int, nights: int) -> Decimal:
        return self.nightly * -(-people // self.sleeps) * nights


@dataclass(frozen=True)
class Restaurant:
    name: str
    town: str
    cuisines: frozenset[str]
    each: Decimal
    rating: float = 0.0


@dataclass(frozen=True)
class Attraction:
    name: str
    town: str
    lat: float = 0.0
    lon: float = 0.0


class JourneyFacts(Protocol):
    """The ports of a journey. What a source does not have is missing, never made up."""

    def towns_in(self, region: str) -> Sequence[str]: ...

    def rides(self, origin: str, destination: str, day: date) -> Sequence[Ride]: ...

    def rooms(self, town: str) -> Sequence[Room]: ...

    def restaurants(self, town: str) -> Sequence[Restaurant]: ...

    def attractions(self, town: str) -> Sequence[Attraction]: ...


@dataclass(frozen=True)
class JourneyWish:
    """What is asked for. `towns` are given, or `count` of those in `region` are chosen.

    All of it is hard: the budget for everybody, rooms of one of these kinds (empty: any) that
    allow what is in `allows`, each of the cuisines once, and none of the modes in `without`.
    """

    origin: str
    days: tuple[date, ...]
    people: int
    towns: tuple[str, ...] = ()
    region: str = ""
    count: int = 1
    budget: Decimal | None = None
    kinds: frozenset[RoomKind] = frozenset()
    allows: frozenset[str] = frozenset()
    cuisines: frozenset[str] = frozenset()
    without: frozenset[Mode] = frozenset()


@dataclass(frozen=True)
class Stay:
    """A town with the days of arriving and leaving, and where the travellers sleep."""

    town: str
    arrive: int  # number of the day, from 0
    leave: int
    room: Room

    @property
    def nights(self) -> int:
        return self.leave - self.arrive


@dataclass(frozen=True)
class JourneyDay:
    """One day: where, how one moves, what one eats and sees. None: not on this day."""

    day: date
    towns: tuple[str, ...]  # one, or the one left and the one reached
    ride: Ride | None
    breakfast: Restaurant | None
    lunch: Restaurant | None
    dinner: Restaurant | None
    attractions: tuple[Attraction, ...]
    room: Room | None


@dataclass(frozen=True)
class Journey:
    """The whole journey, with its cost for everybody."""

    days: tuple[JourneyDay, ...]
    stays: tuple[Stay, ...]
    rides: tuple[Ride, ...]
    cost: Decimal


class NoJourney(ValueError):
    """Nothing keeps all hard limits; `reason` is a sentence for the traveller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
