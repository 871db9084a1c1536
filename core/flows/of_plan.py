"""Answers from the plan: on which day a stop is, when to leave, the way between two, tickets."""

from __future__ import annotations

from collections.abc import Sequence

from core import words
from core.flows.asked import (
    date_asked,
    day_asked,
    known_destination,
    plan_asked,
    sights_of,
    stop_named,
    stops_named,
)
from core.flows.on_place import hours_words
from core.maps import leg_links, point_links
from core.messages import Text
from core.naming import best_named
from core.travel import STEP_FREE, Sight
from core.trips import Day, Plan, Stop, StopKind
from core.turn import Screen, Turn

SHOWN = 6


async def when_answer(turn: Turn) -> Screen:
    """On which day a stop is; no when it is not in the plan."""
    plan = plan_asked(turn)
    stops = _stops_asked(turn, plan)
    if not stops:
        what = words.literal(turn.request.about)
        return (Text(markdown=f"“{what}” is not in the plan. To put it in, say “add {what}”."),)
    return (Text(markdown="\n".join(_day_words(plan, stop) for stop in stops)),)


def _stops_asked(turn: Turn, plan: Plan) -> list[Stop]:
    """All stops that the words may mean."""
    if several := stops_named(turn, plan):
        return several
    one = stop_named(turn, plan)
    return [one] if one else []


def _day_words(plan: Plan, stop: Stop) -> str:
    number, day = next((n, d) for n, d in enumerate(plan.days, 1) if stop in d.stops)
    return (
        f"**{words.literal(stop.title)}** is on day {number}, {words.day(day.day)}, "
        f"{words.clock(stop.start)}–{words.clock(stop.end)}."
    )


async def departure_answer(turn: Turn) -> Screen:
    """When the plan leaves for home, and from which take-off it was counted back."""
    plan = plan_asked(turn)
    day = plan.days[-1]
    leaving = next((s for s in day.stops if s.kind is StopKind.DEPARTURE), None)
    if leaving is None:
        return (
            Text(
                markdown=f"The plan ends on {words.day(day.day)}, and I know no time of leaving. "
                "Tell me, such as “our flight leaves at 18:00”, and I plan the way back."
            ),
        )
    text = f"Leave at {words.clock(leaving.start)} on {words.day(day.day)}"
    if plan.departure_at is not None:
        text += f", for a take-off at {words.clock(plan.departure_at)}"
    if plan.times_assumed:
        text += ". I assumed that time: tell me yours"
    return (Text(markdown=f"{text}. The way and the time at the airport are in it."),)


async def tickets_answer(turn: Turn) -> Screen:
    """What a stop costs the party, and whether to reserve."""
    plan = plan_asked(turn)
    stops = _stops_asked(turn, plan)
    if not stops:
        return await when_answer(turn)
    lines = [_ticket_words(stop) for stop in stops]
    return (Text(markdown="\n".join([*lines, f"_({words.dated(stops[0].source)})_"])),)


def _ticket_words(stop: Stop) -> str:
    title = words.literal(stop.title)
    if stop.cost is None:
        text = f"I do not know what **{title}** costs."
    elif stop.cost.amount == 0:
        text = f"**{title}** is free."
    else:
        text = f"**{title}** takes a ticket: about {words.money(stop.cost)} for all of you."
    return f"{text} Reserve ahead." if stop.book_ahead else text


async def lodging_answer(turn: Turn) -> Screen:
    """Where the days start and end, as it was told."""
    plan = plan_asked(turn)
    where = turn.trip.wish.lodging if turn.trip else ""
    if not where:
        return (
            Text(
                markdown=f"You have not told me where you stay in {plan.destination}, so the days "
                "start in the centre. Say “our hotel is near …”, and they start there."
            ),
        )
    links = " · ".join(f"[{label}]({url})" for label, url in point_links(plan.anchor, "")[:3])
    text = f"You told me: {words.literal(where)}. The days start and end there: {links}"
    return (Text(markdown=text),)


async def way_answer(turn: Turn) -> Screen:
    """The way from one sight to another: about how long, and links to directions."""
    destination = await known_destination(turn)
    plan = turn.trip.plan if turn.trip else None
    day = plan.first_day if plan else turn.now.date()
    sights = await turn.travel.places.sights(destination, day, day)
    ends = [_sight(name, sights) for name in (turn.request.about, turn.request.other)]
    unknown = [
        n for n, s in zip((turn.request.about, turn.request.other), ends, strict=True) if not s
    ]
    a, b = ends
    if a is None or b is None:
        listed = words.listing((f"“{words.literal(n)}”" for n in unknown), "and")
        return (
            Text(
                markdown=f"I do not know where {listed} is in {destination.name}, so I cannot "
                "measure that way; a map app can."
            ),
        )
    leg = (await turn.travel.routes.matrix([a.point, b.point]))[0][1]
    how = {"walk": "on foot", "transit": "by public transport"}.get(leg.mode, leg.mode)
    links = " · ".join(f"[{label}]({url})" for label, url in leg_links(a.point, b.point, leg.mode))
    return (
        Text(
            markdown=f"From **{words.literal(a.name)}** to **{words.literal(b.name)}** it takes "
            f"about {words.way(leg.minutes)} {how} (estimate, no timetable). {links}"
        ),
    )


