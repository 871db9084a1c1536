"""How a booked flight stands: live, by the timetable, or where to look. Never a guess."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core import words
from core.choices import flight_choice
from core.errors import Unavailable
from core.flights import (
    FlightEnd,
    FlightNumber,
    FlightPhase,
    FlightState,
    flight_number,
    tracker_links,
)
from core.messages import Choice, Choices, Text
from core.trips import Plan
from core.turn import Screen, Turn
from core.zones import zone_of

STATUS_SECONDS = 6.0
MOVED_MIN = 15  # a landing that differs less from the plan needs no change of it


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
    local = at.astimezone(zone_of(plan.towns[0].timezone))
    near = plan.arrival_at is None or abs(local - plan.arrival_at) >= timedelta(minutes=MOVED_MIN)
    same_zone = local.utcoffset() == at.utcoffset()
    if local.date() != plan.first_day or not near or not same_zone:
        return []
    return [flight_choice(local.time(), None, f"Plan with landing at {words.clock(local)}")]
