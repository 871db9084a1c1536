"""Fares on request: what is on sale for the trip, and its times for the plan. Never booked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core import words
from core.choices import flight_choice
from core.errors import Rejected, Unavailable
from core.flights import FlightOffer, Way
from core.flows.asked import destination_asked
from core.messages import Choice, Choices, Text
from core.resolving import currency_of, home_of
from core.travel import Confidence, Destination, FlightEstimate, Place
from core.turn import Screen, Turn
from core.wishes import Party

SEARCH_SECONDS = 32.0
SHOWN = 5
TAPPED = 3


@dataclass(frozen=True)
class _Journey:
    """Which flight is asked for: airports, days, people, and what it may cost by our estimate."""

    estimate: FlightEstimate
    destination: Destination
    first: date
    last: date
    party: Party


async def offers(turn: Turn) -> AsyncIterator[Screen]:
    """Flights on sale for the trip, or the estimate with links when nobody is asked for fares."""
    journey = await _journey(turn)
    port = turn.travel.offers
    if port is None:
        yield (Text(markdown=_without_fares(journey, "I have no source of live fares here.")),)
        return
    limit = turn.travel.searches_a_day
    if turn.profile.searches_since(turn.now - timedelta(days=1)) >= limit:
        why = f"You have used your {words.plural(limit, 'flight search', 'flight searches')} of "
        yield (Text(markdown=_without_fares(journey, f"{why}the last 24 hours.")),)
        return
    e = journey.estimate
    yield (
        Text(
            markdown=f"Asking for fares {e.origin} – {e.destination}, "
            f"{words.span(journey.first, journey.last)}. This may take half a minute…"
        ),
    )
    people = journey.party
    try:
        async with asyncio.timeout(SEARCH_SECONDS):
            found = await port.search(
                e.origin,
                e.destination,
                journey.first,
                journey.last if journey.last != journey.first else None,
                adults=people.adults,
                children=people.children,
            )
    except (Unavailable, TimeoutError) as error:
        turn.profile = turn.profile.searched(turn.now)
        who = error.who if isinstance(error, Unavailable) else "The flight source"
        yield (Text(markdown=_without_fares(journey, f"{who} does not answer.")),)
        return
    if not found or found[0].source.confidence is not Confidence.CACHED:
        turn.profile = turn.profile.searched(turn.now)
    if not found:
        text = f"Nobody offers {e.origin} – {e.destination} on these days."
        yield (Text(markdown=_without_fares(journey, text)),)
        return
    yield _offer_screen(turn, journey, found)


async def _journey(turn: Turn) -> _Journey:
    """Raises Rejected with the question for what is missing."""
    wish = turn.session.wish.with_news(turn.request.wish)
    plan = turn.trip.plan if turn.trip else None
    destination = await destination_asked(turn)
    if destination is None:
        turn.update(asked="destination")
        raise Rejected("Flights to where? Tell me the place, the days and where you start from.")
    home = await home_of(turn, wish) or await _home_of_trip(turn)
    if home is None:
        turn.update(asked="origin")
        raise Rejected("Where do you start from? Then I can look for flights.")
    when = turn.request.wish.when
    if when is None or when.first is None:
        when = wish.when
    first, last = (when.first, when.last) if when else (None, None)
    if plan is not None and plan.town_of(destination.id) and turn.request.wish.when is None:
        first, last = plan.first_day, plan.last_day
    if first is None:
        raise Rejected("On which days? For example “search flights 12 to 15 May”.")
    if first < turn.now.date():
        raise Rejected("That day is over. Tell me the days you want to fly.")
    last = last or first
    currency = currency_of(turn, wish, home)
    try:
        estimate = await turn.travel.flights.estimate(home, destination, first, last, currency)
    except Unavailable as error:
        raise Rejected("I cannot find out which airports fit right now.") from error
    party = wish.party or (turn.trip.wish.party if turn.trip else None) or Party()
    return _Journey(estimate, destination, first, last, party)


async def _home_of_trip(turn: Turn) -> Place | None:
    return await home_of(turn, turn.trip.wish) if turn.trip else None


def _without_fares(journey: _Journey, why: str) -> str:
    """The estimate and where to search; an estimate is never called a fare."""
    e = journey.estimate
    links = " · ".join(f"[{label}]({url})" for label, url in e.links)
    return (
        f"{why} My estimate for {e.origin} – {e.destination}: {words.money(e.low)} to "
        f"{words.money(e.high)} a person, return, about {e.hours:g} h each way; it is no fare.\n"
        f"Search: {links}"
    )


def _offer_screen(turn: Turn, journey: _Journey, found: Sequence[FlightOffer]) -> Screen:
    shown = list(found)[:SHOWN]
    test = any(o.test for o in shown)
    head = "**TEST DATA, no real flights.** " if test else ""
    e = journey.estimate
    lines = [f"{head}{e.origin} – {e.destination} for {words.party(journey.party)}, all in:"]
    lines += [_offer_line(n, o) for n, o in enumerate(shown, 1)]
    oldest = min(o.source.fetched_at for o in shown)
    until = min(o.expires_at for o in shown)
    lines.append(
        f"_{words.source(shown[0].source, turn.now)}: prices of {_utc(oldest)}, good until "
        f"{_utc(until)} UTC, seats may go earlier. I do not book._"
    )
    if test:
        lines.append("_The operator uses a test account: airline and prices are invented._")
    options = _plan_with(turn, journey, shown)
    text = Text(markdown="\n".join(lines))
    return (text, Choices(options=turn.offer(*options))) if options else (text,)


def _offer_line(number: int, o: FlightOffer) -> str:
    text = f"{number}. **{words.exact(o.price.amount, o.price.currency)}** "
    text += words.literal(o.airline) + (" (TEST)" if o.test else "")
    text += f"\n   - out {_way(o.out)}"
    if o.back is not None:
        text += f"\n   - back {_way(o.back)}"
    if o.checked_bags is not None:
        text += f"\n   - {words.plural(o.checked_bags, 'checked bag')} each"
    return text


def _way(way: Way) -> str:
    """ "Sat 3 Apr 10:05 LIS → Sun 4 Apr 10:40 KIX (16 h 35, 1 change in CDG)"."""
    start, end = way.hops[0], way.hops[-1]
    landing = words.clock(end.arrives)
    if end.arrives.date() != start.departs.date():
        landing = f"{words.day(end.arrives.date())} {landing}"
    changes = "direct"
    if len(way.hops) > 1:
        where = words.listing(h.destination for h in way.hops[:-1])
        changes = f"{words.plural(len(way.hops) - 1, 'change')} in {where}"
    numbers = " + ".join(h.number for h in way.hops if h.number)
    return (
        f"{words.day(start.departs.date())} {words.clock(start.departs)} {start.origin} → "
        f"{landing} {end.destination} ({words.minutes(way.minutes)}, {changes}; {numbers})"
    )


def _plan_with(turn: Turn, journey: _Journey, shown: Sequence[FlightOffer]) -> list[Choice]:
    """Choices that put the times of an offer into the plan of these days."""
    plan = turn.trip.plan if turn.trip else None
    if plan is None or plan.town_of(journey.destination.id) is None:
        return []
    options = []
    for number, o in enumerate(shown[:TAPPED], 1):
        landing = o.out.arrives if o.out.arrives.date() == plan.first_day else None
        leaving = o.back.departs if o.back and o.back.departs.date() == plan.last_day else None
        if landing is not None and leaving is not None:
            label = f"Plan with flight {number}"
            options.append(flight_choice(landing.time(), leaving.time(), label))
    return options


def _utc(moment: datetime) -> str:
    return words.clock(moment.astimezone(UTC))