def _sight(name: str, sights: Sequence[Sight]) -> Sight | None:
    names = [(s.id, s.name) for s in sights] + [(s.id, s.local_name) for s in sights]
    found = best_named(name, [n for n in names if n[1]])
    return next((s for s in sights if s.id == found), None)


async def which_answer(turn: Turn) -> Screen:
    """Which stops are step-free, free, indoors; which sights are open on a day."""
    plan = plan_asked(turn)
    quality = turn.request.other
    if quality == "open":
        return await _open_on(turn, plan)
    if quality == "step-free":
        return await _step_free(turn, plan)
    fits = [s for s in plan.visits() if _has(s, quality)]
    if not fits:
        return (Text(markdown=f"Nothing in the plan is {quality}."),)
    lines = [f"In the plan, {quality}:", *(_line(plan, s) for s in fits)]
    return (Text(markdown="\n".join(lines)),)


def _has(stop: Stop, quality: str) -> bool:
    if quality == "free":
        return stop.cost is not None and stop.cost.amount == 0
    return stop.indoor


def _line(plan: Plan, stop: Stop) -> str:
    day = next(d for d in plan.days if stop in d.stops)
    return f"- **{words.literal(stop.title)}** ({words.day(day.day)})"


async def _step_free(turn: Turn, plan: Plan) -> Screen:
    """Only what the atlas knows; of the rest nothing is claimed."""
    sights = await sights_of(turn, plan)
    asked = _stops_asked(turn, plan) if turn.request.about else plan.visits()
    known = [s for s in asked if STEP_FREE in _tags(s, sights)]
    rest = [s for s in asked if s not in known]
    lines = []
    if known:
        lines.append(f"Step-free as far as I know: {words.listing(_titles(known))}.")
    if len(rest) > SHOWN:
        lines.append(f"I do not know it of the other {len(rest)} stops: ask before you go.")
    elif rest:
        lines.append(f"I do not know it of {words.listing(_titles(rest))}: ask before you go.")
    lines.append("I know nothing of lifts, toilets and stations.")
    return (Text(markdown="\n".join(lines)),)


def _tags(stop: Stop, sights: dict[str, Sight]) -> tuple[str, ...]:
    sight = sights.get(stop.sight_id)
    return sight.tags if sight else ()


def _titles(stops: Sequence[Stop]) -> list[str]:
    return [words.literal(s.title) for s in stops]


async def _open_on(turn: Turn, plan: Plan) -> Screen:
    """The sights that are open on the day asked about, best first; of the plan's when it has it."""
    day = _day_meant(turn, plan)
    destination = turn.travel.places.destination(plan.town_on(day.day).destination_id)
    if destination is None:
        return (Text(markdown="I no longer know this destination."),)
    sights = await turn.travel.places.sights(destination, day.day, day.day)
    fits = sorted(
        (s for s in sights if s.hours is not None and s.hours.get(day.day)),
        key=lambda s: (s.rank, s.id),
    )
    shut = [s for s in sights if s.hours is not None and not s.hours.get(day.day, ())]
    lines = [f"**Open in {destination.name} on {words.day(day.day)}**"]
    for s in fits[:SHOWN]:
        check = "" if s.hours_confidence == "high" else " (check hours)"
        spans = hours_words((s.hours or {})[day.day])
        lines.append(f"- **{words.literal(s.name)}** {spans}{check}")
    if len(fits) > SHOWN:
        lines.append(f"- and {len(fits) - SHOWN} more")
    if shut:
        lines.append(f"Closed: {words.listing(words.literal(s.name) for s in shut[:SHOWN])}.")
    return (Text(markdown="\n".join(lines)),)


def _day_meant(turn: Turn, plan: Plan) -> Day:
    """The day asked about, which may lie outside the trip."""
    on = date_asked(turn, plan)
    if on is not None and not plan.first_day <= on <= plan.last_day:
        return Day(day=on, weekday=words.day(on)[:3], stops=())
    return day_asked(turn, plan)
