"""Answers from the stored plan: what is next, rain, a closed door, delays, bookings."""

from __future__ import annotations

from datetime import datetime

from core import words
from core.cards import day_card, day_of, is_running, next_stop
from core.choices import choice
from core.errors import Rejected
from core.flows.asked import (
    date_asked,
    day_asked,
    plan_asked,
    sights_of,
    stop_named,
)
from core.flows.late import late_today
from core.maps import Links, day_route, point_links
from core.messages import Choice, Choices, Pin, Text
from core.reading import ChangeKind, Topic
from core.trips import Day, Plan, Stop, StopKind
from core.turn import Screen, Turn
from core.zones import zone_of


async def next_answer(turn: Turn) -> Screen:
    plan = plan_asked(turn)
    local = turn.now.astimezone(zone_of(plan.town_at(turn.now).timezone))
    if turn.request.day is not None or turn.request.on is not None:
        day = day_of(plan, turn.request.day, date_asked(turn, plan))
        if day is None:
            raise Rejected(f"The plan runs {words.span(plan.first_day, plan.last_day)}.")
        card = day_card(day, plan.days.index(day) + 1)
        return (Text(markdown=f"{card}{_way(plan, day)}"),)
    if not is_running(plan, turn.now):
        away = (plan.first_day - local.date()).days
        if away < 0:
            return (Text(markdown=f"The trip to {plan.destination} is over. I hope it was good!"),)
        text = f"{plan.destination} begins in {words.plural(away, 'day')}.\n\n"
        return (Text(markdown=text + day_card(plan.days[0], 1)),)
    coming = next_stop(plan, turn.now)
    if coming is None:
        return (Text(markdown="Nothing more is planned. Safe travels home!"),)
    day, stop = coming
    return (Text(markdown=_stop_now(plan, day, stop, local)), *_pin(stop))


def _stop_now(plan: Plan, day: Day, stop: Stop, local: datetime) -> str:
    now = f"It is {words.clock(local)} in {plan.town_on(local.date()).destination}."
    if stop.start <= local:
        text = f"{now} Now: **{words.literal(stop.title)}** until {words.clock(stop.end)}."
    elif day.day == local.date():
        wait = int((stop.start - local).total_seconds() // 60)
        text = (
            f"{now} Next: **{words.literal(stop.title)}** at {words.clock(stop.start)}, "
            f"in {words.minutes(wait)}."
        )
    else:
        text = f"{now} Next: **{words.literal(stop.title)}**, {words.day(day.day)} "
        text += f"at {words.clock(stop.start)}."
    if stop.leg is not None:
        text += f" The way takes about {words.way(stop.leg.minutes)}."
    if stop.checks:
        text += f" Note: {stop.checks[0]}"
    later = [s for s in day.stops if s.start > stop.start]
    if later:
        after = ", ".join(f"{words.clock(s.start)} {words.literal(s.title)}" for s in later[:3])
        text += f"\nThen: {after}."
    return text


async def map_answer(turn: Turn) -> Screen:
    """A stop, a day or the whole plan as links to maps."""
    plan = plan_asked(turn)
    stop = stop_named(turn, plan) if turn.request.about else None
    if stop is not None:
        listed = _linked(point_links(stop.point, stop.title))
        return (Text(markdown=f"**{words.literal(stop.title)}**: {listed}"), *_pin(stop))
    named = turn.request.day is not None or turn.request.on is not None
    days = [day_asked(turn, plan)] if named else list(plan.days)
    lines = [
        f"- Day {plan.days.index(day) + 1}, {words.day(day.day)}: {_linked(links)}"
        for day in days
        if (links := day_route(day, plan.town_on(day.day).anchor))
    ]
    if not lines:
        return (Text(markdown="There is no way to show: nothing is planned in town that day."),)
    head = "The way through each day, on foot in the order of the plan:"
    return (Text(markdown="\n".join([head, *lines])),)


def _way(plan: Plan, day: Day) -> str:
    links = day_route(day, plan.town_on(day.day).anchor)
    return f"\nThe way: {_linked(links)}" if links else ""


def _linked(links: Links) -> str:
    """Web links only: what is not https is dropped by chats."""
    return " · ".join(f"[{label}]({url})" for label, url in links if url.startswith("https://"))


def _pin(stop: Stop) -> tuple[Pin, ...]:
    if stop.kind is not StopKind.VISIT:
        return ()
    return (Pin(title=stop.title, lat=stop.point.lat, lon=stop.point.lon),)


async def rain_answer(turn: Turn) -> Screen:
    plan = plan_asked(turn)
    day = day_asked(turn, plan)
    sights = await sights_of(turn, plan)
    outdoor = [s for s in day.stops if s.kind is StopKind.VISIT and not s.indoor]
    if not outdoor:
        return (
            Text(markdown=f"Nothing on {words.day(day.day)} is outdoors; the plan holds in rain."),
        )
    lines = [f"If it rains on {words.day(day.day)}:"]
    for stop in outdoor:
        swap = sights.get(stop.swap_sight_id)
        if swap is not None:
            lines.append(
                f"- {words.clock(stop.start)} instead of {words.literal(stop.title)}: "
                f"**{words.literal(swap.name)}**, indoors and open{_goes_to(stop, day)}"
            )
        else:
            lines.append(
                f"- {words.clock(stop.start)} {words.literal(stop.title)}: I have nothing indoors "
                "that fits into that day; take a long break or a café"
            )
    options = (
        choice("change", ChangeKind.INDOOR, "Change the rainy days"),
        choice("ask", Topic.WEATHER, "Weather"),
    )
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*options)))


