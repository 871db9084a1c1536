"""Which restaurant for which meal: all cuisines once, nobody twice, as cheap as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from core.journey.facts import JourneyFacts, JourneyWish, Restaurant

KEPT = 8  # restaurants of each set of wanted cuisines that are looked at


class NoMenu(ValueError):
    """There are not enough restaurants, or a cuisine is not to be had."""


class Slot(NamedTuple):
    """A meal of one day in one town."""

    day: int
    meal: str  # breakfast | lunch | dinner
    town: str


Slots = Sequence[Slot]
Meals = dict[Slot, Restaurant]
_Plan = tuple[Decimal, tuple[Restaurant, ...]]


class Menu:
    """Restaurants for slots; what was worked out for a town is remembered."""

    def __init__(self, facts: JourneyFacts, wish: JourneyWish) -> None:
        self.facts, self.wish = facts, wish
        self.bits = {name: 1 << n for n, name in enumerate(sorted(wish.cuisines))}
        self.all = (1 << len(self.bits)) - 1
        self._known: dict[tuple[str, int], dict[int, _Plan]] = {}

    def cheapest(self, slots: Slots) -> Meals:
        """The cheapest meals that hold every cuisine. Raises NoMenu."""
        counts: dict[str, int] = {}
        for slot in slots:
            counts[slot.town] = counts.get(slot.town, 0) + 1
        whole: dict[int, tuple[Decimal, dict[str, tuple[Restaurant, ...]]]] = {0: (Decimal(0), {})}
        for town, count in counts.items():
            options = self._of_town(town, count)
            grown: dict[int, tuple[Decimal, dict[str, tuple[Restaurant, ...]]]] = {}
            for mask, (cost, chosen) in whole.items():
                for more, (price, places) in options.items():
                    key, total = mask | more, cost + price
                    if key not in grown or total < grown[key][0]:
                        grown[key] = (total, {**chosen, town: places})
            whole = grown
        if self.all not in whole:
            raise NoMenu("not every cuisine is to be had")
        found = {town: list(places) for town, places in whole[self.all][1].items()}
        return {slot: found[slot.town].pop(0) for slot in slots}

    def better(self, meals: Mapping[Slot, Restaurant], cost: Decimal) -> tuple[Meals, Decimal]:
        """Better rated places for what is left of the budget, meal by meal."""
        found, budget = dict(meals), self.wish.budget
        if budget is None:
            return found, cost
        for slot in sorted(found, key=lambda s: (s.meal != "dinner", s.meal != "lunch", s.day)):
            now = found[slot]
            others = [r for s, r in found.items() if s != slot]
            taken = {(r.town, r.name) for r in others}
            missing = self.all & ~_mask_of(others, self.bits)
            options = [
                r
                for r in self.facts.restaurants(slot.town)
                if (r.town, r.name) not in taken
                and not missing & ~self._mask(r)
                and cost + (r.each - now.each) * self.wish.people <= budget
            ]
            best = max(options, key=lambda r: (r.rating, -r.each, r.name), default=now)
            cost += (best.each - now.each) * self.wish.people
            found[slot] = best
        return found, cost

    def _of_town(self, town: str, count: int) -> dict[int, _Plan]:
        """For each set of cuisines the cheapest `count` restaurants of the town that hold it."""
        key = (town, count)
        if key in self._known:
            return self._known[key]
        by_mask: dict[int, list[Restaurant]] = {}
        for place in sorted(
            _distinct(self.facts.restaurants(town)), key=lambda r: (r.each, r.name)
        ):
            by_mask.setdefault(self._mask(place), []).append(place)
        kept = [p for places in by_mask.values() for p in places[: max(KEPT, count)]]
        table: list[dict[int, _Plan]] = [{} for _ in range(count + 1)]
        table[0][0] = (Decimal(0), ())
        for place in kept:
            mask = self._mask(place)
            for used in range(count - 1, -1, -1):
                for have, (cost, places) in table[used].items():
                    both, total = have | mask, cost + place.each
                    best = table[used + 1].get(both)
                    if best is None or total < best[0]:
                        table[used + 1][both] = (total, (*places, place))
        if count and not table[count]:
            raise NoMenu(f"{town} has not {count} restaurants")
        self._known[key] = table[count]
        return table[count]

    def _mask(self, place: Restaurant) -> int:
        return _mask_of([place], self.bits)


def _mask_of(places: Sequence[Restaurant], bits: Mapping[str, int]) -> int:
    mask = 0
    for place in places:
        for cuisine in place.cuisines:
            mask |= bits.get(cuisine, 0)
    return mask


def _distinct(places: Sequence[Restaurant]) -> list[Restaurant]:
    """Each name once, the cheapest of them: two of one name cannot be told apart."""
    found: dict[str, Restaurant] = {}
    for place in places:
        known = found.get(place.name)
        if known is None or place.each < known.each:
            found[place.name] = place
    return list(found.values())
