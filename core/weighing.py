"""What the ranking has to know about a wish: rates, flights, events, what was marked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core import ranking
from core.errors import Rejected, Unavailable
from core.making import Start
from core.ranking import Question
from core.resolving import CONTINENTS, budget_of, date_options, month_of, nights_of, rates_for
from core.travel import Destination, Event, Money, Travel
from core.trips import RecommendationStatus
from core.turn import Turn
from core.wishes import Wish

_KIND_CONTINENT = "continent:"


@dataclass(frozen=True)
class Marks:
    """Ids of destinations by what the traveller has said of them."""

    visited: frozenset[str] = frozenset()
    wishlist: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    saved: frozenset[str] = frozenset()


def marks_of(turn: Turn) -> Marks:
    """What the profile and the suggestions of this conversation say."""
    said = {r.destination_id: r.status for r in turn.recommendations}

    def marked(status: RecommendationStatus) -> frozenset[str]:
        return frozenset(d for d, s in said.items() if s is status)

    return Marks(
        visited=_ids(turn, "visited") | marked(RecommendationStatus.VISITED),
        wishlist=_ids(turn, "wishlist"),
        dismissed=marked(RecommendationStatus.DISMISSED),
        saved=marked(RecommendationStatus.SAVED),
    )


async def weighed(
    travel: Travel, wish: Wish, destinations: Sequence[Destination], start: Start, marks: Marks
) -> Question:
    """The question that `ranking.rank` answers for these destinations."""
    currency, nights = start.currency, nights_of(wish)
    rates = await rates_for(travel.rates, {d.currency for d in destinations}, currency)
    flights = await _flights(travel, wish, destinations, start)
    return Question(
        wish=with_continents(wish),
        month=month_of(wish),
        nights=nights,
        home=start.home,
        visited=marks.visited,
        wishlist=marks.wishlist,
        dismissed=marks.dismissed,
        saved=marks.saved,
        seen=frozenset(),
        currency=currency,
        budget=budget_of(wish, currency, nights + 1),
        rate=lambda base, _quote: rates.get(base),
        flight=lambda d: flights.get(d.id),
        events=await _events(travel, wish, destinations),
        region_of={d.country: travel.places.continent(d.country) for d in destinations},
    )


async def _flights(
    travel: Travel, wish: Wish, destinations: Sequence[Destination], start: Start
) -> dict[str, tuple[float, Money, Money]]:
    """A rough flight to every destination; those without an airport near are missing."""
    known: dict[str, tuple[float, Money, Money]] = {}
    home = start.home
    if home is None or wish.no_flight:
        return known
    span = date_options(wish, start.today, 1)
    first, last = span[0] if span else (start.today + timedelta(days=60),) * 2
    for d in destinations:
        if ranking.distance_km(home.point, d.center) <= ranking.FLIGHT_KM:
            continue
        try:
            e = await travel.flights.estimate(home, d, first, last, start.currency)
        except (Rejected, Unavailable):
            continue
        known[d.id] = (e.hours, e.low, e.high)
    return known


async def _events(
    travel: Travel, wish: Wish, destinations: Sequence[Destination]
) -> dict[str, list[Event]]:
    """Events of the likely dates, only when these are known well enough to matter."""
    span = _likely(wish)
    if span is None:
        return {}
    found: dict[str, list[Event]] = {}
    for d in destinations:
        try:
            events = await travel.events.known(d, *span)
        except Unavailable:
            continue
        found[d.id] = [e for e in events if e.impact]
    return found


def _likely(wish: Wish) -> tuple[date, date] | None:
    """The dates, or the window of three weeks at most in which they fall."""
    when = wish.when
    if when is None:
        return None
    first, last = (when.first, when.last) if when.exact else (when.earliest, when.latest)
    if first is None or last is None or (last - first).days > 21:
        return None
    return first, last


def with_continents(wish: Wish) -> Wish:
    """The wish with "Europe" and its like resolved to what the ranking compares."""
    mentions = tuple(
        m.model_copy(update={"id": _KIND_CONTINENT + CONTINENTS[m.text.casefold()]})
        if m.text.casefold() in CONTINENTS
        else m
        for m in wish.destinations
    )
    return wish.model_copy(update={"destinations": mentions})


def _ids(turn: Turn, key: str) -> frozenset[str]:
    """Destination ids of the profile's places under `key`, by name."""
    wanted = {v.casefold() for v in turn.known.values(key)}
    if not wanted:
        return frozenset()
    return frozenset(
        d.id
        for d in turn.travel.places.destinations()
        if wanted & {d.name.casefold(), d.local_name.casefold(), d.id}
    )
