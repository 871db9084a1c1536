"""A tour through an area: its towns, chosen by what is known of them, and why these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core import words
from core.areas import Area
from core.errors import Rejected
from core.itinerary.stages import MAX_TOWNS
from core.making import Start
from core.resolving import month_of
from core.touring import Candidate, Route, Stretch, candidates, choose, fitting_count, next_best
from core.travel import Destination, Travel
from core.weighing import Marks, weighed
from core.wishes import Wish

USUAL_COUNT = 3  # of a tour whose length nobody knows yet
USUAL_STAY = 3  # nights in a town, while it is not known how long the trip is
_BEST_MONTH = "one of its best months"
_STRONG, _LISTED = "strong on ", "on your list"


@dataclass(frozen=True)
class Tour:
    """The chosen towns in order. `asked` is how many were asked for, None when it was left open."""

    areas: tuple[Area, ...]
    named: tuple[Destination, ...]  # by the traveller
    asked: int | None
    route: Route
    other: tuple[str, str] | None  # the next best: whom to take, instead of whom
    month: int | None
    visited: frozenset[str]

    @property
    def towns(self) -> tuple[Destination, ...]:
        """The towns as the plan is to have them; as they were said when all of them were."""
        if len(self.named) == len(self.route.towns):
            return self.named
        return tuple(c.destination for c in self.route.towns)

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        """The towns that were not named."""
        named = {d.id for d in self.named}
        return tuple(c for c in self.route.towns if c.id not in named)

    @property
    def where(self) -> str:
        return words.listing(area.name for area in self.areas)

    @property
    def known(self) -> int:
        return len(pool_of(self.areas))


def asks_for_several(wish: Wish) -> bool:
    """True when several towns are wanted and at least one of them may be left to us."""
    return bool(wish.tour) or (wish.town_count or 0) > 1


def pool_of(areas: Sequence[Area]) -> tuple[Destination, ...]:
    return tuple({d.id: d for area in areas for d in area.towns}.values())


async def tour_through(
    travel: Travel,
    wish: Wish,
    areas: Sequence[Area],
    named: Sequence[Destination],
    nights: int | None,
    start: Start,
    marks: Marks,
) -> Tour:
    """The towns of a tour of so many nights (None: not known yet) for a wish with its profile.

    Raises Rejected, with a way on, for more towns than days or than a trip can hold, and when
    everything in the area is refused.
    """
    _check(wish.town_count, nights)
    pool = pool_of(areas)
    question = replace(await weighed(travel, wish, pool, start, marks), several=True)
    found, fixed = _free_and_fixed(candidates(pool, question), named, pool, wish.town_count)
    if not found and not fixed:
        raise Rejected(
            f"Nothing is left of what I know in {words.listing(a.name for a in areas)} after what "
            "you ruled out. Which towns shall it be, or which other country?"
        )
    stretch = Stretch(
        nights=nights if nights is not None else USUAL_STAY * (wish.town_count or USUAL_COUNT),
        home=start.home.point if start.home else None,
        flying=not wish.no_flight,
    )
    inside = {d.id for d in pool}
    beside = sum(c.id not in inside for c in fixed)
    ids = [frozenset(d.id for d in area.towns) for area in areas]

    def through(count: int) -> Route:
        return choose(found, count + beside, stretch, fixed=fixed, areas=ids)

    def chosen() -> tuple[Route, tuple[Candidate, Candidate] | None]:
        least = max(1, len(fixed) - beside)
        count = wish.town_count
        route = through(count) if count else _open(through, found, least, stretch)
        return route, next_best(found, route, stretch, fixed=fixed, areas=ids)

    route, swap = await asyncio.to_thread(chosen)
    return Tour(
        areas=tuple(areas),
        named=tuple(c.destination for c in fixed),
        asked=wish.town_count,
        route=route,
        other=(swap[0].destination.name, swap[1].destination.name) if swap else None,
        month=month_of(wish),
        visited=question.visited,
    )


def _free_and_fixed(
    found: list[Candidate],
    named: Sequence[Destination],
    pool: Sequence[Destination],
    count: int | None,
) -> tuple[list[Candidate], list[Candidate]]:
    """The towns to choose from, and those that were named: all of these are visited.

    Only when fewer are wanted than were named in the area, the choice is among them.
    """
    known = {c.id: c for c in found}
    fixed = [replace(known.get(d.id, Candidate(d, 0.0)), spare=False) for d in named]
    inside = {d.id for d in pool}
    mine = [c for c in fixed if c.id in inside]
    if count and len(mine) > count:
        return mine, [c for c in fixed if c.id not in inside]
    return found, fixed


def _check(count: int | None, nights: int | None) -> None:
    if count is not None and count > MAX_TOWNS:
        raise Rejected(
            f"I plan up to {MAX_TOWNS} towns at a time. Say “{MAX_TOWNS} towns”, or tell me which "
            "part of the journey comes first."
        )
    if nights is None or nights >= (count or 2):
        return
    fewer = f"or say “{nights} towns”" if nights > 1 else "or name the one town you want most"
    raise Rejected(
        f"{words.plural(nights + 1, 'day')} are too short for {words.plural(count or 2, 'town')}: "
        f"a night in each is the least. Give me {(count or 2) + 1} days or more, {fewer}."
    )


def _open(
    through: Callable[[int], Route], found: Sequence[Candidate], least: int, stretch: Stretch
) -> Route:
    """As many towns as the nights hold; fewer when that spares a way that is too long."""
    most = max(least, fitting_count(found, stretch.nights))
    best = route = through(most)
    for count in range(most - 1, max(1, least - 1), -1):
        if not route.too_long:
            return route
        route = through(count)
    return best if route.too_long else route


# --- what is said of it ----------------------------------------------------------------------


def told(tour: Tour, way_on: str = "") -> str:
    """Which towns were chosen and why, and how to have others; empty when all were named.

    `way_on` is how to name towns oneself where nobody can answer.
    """
    if not tour.chosen:
        return ""
    reasons = _reasons(tour)
    why = f": {words.listing(reasons)}" if reasons else ""
    return f"{_head(tour)}{why}.{_doubts(tour)} {way_on or _way_on(tour)}"


def _head(tour: Tour) -> str:
    names = f"**{words.listing(c.destination.name for c in tour.chosen)}**"
    count = len(tour.route.towns)
    if tour.asked and count < tour.asked:
        many = words.plural(tour.known, "place")
        return f"You asked for {tour.asked} towns; in {tour.where} I know {many}, so I took {names}"
    if tour.named:
        to = words.listing(d.name for d in tour.named)
        return f"To {to} I added {names}, of {tour.known} places that I know in {tour.where}"
    if count == tour.known:
        return f"I took {names}, all that I know in {tour.where}"
    return f"Of {tour.known} places that I know in {tour.where} I chose {names}"


def _reasons(tour: Tour) -> list[str]:
    """What speaks for the towns, from the ranking and the ways."""
    found: list[str] = []
    good_at: dict[str, list[str]] = {}
    for town in tour.chosen:
        for reason in town.reasons:
            if reason.startswith((_STRONG, _LISTED)):
                good_at.setdefault(reason, []).append(town.destination.name)
    for reason, names in good_at.items():
        found.append(f"{words.listing(names)} {'is' if len(names) == 1 else 'are'} {reason}")
    if tour.month and all(_BEST_MONTH in c.reasons for c in tour.route.towns):
        best = "the best months in each" if len(tour.route.towns) > 1 else "its best months"
        found.append(f"{words.MONTH_NAMES[tour.month - 1]} is one of {best}")
    if len(tour.route.towns) > 1:
        longest = words.minutes(-(-tour.route.longest // 10) * 10)
        apart = ", as the towns there lie far apart" if tour.route.too_long else ""
        found.append(f"the longest way between two takes about {longest}{apart}")
    return found


def _doubts(tour: Tour) -> str:
    """What speaks against some of the towns, that came in because there are too few others."""
    spare = [c for c in tour.chosen if c.spare]
    been = words.listing(c.destination.name for c in spare if c.id in tour.visited)
    less = [c.destination.name for c in spare if c.id not in tour.visited]
    fits = "fits" if len(less) == 1 else "fit"
    said = [
        *([f"you have been to {been}"] if been else []),
        *([f"{words.listing(less)} {fits} your wish less well"] if less else []),
    ]
    text = " and ".join(said)
    return f" {text[0].upper()}{text[1:]}, but there are too few others." if text else ""


def _way_on(tour: Tour) -> str:
    """A sentence that works as it stands, when there is another town to swap in."""
    if tour.other is None:
        return "Name the towns yourself if you want others."
    better, weaker = tour.other
    return f"Say “{better} instead of {weaker}” to change one, or name the towns yourself."