def _goes_to(stop: Stop, day: Day) -> str:
    """What becomes of the outdoor stop, or of another one that has to make room."""
    other, gone = stop.makes_room(day)
    if other is not None:
        return f"; {words.literal(stop.title)} goes to {words.day(other)}"
    return f"; {words.literal(gone)} is left out for it" if gone else ""


async def closed_answer(turn: Turn) -> Screen:
    plan = plan_asked(turn)
    stop = stop_named(turn, plan)
    if stop is None:
        coming = next_stop(plan, turn.now)
        stop = coming[1] if coming and coming[1].kind is StopKind.VISIT else plan.visits()[0]
    sights = await sights_of(turn, plan)
    known = f"My hours for it: {stop.hours_text}." if stop.hours_text else "I have no hours for it."
    lines = [
        f"If **{words.literal(stop.title)}** is closed: I am sorry. {known} "
        f"Source: {words.dated(stop.source)}."
    ]
    swap = sights.get(stop.swap_sight_id)
    if swap is not None:
        lines.append(f"Open that day, and it fits in: **{words.literal(swap.name)}**.")
    lines.append(f"Say “remove {words.literal(stop.title)}”, and I close the gap.")
    return (Text(markdown="\n".join(lines)),)


async def late_answer(turn: Turn) -> Screen:
    """On a day in town what still holds; else whom to ask when a flight or train is late."""
    if turn.trip is not None and turn.trip.plan is not None:
        today = await late_today(turn, turn.trip.plan)
        if today is not None:
            return today
    if turn.trip is None or turn.trip.plan is None:
        return (
            Text(
                markdown="Ask the airline or station staff for the new time and the next "
                "connection, and keep every receipt. Tell me when you land, and I plan from there."
            ),
        )
    return (
        Text(
            markdown="1. Ask the airline or railway for the new time and the next connection; only "
            "they can rebook.\n2. Keep receipts for food and rooms.\n3. Tell me the new time, such "
            "as “we land at 19:30”, and I move only what no longer fits.\n4. Tell your hotel if "
            "you come late."
        ),
    )


async def booking_answer(turn: Turn) -> Screen:
    text = "I cannot book, pay or call anybody; I only plan and tell."
    plan = turn.trip.plan if turn.trip else None
    options: list[Choice] = []
    if plan is not None:
        ahead = [s.title for s in plan.visits() if s.book_ahead]
        if ahead:
            listed = words.listing(words.literal(t) for t in ahead)
            text += f" In your plan, reserve ahead: {listed}."
        if plan.flights is not None:
            links = " · ".join(f"[{label}]({url})" for label, url in plan.flights.links)
            text += f" Flight searches: {links}."
        options.append(choice("ics", "", "Calendar file"))
    parts: Screen = (Text(markdown=text),)
    return (*parts, Choices(options=turn.offer(*options))) if options else parts
