"""Journeys under hard limits: what is found keeps them, and what can be found is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import combinations, pairwise, permutations, product
from random import Random
from typing import Any

import pytest

from core.journey.check import check
from core.journey.daily import day_slots
from core.journey.facts import (
    Attraction,
    Journey,
    JourneyWish,
    NoJourney,
    Restaurant,
    Ride,
    Room,
    Stay,
)
from core.journey.search import find

FIRST = date(2031, 3, 3)
CUISINES = ("french", "thai", "indian")


@dataclass
class Facts:
    """`JourneyFacts` from lists."""

    regions: dict[str, list[str]]
    ways: list[Ride]
    beds: list[Room]
    kitchens: list[Restaurant]
    sights: list[Attraction] = field(default_factory=list)

    def towns_in(self, region: str) -> Sequence[str]:
        return self.regions.get(region, [])

    def rides(self, origin: str, destination: str, day: date) -> Sequence[Ride]:
        return [
            r
            for r in self.ways
            if (r.origin, r.destination) == (origin, destination) and r.day in (None, day)
        ]

    def rooms(self, town: str) -> Sequence[Room]:
        return [r for r in self.beds if r.town == town]

    def restaurants(self, town: str) -> Sequence[Restaurant]:
        return [r for r in self.kitchens if r.town == town]

    def attractions(self, town: str) -> Sequence[Attraction]:
        return [s for s in self.sights if s.town == town]


def days(count: int) -> tuple[date, ...]:
    return tuple(FIRST + timedelta(days=n) for n in range(count))


def car(a: str, b: str, price: int, minutes: int = 180) -> Ride:
    return Ride("self-driving", a, b, Decimal(price), 5, minutes)


def flight(a: str, b: str, price: int, day: int, leaves: time, id: str) -> Ride:
    arrives = time((leaves.hour + 2) % 24, leaves.minute)
    on = FIRST + timedelta(days=day)
    return Ride("flight", a, b, Decimal(price), 1, 120, id, on, leaves, arrives)


def some_world(seed: int) -> Facts:
    """Three towns of one region with few rooms and kitchens, and flights at odd hours."""
    chance = Random(seed)
    towns = ["Ash", "Birch", "Cedar"]
    ways: list[Ride] = []
    for a, b in permutations(["Home", *towns], 2):
        if chance.random() < 0.8:
            ways.append(car(a, b, chance.randrange(10, 120), chance.randrange(60, 900)))
        for day in range(5):
            if chance.random() < 0.4:
                leaves = time(chance.randrange(5, 22), 15)
                ways.append(flight(a, b, chance.randrange(40, 300), day, leaves, f"F{a}{b}{day}"))
    beds = [
        Room(
            f"Room {n}",
            town,
            chance.choice(["entire", "private", "shared"]),
            Decimal(chance.randrange(30, 300)),
            chance.choice([1, 1, 2, 3]),
            chance.randrange(1, 5),
            frozenset(chance.sample(["pets", "smoking"], chance.randrange(0, 2))),
            chance.randrange(1, 6),
        )
        for town in towns
        for n in range(4)
    ]
    kitchens = [
        Restaurant(
            f"Kitchen {town} {n}",
            town,
            frozenset(chance.sample(CUISINES, chance.randrange(0, 3))),
            Decimal(chance.randrange(8, 90)),
            chance.randrange(1, 6),
        )
        for town in towns
        for n in range(10)
    ]
    sights = [Attraction(f"Sight {n}", town, n, n) for town in towns for n in range(6)]
    return Facts({"Woods": towns}, ways, beds, kitchens, sights)


def some_wish(seed: int) -> JourneyWish:
    chance = Random(seed)
    return JourneyWish(
        origin="Home",
        days=days(5),
        people=chance.randrange(1, 5),
        region="Woods",
        count=2,
        kinds=frozenset(chance.choice([(), ("entire",), ("entire", "private")])),
        allows=frozenset(chance.choice([(), ("pets",)])),
        cuisines=frozenset(chance.sample(CUISINES, chance.randrange(0, 3))),
        without=frozenset(chance.choice([(), (), ("flight",), ("self-driving",)])),
    )


def cheapest(wish: JourneyWish, facts: Facts) -> Decimal | None:
    """The least any journey costs, by trying all of them; None when there is none."""
    costs = [
        cost
        for towns in permutations(facts.towns_in(wish.region), wish.count)
        for split in range(1, len(wish.days) - 1)
        for cost in _costs(wish, facts, towns, (0, split, len(wish.days) - 1))
    ]
    return min(costs, default=None)


def _costs(
    wish: JourneyWish, facts: Facts, towns: Sequence[str], edges: Sequence[int]
) -> Iterator[Decimal]:
    stops = (wish.origin, *towns, wish.origin)
    legs = [
        [r for r in facts.rides(a, b, wish.days[day]) if r.mode not in wish.without]
        for (a, b), day in zip(pairwise(stops), edges, strict=True)
    ]
    beds = [_beds(wish, facts, t, b - a) for t, (a, b) in zip(towns, pairwise(edges), strict=True)]
    if not all(beds):
        return
    stays = [
        Stay(t, a, b, rooms[0])
        for t, (a, b), rooms in zip(towns, pairwise(edges), beds, strict=True)
    ]
    nights = sum(
        min(r.cost(wish.people, s.nights) for r in rooms)
        for s, rooms in zip(stays, beds, strict=True)
    )
    for rides in product(*legs):
        modes = {r.mode for r in rides}
        if "self-driving" in modes and len(modes) > 1:
            continue
        slots = day_slots(wish, stays, rides)
        menus = [
            list(combinations(facts.restaurants(t), sum(s.town == t for s in slots))) for t in towns
        ]
        fitting = [
            sum((r.each for menu in choice for r in menu), Decimal(0)) * wish.people
            for choice in product(*(_least(menu) for menu in menus))
            if wish.cuisines <= frozenset().union(*(r.cuisines for menu in choice for r in menu))
        ]
        if fitting:
            yield nights + sum(r.cost(wish.people) for r in rides) + min(fitting)


def _beds(wish: JourneyWish, facts: Facts, town: str, nights: int) -> list[Room]:
    return [
        r
        for r in facts.rooms(town)
        if r.least_nights <= nights
        and not r.forbids & wish.allows
        and (not wish.kinds or r.kind in wish.kinds)
    ]


def _least(menus: Sequence[Sequence[Restaurant]]) -> list[Sequence[Restaurant]]:
    """Of all menus of a town with the same cuisines, the cheapest."""
    best: dict[frozenset[str], Sequence[Restaurant]] = {}
    for menu in menus:
        key: frozenset[str] = frozenset().union(*(r.cuisines for r in menu))
        if key not in best or sum(r.each for r in menu) < sum(r.each for r in best[key]):
            best[key] = menu
    return list(best.values())


@pytest.mark.parametrize("seed", range(12))
def test_a_journey_is_found_whenever_there_is_one_for_the_money(seed: int) -> None:
    """At a budget of the least that any journey costs, and none a dollar below."""
    facts, wish = some_world(seed), some_wish(seed)
    least = cheapest(wish, facts)
    if least is None:
        with pytest.raises(NoJourney):
            find(facts, wish)
        return

    journey = find(facts, replace(wish, budget=least))

    assert journey.cost == least
    assert check(journey, replace(wish, budget=least), facts) == []
    with pytest.raises(NoJourney, match="costs about"):
        find(facts, replace(wish, budget=least - 1))


def test_whatever_is_found_passes_the_check() -> None:
    worlds = [
        (some_world(n), replace(some_wish(n + 1000), budget=Decimal(3000))) for n in range(60)
    ]

    found = [(attempt(facts, wish), wish, facts) for facts, wish in worlds]

    assert sum(journey is not None for journey, _, _ in found) >= 30
    assert [check(j, wish, facts) for j, wish, facts in found if j and check(j, wish, facts)] == []


def attempt(facts: Facts, wish: JourneyWish) -> Journey | None:
    try:
        return find(facts, wish)
    except NoJourney:
        return None


def plain() -> tuple[Facts, JourneyWish, Journey]:
    """Two towns by car for two people, with a Thai meal and money left."""
    towns = ["Ash", "Birch"]
    ways = [car(a, b, 20) for a, b in permutations(["Home", *towns], 2)]
    beds = [Room(f"Inn {n}", t, "entire", Decimal(80), 1, 2) for t in towns for n in (1, 2)]
    kitchens = [
        Restaurant(f"{t} {n}", t, frozenset({"thai"} if n == 3 else ()), Decimal(10 + n))
        for t in towns
        for n in range(9)
    ]
    sights = [Attraction(f"Sight {n}", t, n, n) for t in towns for n in range(5)]
    facts = Facts({"Woods": towns}, ways, beds, kitchens, sights)
    wish = JourneyWish(
        origin="Home",
        days=days(5),
        people=2,
        towns=("Ash", "Birch"),
        count=2,
        budget=Decimal(900),
        cuisines=frozenset({"thai"}),
        without=frozenset({"flight"}),
    )
    return facts, wish, find(facts, wish)


def change(journey: Journey, number: int, **fields: Any) -> Journey:
    days = list(journey.days)
    days[number] = replace(days[number], **fields)
    return replace(journey, days=tuple(days))


STRANGER = Restaurant("Nowhere", "Ash", frozenset(), Decimal(1))
FAULTS: dict[str, tuple[Callable[[Journey], Journey], str]] = {
    "another day": (lambda j: change(j, 2, day=FIRST), "days are not"),
    "a meal nobody serves": (lambda j: change(j, 1, lunch=STRANGER), "not where"),
    "a restaurant twice": (lambda j: change(j, 1, lunch=j.days[1].dinner), "comes twice"),
    "a missing meal": (lambda j: change(j, 1, lunch=None), "lacks a meal"),
    "nothing to see": (lambda j: change(j, 1, attractions=()), "lacks a meal or something"),
    "a sight twice": (
        lambda j: change(j, 1, attractions=(*j.days[1].attractions[:1],) * 2),
        "comes twice",
    ),
    "no bed": (lambda j: change(j, 1, room=None), "no bed"),
    "a bed elsewhere": (lambda j: change(j, 1, room=j.days[3].room), "is not in"),
    "a ride from elsewhere": (lambda j: change(j, 4, ride=j.days[0].ride), "starts in"),
    "a flight that was refused": (
        lambda j: change(
            j, 0, ride=replace(_ride(j, 0), mode="flight", id="F1", day=j.days[0].day)
        ),
        "No source knows|refused",
    ),
    "no way home": (lambda j: change(j, 4, ride=None), "not end at home"),
    "a cost that is not the sum": (lambda j: replace(j, cost=j.cost - 10), "and costs"),
}


def _ride(journey: Journey, number: int) -> Ride:
    ride = journey.days[number].ride
    assert ride is not None
    return ride


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    facts, wish, journey = plain()
    assert check(journey, wish, facts) == []
    plant, said = FAULTS[fault]

    found = check(plant(journey), wish, facts)

    assert any(_matches(said, line) for line in found), found


def _matches(said: str, line: str) -> bool:
    return any(part in line for part in said.split("|"))


def test_what_was_asked_for_and_is_not_to_be_had_is_said() -> None:
    facts, wish, _ = plain()

    for impossible, reason in (
        (replace(wish, budget=Decimal(100)), "The cheapest that keeps all wishes costs about"),
        (replace(wish, kinds=frozenset({"shared"})), "no room that keeps these rules"),
        (replace(wish, cuisines=frozenset({"lunar"})), "not to be had in these towns"),
        (replace(wish, without=frozenset({"self-driving"})), "no way there and back"),
        (replace(wish, days=days(2)), "too short for 2 towns"),
        (replace(wish, towns=(), region="Atlantis"), "no town in Atlantis"),
    ):
        with pytest.raises(NoJourney, match=reason):
            find(facts, impossible)


def test_money_that_is_left_goes_into_better_rooms_and_kitchens() -> None:
    facts, wish, cheap = plain()
    facts.beds.append(Room("Palace", "Ash", "entire", Decimal(120), 1, 2, rating=5))
    facts.kitchens.append(Restaurant("Star", "Birch", frozenset(), Decimal(60), rating=5))

    rich = find(facts, replace(wish, budget=Decimal(2000)))

    assert rich.cost > cheap.cost
    assert "Palace" in {d.room.name for d in rich.days if d.room}
    assert "Star" in {m.name for d in rich.days for m in (d.lunch, d.dinner) if m}
