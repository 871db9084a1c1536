"""The benchmark's tables as the ports of a journey; nothing in here knows a query."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from core.journey.facts import Attraction, Mode, Restaurant, Ride, Room, RoomKind

KINDS: dict[str, RoomKind] = {
    "Entire home/apt": "entire",
    "Private room": "private",
    "Shared room": "shared",
    "Hotel room": "private",
}
RULES = {
    "No parties": "parties",
    "No smoking": "smoking",
    "No pets": "pets",
    "No visitors": "visitors",
    "No children under 10": "small_children",
}
CAR_KM, CAR_SEATS, TAXI_KM, TAXI_SEATS = Decimal("0.05"), 5, Decimal(1), 4


class Tables:
    """Implements `core.journey.facts.JourneyFacts` over the CSV files of a folder.

    With `distinct`, places whose name is, or is part of, another's name in the same town are left
    out: a plan names places by name alone, so nobody could tell which one is meant.
    """

    def __init__(self, folder: Path, *, distinct: bool = False) -> None:
        self._distinct = distinct
        self._states: dict[str, list[str]] = {}
        for line in (folder / "city_states.tsv").read_text("utf-8").splitlines():
            city, _, state = line.partition("\t")
            self._states.setdefault(state.strip().casefold(), []).append(city.strip())
        self.names = {city for cities in self._states.values() for city in cities}
        self._rooms = _by(folder / "accommodations.csv", "city")
        self._restaurants = _by(folder / "restaurants.csv", "City")
        self._attractions = _by(folder / "attractions.csv", "City")
        self._flights: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        for row in _rows(folder / "flights.csv"):
            key = (row["OriginCityName"], row["DestCityName"], row["FlightDate"])
            self._flights.setdefault(key, []).append(row)
        self._ways: dict[tuple[str, str], dict[str, str]] = {}
        for row in _rows(folder / "distances.csv"):
            self._ways.setdefault((row["origin"], row["destination"]), row)
        self.names |= {town for way in (*self._ways, *self._flights) for town in way[:2]}
        self.rooms = cache(self._room_list)
        self.restaurants = cache(self._restaurant_list)
        self.attractions = cache(self._attraction_list)
        self.rides = cache(self._ride_list)

    def towns_in(self, region: str) -> Sequence[str]:
        return sorted(set(self._states.get(region.strip().casefold(), ())))

    def knows(self, town: str) -> bool:
        return town in self.names or town in self._rooms

    def _ride_list(self, origin: str, destination: str, day: date) -> tuple[Ride, ...]:
        found = [
            Ride(
                mode="flight",
                origin=origin,
                destination=destination,
                price=Decimal(row["Price"]),
                seats=1,
                minutes=_minutes(row["ActualElapsedTime"]),
                id=row["Flight Number"],
                day=day,
                depart=_clock(row["DepTime"]),
                arrive=_clock(row["ArrTime"]),
            )
            for row in self._flights.get((origin, destination, day.isoformat()), ())
        ]
        way = self._ways.get((origin, destination))
        if way is not None and way["duration"] and "day" not in way["duration"]:
            km = int(re.sub(r"[^\d]", "", way["distance"].split("km")[0]) or 0)
            for mode, per_km, seats in _CARS:
                found.append(
                    Ride(
                        mode=mode,
                        origin=origin,
                        destination=destination,
                        price=Decimal(int(km * per_km)),
                        seats=seats,
                        minutes=_minutes(way["duration"]),
                        text=f"duration: {way['duration']}, distance: {way['distance']}",
                    )
                )
        return tuple(found)

    def _room_list(self, town: str) -> tuple[Room, ...]:
        found = []
        for row in self._rooms.get(town, ()):
            if not row["price"] or row["room type"] not in KINDS:
                continue
            rules = [r.strip() for r in row["house_rules"].split("&")]
            found.append(
                Room(
                    name=row["NAME"].strip(),
                    town=town,
                    kind=KINDS[row["room type"]],
                    nightly=Decimal(row["price"]),
                    least_nights=int(float(row["minimum nights"] or 1)),
                    sleeps=int(float(row["maximum occupancy"] or 1)),
                    forbids=frozenset(RULES[r] for r in rules if r in RULES),
                    rating=float(row["review rate number"] or 0),
                )
            )
        return tuple(_named_once(found) if self._distinct else found)

    def _restaurant_list(self, town: str) -> tuple[Restaurant, ...]:
        found = [
            Restaurant(
                name=row["Name"].strip(),
                town=town,
                cuisines=frozenset(c.strip().casefold() for c in row["Cuisines"].split(",")),
                each=Decimal(row["Average Cost"]),
                rating=float(row["Aggregate Rating"] or 0),
            )
            for row in self._restaurants.get(town, ())
            if row["Average Cost"]
        ]
        return tuple(_named_once(found) if self._distinct else found)

    def _attraction_list(self, town: str) -> tuple[Attraction, ...]:
        found = [
            Attraction(
                row["Name"].strip(), town, float(row["Latitude"] or 0), float(row["Longitude"] or 0)
            )
            for row in self._attractions.get(town, ())
        ]
        return tuple(_named_once(found) if self._distinct else found)


_CARS: tuple[tuple[Mode, Decimal, int], ...] = (
    ("self-driving", CAR_KM, CAR_SEATS),
    ("taxi", TAXI_KM, TAXI_SEATS),
)


T = TypeVar("T", Room, Restaurant, Attraction)


def _named_once(found: list[T]) -> list[T]:
    names = [each.name for each in found]
    return [each for each in found if sum(each.name in name for name in names) == 1]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _by(file: Path, column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows(file):
        found.setdefault(row[column], []).append(row)
    return found


def _minutes(text: str) -> int:
    """ "10 hours 55 mins", "2 hours 24 minutes"."""
    hours = re.search(r"(\d+)\s*hour", text)
    minutes = re.search(r"(\d+)\s*min", text)
    return (int(hours[1]) * 60 if hours else 0) + (int(minutes[1]) if minutes else 0)


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))
