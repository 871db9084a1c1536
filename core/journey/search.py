"""Finds a journey: towns and their order, nights, rides, rooms, meals.

The cheapest way for every choice of towns bounds the rest, so that of thousands of orders few are
worked out; then money that is left goes into better rooms and meals. Deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise, permutations
from typing import NamedTuple

from core.journey.daily import day_slots, meals_around, written
from core.journey.facts import (
    Journey,
    JourneyFacts,
    JourneyWish,
    Mode,
    NoJourney,
    Ride,
    Room,
    Stay,
)
from core.journey.meals import Menu, NoMenu

HOUR_WORTH = Decimal(12)  # an hour on the road counts as so much money when journeys are compared
MOST_TOWNS = 24  # of a region, those with the cheapest beds, when towns are to be chosen
MOST_TRIED = 400  # choices of towns that are worked out in full
GROUND: tuple[frozenset[Mode], ...] = (
    frozenset({"flight", "taxi"}),
    frozenset({"self-driving"}),
)  # what may be mixed: one's own car stays at home when one flies


class _Rough(NamedTuple):
    """A choice of towns, nights and rides; `least` is a bound of its cost, `rank` its order."""

    rank: Decimal
    least: Decimal
    towns: tuple[str, ...]
    edges: tuple[int, ...]  # number of the day of each ride
    rides: tuple[Ride, ...]


def find(facts: JourneyFacts, wish: JourneyWish) -> Journey:
    """The best journey found. Raises NoJourney with the reason when there is none."""
    return _Finder(facts, wish).run()


class _Finder:
    def __init__(self, facts: JourneyFacts, wish: JourneyWish) -> None:
        self.facts, self.wish = facts, wish
        self.length = len(wish.days)
        self.menu = Menu(facts, wish)
        self.rooms = cache(self._rooms)
        self.ways = cache(self._ways)

    def run(self) -> Journey:
        if self.length < self.wish.count + 1:
            raise NoJourney(f"{self.length} days are too short for {self.wish.count} towns.")
        choices = sorted(self._choices())
        if not choices:
            raise NoJourney(self._why_none())
        best: Journey | None = None
        cheapest: Decimal | None = None
        for tried, rough in enumerate(choices):
            if tried >= MOST_TRIED and (best is not None or tried >= 10 * MOST_TRIED):
                break
            if self.wish.budget is not None and rough.least > self.wish.budget:
                continue
            try:
                made = self._worked_out(rough)
            except NoMenu:
                continue
            if self.wish.budget is None or made.cost <= self.wish.budget:
                best = made
                break  # choices come in the order of what they cost and take
            cheapest = min(cheapest or made.cost, made.cost)
        if best is None:
            raise NoJourney(self._too_dear(choices, cheapest))
        return best

    # --- choices ---------------------------------------------------------------------------

    def _choices(self) -> Iterator[_Rough]:
        for towns in self._orders():
            for edges in self._edges(len(towns)):
                yield from self._with_rides(towns, edges)

    def _orders(self) -> Iterator[tuple[str, ...]]:
        if self.wish.towns:
            yield from permutations(self.wish.towns)
            return
        known = [t for t in self.facts.towns_in(self.wish.region) if t != self.wish.origin]
        usable = [t for t in known if self._usable(t)]
        usable.sort(key=lambda t: (self._bed(t), t))
        yield from permutations(usable[:MOST_TOWNS], self.wish.count)

    def _usable(self, town: str) -> bool:
        """A town with a bed for two nights or one, something to eat and something to see."""
        seen = bool(self.facts.attractions(town)) and len(self.facts.restaurants(town)) >= 3
        return seen and any(self.rooms(town, n) for n in range(1, self.length))

    def _bed(self, town: str) -> Decimal:
        found = [r for n in range(1, self.length) for r in self.rooms(town, n)[:1]]
        return min((r.cost(self.wish.people, 1) for r in found), default=Decimal(10**9))

    def _edges(self, towns: int) -> Iterator[tuple[int, ...]]:
        """The days of the rides: first and last, and between so that every town has a night."""

        def split(left: int, parts: int) -> Iterator[tuple[int, ...]]:
            if parts == 1:
                yield (left,)
                return
            for first in range(1, left - parts + 2):
                for rest in split(left - first, parts - 1):
                    yield (first, *rest)

        for nights in split(self.length - 1, towns):
            edges, day = [0], 0
            for count in nights:
                day += count
                edges.append(day)
            yield tuple(edges)

    def _with_rides(self, towns: tuple[str, ...], edges: tuple[int, ...]) -> Iterator[_Rough]:
        stops = (self.wish.origin, *towns, self.wish.origin)
        people = self.wish.people
        beds = Decimal(0)
        for n, town in enumerate(towns):
            nights = edges[n + 1] - edges[n]
            rooms = self.rooms(town, nights)
            full_days = max(0, nights - 1)
            if not rooms or len(self.facts.attractions(town)) < full_days:
                return
            beds += rooms[0].cost(people, nights)
        lengths = [b - a for a, b in pairwise(edges)]
        uneven = max(lengths) - min(lengths)
        for modes in GROUND:
            legs = [
                self.ways(a, b, day, modes)
                for (a, b), day in zip(pairwise(stops), edges, strict=True)
            ]
            known = [leg for leg in legs if leg is not None]
            if len(known) < len(legs):
                continue
            good, cheap = tuple(leg[0] for leg in known), tuple(leg[1] for leg in known)
            for rides in (good, cheap) if cheap != good else (good,):
                cost = beds + sum(ride.cost(people) for ride in rides)
                hours = Decimal(sum(ride.minutes for ride in rides)) / 60
                rank = cost + HOUR_WORTH * hours * people + 25 * uneven
                yield _Rough(rank, cost, towns, edges, rides)

    def _price_with_meals(self, ride: Ride) -> Decimal:
        """What a ride costs with the cheapest meals that it leaves time for at both ends."""
        before, after = meals_around(ride)
        total = ride.cost(self.wish.people)
        for town, count in ((ride.origin, before), (ride.destination, after)):
            if town != self.wish.origin:
                each = min((r.each for r in self.facts.restaurants(town)), default=Decimal(0))
                total += each * count * self.wish.people
        return total

    def _ways(self, a: str, b: str, day: int, modes: frozenset[Mode]) -> tuple[Ride, Ride] | None:
        """The ride that is best for money and time, and the cheapest with the meals around it."""
        people = self.wish.people
        allowed = modes - self.wish.without
        found = [r for r in self.facts.rides(a, b, self.wish.days[day]) if r.mode in allowed]
        if not found:
            return None
        worth = {r: r.cost(people) + HOUR_WORTH * people * r.minutes / 60 for r in found}
        good = min(found, key=lambda r: (worth[r], r.id))
        return good, min(found, key=lambda r: (self._price_with_meals(r), worth[r], r.id))

    def _rooms(self, town: str, nights: int) -> list[Room]:
        """Rooms that keep the rules, the cheapest first."""
        wish = self.wish
        fitting = [
            room
            for room in self.facts.rooms(town)
            if room.least_nights <= nights
            and not room.forbids & wish.allows
            and (not wish.kinds or room.kind in wish.kinds)
        ]
        return sorted(fitting, key=lambda r: (r.cost(wish.people, nights), r.name))

    # --- one choice in full --------------------------------------------------------------------

    def _worked_out(self, rough: _Rough) -> Journey:
        wish = self.wish
        stays = [
            Stay(town, rough.edges[n], rough.edges[n + 1], self.rooms(town, _nights(rough, n))[0])
            for n, town in enumerate(rough.towns)
        ]
        slots = day_slots(wish, stays, rough.rides)
        meals = self.menu.cheapest(slots)
        cost = rough.least + sum(r.each for r in meals.values()) * wish.people
        if wish.budget is not None and cost <= wish.budget:
            stays, cost = self._better_rooms(stays, cost)
            meals, cost = self.menu.better(meals, cost)
        return written(self.facts, wish, stays, rough.rides, meals, cost)

    def _better_rooms(self, stays: Sequence[Stay], cost: Decimal) -> tuple[list[Stay], Decimal]:
        """Better rated rooms from half of what is left."""
        wish, found = self.wish, list(stays)
        assert wish.budget is not None
        left = (wish.budget - cost) / 2
        for n, stay in enumerate(found):
            now = stay.room.cost(wish.people, stay.nights)
            options = [
                r
                for r in self.rooms(stay.town, stay.nights)
                if r.cost(wish.people, stay.nights) - now <= left / len(found)
            ]
            best = max(options, key=lambda r: (r.rating, -r.cost(wish.people, stay.nights), r.name))
            cost += best.cost(wish.people, stay.nights) - now
            found[n] = Stay(stay.town, stay.arrive, stay.leave, best)
        return found, cost

    # --- reasons -------------------------------------------------------------------------------

    def _why_none(self) -> str:
        wish = self.wish
        towns = wish.towns or tuple(self.facts.towns_in(wish.region))
        if not towns:
            return f"I know no town in {wish.region}."
        if not any(self.rooms(t, n) for t in towns for n in range(1, self.length)):
            return "There is no room that keeps these rules for so many nights."
        return "There is no way there and back on these days that keeps the wishes."

    def _too_dear(self, choices: Sequence[_Rough], cheapest: Decimal | None) -> str:
        least = cheapest or min(c.least for c in choices)
        if self.wish.budget is not None and least > self.wish.budget:
            return f"The cheapest that keeps all wishes costs about {least:.0f}."
        return "The meals that were asked for are not to be had in these towns."


def _nights(rough: _Rough, n: int) -> int:
    return rough.edges[n + 1] - rough.edges[n]
