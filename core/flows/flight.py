"""Flights on request: what is on sale for the trip, and how a booked one stands. Never booked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import words
from core.choices import flight_choice
from core.errors import Rejected, Unavailable
from core.flights import (
    FlightEnd,
    FlightNumber,
    FlightOffer,
    FlightPhase,
    FlightState,
    Way,
    flight_number,
    tracker_links,
)
from core.flows.asked import destination_asked
from core.messages import Choice, Choices, Text
from core.resolving import currency_of, home_of
from core.travel import Confidence, Destination, FlightEstimate, Place
from core.trips import Plan
from core.turn import Screen, Turn
from core.wishes import Party

STATUS_SECONDS = 6.0
SEARCH_SECONDS = 32.0
SHOWN = 5
TAPPED = 3
MOVED_MIN = 15  # a landing that differs less from the plan needs no change of it


# --- offers ------------------------------------------------------------------------------------


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
    return words.clock(moment.astimezone(ZoneInfo("UTC")))


# --- status ------------------------------------------------------------------------------------


async def status_answer(turn: Turn) -> Screen:
    """How a flight stands: live, else by the timetable, else where to look and what we planned."""
    number = flight_number(turn.request.about)
    plan = turn.trip.plan if turn.trip else None
    if number is None:
        text = "Which flight? Tell me its number, for example “is TP1234 on time”."
        return (Text(markdown="\n".join([text, *_own_times(plan)])),)
    day = turn.request.on or _likely_day(turn, plan)
    port = turn.travel.flight_status
    if port is None:
        return _not_live(number, plan, "I cannot look up flights live here.")
    try:
        async with asyncio.timeout(STATUS_SECONDS):
            states = await port.status(number, day)
    except (Unavailable, TimeoutError) as error:
        who = error.who if isinstance(error, Unavailable) else "The flight source"
        return _not_live(number, plan, f"{who} does not answer right now.")
    if not states:
        return _not_live(
            number, plan, f"No flight {number} is known to leave on {words.day(day, year=True)}."
        )
    own = [s for s in states if s.operator] or states
    text = "\n\n".join(_state_text(s, day, turn.now) for s in own[:3])
    links = " · ".join(f"[{label}]({url})" for label, url in tracker_links(number))
    parts: Screen = (Text(markdown=f"{text}\n{links}"),)
    options = _landing_choice(plan, own)
    return (*parts, Choices(options=turn.offer(*options))) if options else parts


def _likely_day(turn: Turn, plan: Plan | None) -> date:
    """Today, unless the plan begins or ends soon: then the next of its two flights."""
    today = turn.now.date()
    ends = [d for d in (plan.first_day, plan.last_day) if d >= today] if plan else []
    return min(ends) if ends else today


def _not_live(number: FlightNumber, plan: Plan | None, why: str) -> Screen:
    name = f" ({number.airline_name})" if number.airline_name else ""
    links = " · ".join(f"[{label}]({url})" for label, url in tracker_links(number))
    lines = [f"{why} Here you see how {number}{name} stands: {links}", *_own_times(plan)]
    return (Text(markdown="\n".join(lines)),)


def _own_times(plan: Plan | None) -> list[str]:
    """The flight times of the plan, and whose they are."""
    if plan is None:
        return []
    whose = "as I assumed" if plan.times_assumed else "as you told me"
    found = []
    if plan.arrival_at is not None:
        at = plan.arrival_at
        found.append(f"landing {words.day(at.date())} {words.clock(at)}")
    if plan.departure_at is not None:
        at = plan.departure_at
        found.append(f"take-off {words.day(at.date())} {words.clock(at)}")
    return [f"In your plan, {whose}: {words.listing(found)}."] if found else []


_SAID = {
    FlightPhase.UNKNOWN: "nothing is said of its state",
    FlightPhase.EXPECTED: "expected",
    FlightPhase.DELAYED: "delayed",
}


def _state_text(s: FlightState, day: date, now: datetime) -> str:
    airline = f" ({words.literal(s.airline)})" if s.airline else ""
    at = s.departure.at or s.arrival.at
    when = words.day(at.date() if at else day)
    phase = _SAID.get(s.phase, s.phase.value)
    late = s.departure.late_min
    if s.phase in (FlightPhase.CANCELLED, FlightPhase.MAYBE_CANCELLED, FlightPhase.DIVERTED):
        phase = f"**{phase}**. Ask the airline what it offers"
    elif late is not None and abs(late) >= MOVED_MIN:
        way = "late" if late > 0 else "early"
        phase += f", {words.minutes(abs(late))} {way}"
    elif late is not None and s.live:
        phase += ", on time"
    lines = [f"**{words.literal(s.number)}**{airline}, {when}: {phase}."]
    lines += [x for x in (_end_text("From", s.departure), _end_text("To", s.arrival)) if x]
    if not s.live:
        lines.append("This is the timetable, not live.")
    lines.append(f"_{words.source(s.source, now)}_")
    return "\n".join(lines)


def _end_text(word: str, end: FlightEnd) -> str:
    if not end.airport and end.at is None:
        return ""
    text = f"- {word} {words.literal(end.name or end.airport)}"
    if end.name and end.airport:
        text += f" ({end.airport})"
    if end.scheduled is not None:
        text += f" {words.clock(end.scheduled)}"
    if end.expected is not None and end.expected != end.scheduled:
        text += f", now {words.clock(end.expected)}"
        if end.scheduled is not None and end.expected.date() != end.scheduled.date():
            text += f" on {words.day(end.expected.date())}"
    for label, value in (("terminal", end.terminal), ("gate", end.gate), ("belt", end.belt)):
        if value:
            text += f", {label} {words.literal(value)}"
    return text


def _landing_choice(plan: Plan | None, states: Sequence[FlightState]) -> list[Choice]:
    """A tap that moves the plan to the landing as it looks now, when that is the plan's flight."""
    if plan is None or len(states) != 1:
        return []
    at = states[0].arrival.at
    if at is None or states[0].phase is FlightPhase.CANCELLED:
        return []
    local = at.astimezone(ZoneInfo(plan.towns[0].timezone))
    near = plan.arrival_at is None or abs(local - plan.arrival_at) >= timedelta(minutes=MOVED_MIN)
    same_zone = local.utcoffset() == at.utcoffset()
    if local.date() != plan.first_day or not near or not same_zone:
        return []
    return [flight_choice(local.time(), None, f"Plan with landing at {words.clock(local)}")]
