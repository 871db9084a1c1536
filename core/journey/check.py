"""A journey against its facts and limits; shares no logic with the search."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from core.journey.facts import Journey, JourneyDay, JourneyFacts, JourneyWish, Ride


def check(journey: Journey, wish: JourneyWish, facts: JourneyFacts) -> list[str]:
    """Everything that is wrong, as sentences; empty when it may be shown."""
    return [
        *_frame(journey, wish, facts),
        *_rides(journey, wish, facts),
        *_rooms(journey, wish, facts),
        *_meals_and_sights(journey, wish, facts),
        *_money(journey, wish),
    ]


def _frame(journey: Journey, wish: JourneyWish, facts: JourneyFacts) -> list[str]:
    found = []
    if tuple(day.day for day in journey.days) != wish.days:
        found.append("The days are not those of the trip.")
    towns = [stay.town for stay in journey.stays]
    if len(set(towns)) != len(towns):
        found.append("A town is visited twice.")
    wanted = set(wish.towns) or set(facts.towns_in(wish.region))
    if set(towns) - wanted or len(towns) != (len(wish.towns) or wish.count):
        found.append("These are not the towns that were asked for.")
    return found


def _rides(journey: Journey, wish: JourneyWish, facts: JourneyFacts) -> list[str]:
    found = []
    at = wish.origin
    for day in journey.days:
        ride = day.ride
        if ride is None:
            continue
        if ride.origin != at:
            found.append(f"A ride starts in {ride.origin}, and the travellers are in {at}.")
        if ride not in facts.rides(ride.origin, ride.destination, day.day):
            found.append(f"No source knows the way from {ride.origin} to {ride.destination}.")
        at = ride.destination
    if at != wish.origin:
        found.append("The journey does not end at home.")
    modes = {day.ride.mode for day in journey.days if day.ride}
    if "self-driving" in modes and len(modes) > 1:
        found.append("One's own car does not go with flights or taxis.")
    if modes & wish.without:
        found.append("A way of travelling was refused.")
    return found


def _rooms(journey: Journey, wish: JourneyWish, facts: JourneyFacts) -> list[str]:
    found = []
    nights: dict[tuple[str, str], int] = {}
    for number, day in enumerate(journey.days):
        room, town = day.room, day.towns[-1]
        if room is None:
            if number < len(journey.days) - 1:
                found.append(f"There is no bed on {day.day}.")
            continue
        if room.town != town or room not in facts.rooms(town):
            found.append(f"{room.name} is not in {town}.")
        if room.forbids & wish.allows or (wish.kinds and room.kind not in wish.kinds):
            found.append(f"{room.name} does not keep the wishes.")
        nights[room.town, room.name] = nights.get((room.town, room.name), 0) + 1
    for day in journey.days:
        room = day.room
        if room is not None and nights[room.town, room.name] < room.least_nights:
            found.append(f"{room.name} takes nobody for so few nights.")
    return found


def _meals_and_sights(journey: Journey, wish: JourneyWish, facts: JourneyFacts) -> list[str]:
    found = []
    eaten: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    tasted: set[str] = set()
    for day in journey.days:
        meals = [m for m in (day.breakfast, day.lunch, day.dinner) if m is not None]
        for meal in meals:
            if meal.town not in day.towns or meal not in facts.restaurants(meal.town):
                found.append(f"{meal.name} is not where the travellers are.")
            if (meal.town, meal.name) in eaten:
                found.append(f"{meal.name} comes twice.")
            eaten.add((meal.town, meal.name))
            tasted |= meal.cuisines
        for sight in day.attractions:
            if sight.town not in day.towns or sight not in facts.attractions(sight.town):
                found.append(f"{sight.name} is not where the travellers are.")
            if (sight.town, sight.name) in seen:
                found.append(f"{sight.name} comes twice.")
            seen.add((sight.town, sight.name))
        if day.ride is None and (len(meals) < 3 or not day.attractions):
            found.append(f"{day.day} lacks a meal or something to see.")
    if wish.cuisines - tasted:
        found.append(f"Missing: {', '.join(sorted(wish.cuisines - tasted))}.")
    return found


def _money(journey: Journey, wish: JourneyWish) -> list[str]:
    total = sum((_of_day(day, wish.people) for day in journey.days), Decimal(0))
    if total != journey.cost:
        return [f"The journey says {journey.cost} and costs {total}."]
    if wish.budget is not None and total > wish.budget:
        return [f"The journey costs {total}, the limit is {wish.budget}."]
    return []


def _of_day(day: JourneyDay, people: int) -> Decimal:
    total = sum(
        (m.each * people for m in (day.breakfast, day.lunch, day.dinner) if m is not None),
        Decimal(0),
    )
    if day.room is not None:
        total += day.room.nightly * ceil(people / day.room.sleeps)
    return total + (_of_ride(day.ride, people) if day.ride else 0)


def _of_ride(ride: Ride, people: int) -> Decimal:
    return ride.price * ceil(people / ride.seats)
