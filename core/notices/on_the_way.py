"""What is said during a trip and after it: the day, what is booked, check-in, a last word."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core import words
from core.cards import day_card, spanning_events
from core.choices import choice, notice_choice
from core.errors import Unavailable
from core.messages import Choice
from core.notices.before import Said, map_line, ways
from core.notices.sky import PATIENCE_S, forecast_for
from core.notices.state import AGAIN, OUT, Hearer, Notice
from core.notices.swap_said import swaps_for
from core.notices.weather_news import poor_in
from core.reading import Topic
from core.travel import Confidence, Event, Travel
from core.trips import Day, Plan, StopKind, Trip
from core.zones import zone_of

MARGIN = timedelta(minutes=10)
_ASK_THEM = "Your booking says it, and I cannot do it for you."
_OPENS = (
    f"Most airlines open check-in about now, 24 hours before; some earlier, some later. {_ASK_THEM}"
)
_OPEN = f"With most airlines check-in is open by now, a day before; with some later. {_ASK_THEM}"


async def morning(
    notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said | None:
    """The card of the day with this morning's forecast; None when the day is not in the plan."""
    day = next((d for d in plan.days if d.day == notice.on), None)
    if day is None:
        return None
    number = plan.days.index(day) + 1
    sky = await forecast_for(travel, plan, day.day, plan.last_day, day.day)
    weather = sky.days.get(day.day)
    shown = day.model_copy(
        update={"weather": weather or day.weather, "events": await _events(travel, plan, day)}
    )
    lines = [_greeting(day, hearer, fine=not poor_in(shown.weather))]
    lines.append(day_card(shown, number, without=spanning_events(plan)))
    if not any(s.kind in (StopKind.ARRIVAL, StopKind.DEPARTURE) for s in day.stops):
        begin = next((s for s in day.stops if s.leg is not None and s.leg.minutes), None)
        if begin is not None and begin.leg is not None:
            leave = begin.start - timedelta(minutes=-(-begin.leg.minutes // 5) * 5)
            if leave > hearer.now:
                lines.append(f"Leave by {words.clock(leave)} for {words.literal(begin.title)}.")
    elif way := ways(day, plan, travel):
        lines.append(f"{words.listing(way)}.")
    if link := map_line(day, plan):
        lines.append(link)
    options: list[Choice] = []
    if weather is not None and poor_in(weather):
        bad = {d for d, w in sky.days.items() if poor_in(w)}
        said, options = await swaps_for(trip, day, hearer.now, travel, bad)
        lines += said
    if weather is not None:
        lines.append(f"_Forecast: {words.as_of(weather.source, zone_of(hearer.zone))}_")
    elif sky.silent:
        lines.append(f"_{words.listing(sky.silent)} did not answer: the weather is as planned._")
    return lines, [*options, choice("ask", Topic.NEXT, "What is next?")], []


def _greeting(day: Day, hearer: Hearer, *, fine: bool) -> str:
    """With long quiet hours a morning is told the evening before."""
    today = hearer.now.astimezone(zone_of(hearer.zone)).date()
    greeting = "Good morning!" if today == day.day else "Tomorrow:"
    return f"☀️ {greeting}" if fine else greeting


async def _events(travel: Travel, plan: Plan, day: Day) -> tuple[Event, ...]:
    """What takes place that day, as it is listed now; else what is known for good."""
    destination = travel.places.destination(plan.town_on(day.day).destination_id)
    if destination is None:
        return ()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return tuple(await travel.events.between(destination, day.day, day.day))
    except (Unavailable, TimeoutError):
        return tuple(e for e in day.events if e.source.confidence is Confidence.CURATED)


async def reminder(
    notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said | None:
    """Something booked is near; None when it is not in the plan at that time any more."""
    about, _, _ = notice.about.partition(AGAIN)
    stop = next((s for d in plan.days for s in d.stops if s.id == about), None)
    if stop is None or not stop.booked or stop.start <= hearer.now:
        return None
    wait = int((stop.start - hearer.now).total_seconds() // 60)
    lines = [
        f"⏰ **{words.literal(stop.title)}** at {words.clock(stop.start)}, in {words.way(wait)}."
    ]
    if stop.leg is not None and stop.leg.minutes:
        leave = stop.start - timedelta(minutes=-(-stop.leg.minutes // 5) * 5) - MARGIN
        when = f"leave by {words.clock(leave)}" if leave > hearer.now else "set out now"
        lines.append(f"The way takes about {words.way(stop.leg.minutes)}: {when}.")
    lines += list(stop.checks[:1])
    return lines, [choice("ask", Topic.MAP, "Map")], []


async def check_in(
    notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said | None:
    """A flight whose time the traveller told; None when there is none any more."""
    out, wish = notice.about == OUT, trip.wish
    at, told = (plan.arrival_at, wish.arrive_at) if out else (plan.departure_at, wish.leave_at)
    flies = not wish.no_flight and (plan.comes_by_air if out else plan.leaves_by_air)
    if at is None or told is None or not flies or at <= hearer.now:
        return None
    when = f"{words.day(at.date())} at {words.clock(at)}, as you said"
    if out:
        lines = [
            f"🛫 Your flight to {words.literal(plan.towns[0].destination)} lands {when}.",
            _OPEN,
        ]
        return lines, [], []
    lines = [f"🛫 Your flight leaves {when}.", _OPENS]
    if departs := next((s for s in plan.days[-1].stops if s.kind is StopKind.DEPARTURE), None):
        lines.append(f"By the plan you set out for the airport at {words.clock(departs.start)}.")
    return lines, [], []


async def after(notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel) -> Said:
    """Thanks, and what may be kept of the trip."""
    towns = words.listing(words.literal(t.destination) for t in plan.towns)
    lines = [
        f"👋 Welcome back from {towns}! Thank you for travelling with me.",
        "Shall I mark it as visited, so that I do not suggest it again?",
        "If something is worth knowing next time, tell me: “remember that I like slow mornings”.",
    ]
    options = [
        notice_choice("visited", trip.id, "Mark as visited"),
        choice("ideas", "", "Where to next?"),
    ]
    return lines, options, []
