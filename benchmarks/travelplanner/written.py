"""A journey in the words of the benchmark: one dictionary a day."""

from __future__ import annotations

from typing import Any

from core.journey.facts import Journey, JourneyDay, Restaurant, Ride


def as_plan(journey: Journey) -> list[dict[str, Any]]:
    return [_day(number, day) for number, day in enumerate(journey.days, 1)]


def _day(number: int, day: JourneyDay) -> dict[str, Any]:
    town = day.towns[0] if len(day.towns) == 1 else f"from {day.towns[0]} to {day.towns[1]}"
    sights = "".join(f"{s.name}, {s.town};" for s in day.attractions)
    return {
        "days": number,
        "current_city": town,
        "transportation": _ride(day.ride) if day.ride else "-",
        "breakfast": _meal(day.breakfast),
        "attraction": sights or "-",
        "lunch": _meal(day.lunch),
        "dinner": _meal(day.dinner),
        "accommodation": f"{day.room.name}, {day.room.town}" if day.room else "-",
    }


def _ride(ride: Ride) -> str:
    way = f"from {ride.origin} to {ride.destination}"
    if ride.mode == "flight":
        times = f"Departure Time: {ride.depart:%H:%M}, Arrival Time: {ride.arrive:%H:%M}"
        return f"Flight Number: {ride.id}, {way}, {times}"
    name = "Self-driving" if ride.mode == "self-driving" else "Taxi"
    return f"{name}, {way}, {ride.text}, cost: {ride.price}"


def _meal(place: Restaurant | None) -> str:
    return f"{place.name}, {place.town}" if place else "-"
