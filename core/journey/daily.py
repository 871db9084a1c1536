"""The days of a journey: which meals and sights there is time for beside the rides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from itertools import pairwise

from core.journey.facts import (
    Attraction,
    Journey,
    JourneyDay,
    JourneyFacts,
    JourneyWish,
    Ride,
    Stay,
)
from core.journey.meals import Meals, Slot

LEAVE = 9 * 60  # when one sets off by car, minutes after midnight
A_DAY, HALF_A_DAY = 3, 1  # sights on a whole day, and on a day with a ride that leaves time


def day_slots(wish: JourneyWish, stays: Sequence[Stay], rides: Sequence[Ride]) -> list[Slot]:
    """The meals there is time for, in the order of the days."""
    slots: list[Slot] = []
    for stay, (coming, going) in zip(stays, pairwise(rides), strict=True):
        _, evening = meals_around(coming)
        morning, _ = meals_around(going)
        if evening:
            slots.append(Slot(stay.arrive, "dinner", stay.town))
        for day in range(stay.arrive + 1, stay.leave):
            slots += [Slot(day, meal, stay.town) for meal in ("breakfast", "lunch", "dinner")]
        slots += [Slot(stay.leave, meal, stay.town) for meal in ("breakfast", "lunch")[:morning]]
    return slots


def meals_around(ride: Ride) -> tuple[int, int]:
    """How many meals there is time for before a ride and after it: two at most, and a dinner."""
    leaves = _depart(ride)
    return (leaves >= 8 * 60) + (leaves >= 13 * 60), int(_arrive(ride) <= 20 * 60)


def written(
    facts: JourneyFacts,
    wish: JourneyWish,
    stays: Sequence[Stay],
    rides: Sequence[Ride],
    meals: Meals,
    cost: Decimal,
) -> Journey:
    """The journey day by day."""
    leaving = {stay.leave: n for n, stay in enumerate(stays)}
    arriving = {stay.arrive: n for n, stay in enumerate(stays)}
    unseen = {stay.town: _near_each_other(facts.attractions(stay.town)) for stay in stays}
    days = []
    for number, day in enumerate(wish.days):
        ride = None
        if number in arriving:
            ride = rides[arriving[number]]
        elif number in leaving:
            ride = rides[leaving[number] + 1]
        here = next((s for s in stays if s.arrive <= number < s.leave), None)
        town = here.town if here else stays[-1].town
        towns = (ride.origin, ride.destination) if ride else (town,)
        found = {slot.meal: place for slot, place in meals.items() if slot.day == number}
        days.append(
            JourneyDay(
                day=day,
                towns=towns,
                ride=ride,
                breakfast=found.get("breakfast"),
                lunch=found.get("lunch"),
                dinner=found.get("dinner"),
                attractions=_seen(unseen, stays, number, ride),
                room=here.room if here else None,
            )
        )
    return Journey(tuple(days), tuple(stays), tuple(rides), cost)


def _seen(
    unseen: dict[str, list[Attraction]], stays: Sequence[Stay], number: int, ride: Ride | None
) -> tuple[Attraction, ...]:
    """Sights of the day. Whole days come first, so each keeps one for every whole day to come."""
    town, count = "", A_DAY
    if ride is None:
        town = next(s.town for s in stays if s.arrive < number < s.leave)
    else:
        count = HALF_A_DAY
        for stay in stays:
            early = stay.arrive == number and _arrive(ride) <= 15 * 60
            late = stay.leave == number and _depart(ride) >= 14 * 60
            if early or late:
                town = stay.town
    if not town:
        return ()
    left = unseen[town]
    whole = sum(max(0, s.leave - max(s.arrive, number) - 1) for s in stays if s.town == town)
    take = max(0, min(count, len(left) - whole))
    chosen, unseen[town] = left[:take], left[take:]
    return tuple(chosen)


def _near_each_other(sights: Sequence[Attraction]) -> list[Attraction]:
    """Each name once, in an order that walks from one to the next nearest."""
    left = list({s.name: s for s in sights}.values())
    order: list[Attraction] = []
    while left:
        at = order[-1] if order else left[0]
        nearest = min(left, key=lambda s: ((s.lat - at.lat) ** 2 + (s.lon - at.lon) ** 2, s.name))
        left.remove(nearest)
        order.append(nearest)
    return order


def _depart(ride: Ride) -> int:
    return _minute(ride.depart) if ride.depart else LEAVE


def _arrive(ride: Ride) -> int:
    """Minutes after midnight of the day of departure; the next day counts on."""
    if ride.arrive is None:
        return LEAVE + ride.minutes
    arrive = _minute(ride.arrive)
    return arrive if ride.depart is None or ride.arrive > ride.depart else arrive + 24 * 60


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
