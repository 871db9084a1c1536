"""What a watcher found, in words: the item, the old value, the new one, whose it is and of when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core import alerting, words
from core.cards import event_words
from core.choices import choice
from core.errors import Unavailable
from core.messages import Choice
from core.notices.before import Said
from core.notices.changes import AlertChange, Aspect, EventChange, WeatherChange
from core.notices.sky import PATIENCE_S, forecast_for
from core.notices.state import Hearer, Notice
from core.notices.swap_said import swaps_for
from core.notices.told import has_later, known_weather
from core.notices.weather_news import outdoor_stops, poor_in, still_so
from core.reading import Topic
from core.travel import Alert, AlertReport, DayWeather, Event, Travel
from core.trips import Day, Plan, Stage, Stop, Trip
from core.zones import zone_of

MOST = 4
_NAMES: dict[Aspect, str] = {
    "rain": "rain",
    "storm": "thunderstorms",
    "wind": "strong wind",
    "heat": "great heat",
    "cold": "hard frost",
}
_SIGNS: dict[Aspect, str] = {"rain": "🌧️", "storm": "⛈️", "wind": "💨", "heat": "🥵", "cold": "🥶"}


async def weather_change(
    change: WeatherChange,
    trip: Trip,
    plan: Plan,
    hearer: Hearer,
    travel: Travel,
    rows: Sequence[Notice],
) -> Said | None:
    """The stops outdoors and their weather, before and now, with the swap as a tap.

    `rows` are the notices of the trip, by which it is known what was really said. None when the
    stops are gone, a later change of that day says it, or nothing differs from what is known in the
    chat.
    """
    day = next((d for d in plan.days if d.day == change.day), None)
    town = plan.town_on(change.day)
    if day is None or town.destination_id != change.place:
        return None
    stops = [s for s in outdoor_stops(day, hearer.now) if s.id in change.stop_ids]
    if not stops or has_later(rows, change):
        return None
    zone = zone_of(hearer.zone)
    sky = await forecast_for(
        travel, plan, plan.first_day, plan.last_day, hearer.now.astimezone(zone).date()
    )
    now = sky.days.get(change.day, change.new)
    known = change.old
    if change.times > 1:
        known = known_weather(day, change.place, rows, change.times)
    news = bool(poor_in(known)) if change.better else bool(change.poor - poor_in(known))
    if not news or not still_so(change, now):
        return None
    values = _values(known, now, change.poor | change.before, zone)
    by = f"_Forecast: {words.as_of(now.source, zone)}_"
    if change.better:
        lines = [f"☀️ **{words.day(change.day)} is fine again**: {_listed(stops)}.", *values, by]
        return lines, [choice("ask", Topic.WEATHER, "Weather")], []
    poor = poor_in(now) or change.poor
    lines = [f"{_headline(poor, now)} on {words.day(change.day)}**: {_listed(stops)}.", *values]
    bad = {d for d, w in sky.days.items() if poor_in(w)}
    said, options = await swaps_for(trip, day, hearer.now, travel, bad)
    return [*lines, *said, by], options, []


def _headline(poor: frozenset[Aspect], weather: DayWeather) -> str:
    order: tuple[Aspect, ...] = ("storm", "rain", "wind", "heat", "cold")
    found = [a for a in order if a in poor]
    snow = (weather.snow_cm or 0) >= 1
    names = ["snow" if a == "rain" and snow else _NAMES[a] for a in found]
    sign = "🌨️" if found[0] == "rain" and snow else _SIGNS[found[0]]
    return f"{sign} **{words.capital(words.listing(names))}"


def _listed(stops: list[Stop]) -> str:
    """ "**Sintra hike** (10:00–14:00) and Miradouro (16:00–17:00)"."""
    spans = [f"({words.clock(s.start)}–{words.clock(s.end)})" for s in stops]
    first = f"**{words.literal(stops[0].title)}** {spans[0]}"
    rest = [f"{words.literal(s.title)} {t}" for s, t in zip(stops[1:3], spans[1:3], strict=True)]
    more = len(stops) - 3
    return words.listing([first, *rest, *([words.plural(more, "more stop")] if more > 0 else [])])


def _values(
    old: DayWeather | None, now: DayWeather, aspects: frozenset[Aspect], zone: ZoneInfo
) -> list[str]:
    """The weather now and before, with what the news was judged by."""
    said = _in_full(now, old, aspects)
    if old is None:
        return [f"Now: {said}.", "Before: no forecast."]
    if old.typical:
        return [f"Now: {said}.", f"Before: no forecast yet, typically {words.weather(old)}."]
    at = old.source.fetched_at.astimezone(zone)
    before = f"{_in_full(old, now, aspects)}, as of {words.day(at.date())} {words.clock(at)}"
    return [f"Now: {said}.", f"Before: {before}."]


def _in_full(weather: DayWeather, other: DayWeather | None, aspects: frozenset[Aspect]) -> str:
    """ "19–31 °C, felt as 38 °C": also what the short words leave out, where that is the news."""
    text, felt = words.weather(weather), weather.feels_max_c
    if aspects & {"heat", "cold"} and felt is not None and round(felt) != round(weather.tmax_c):
        text += f", felt as {round(felt)} °C"
    chance = weather.rain_chance
    same = other is not None and chance is not None and chance == other.rain_chance
    if "rain" in aspects and same and weather.rain_mm is not None and "%" in text:
        text += f", {round(weather.rain_mm)} mm"
    return text


# --- events ------------------------------------------------------------------------------------


async def event_change(
    change: EventChange, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said | None:
    """What is new, moved or cancelled; None when it is not so any more."""
    town = plan.town_of(change.place)
    if town is None:
        return None
    now = await _as_listed(change, plan, travel)
    zone = zone_of(hearer.zone)
    if change.what == "new":
        days = {d.day for d in plan.days}
        left = [e for e in now if not e.status and e.first in days and not _over(e, town, hearer)]
        if not left:
            return None
        lines = [f"🎫 **New on your days in {words.literal(town.destination)}**"]
        lines += [f"- {words.day(e.first)}: {event_words(e)}" for e in left[:MOST]]
        if left[MOST:]:
            lines.append(f"- {words.plural(len(left) - MOST, 'more event')}: “events”")
    else:
        [event] = now
        if _over(event, town, hearer):
            return None
        said = _of_one(change, event, plan)
        if said is None:
            return None
        lines = said
    lines.append(f"_{words.listing(sorted({words.as_of(e.source, zone) for e in now}))}_")
    return lines, [choice("ask", Topic.EVENTS, "Events")], []


def _of_one(change: EventChange, event: Event, plan: Plan) -> list[str] | None:
    name, before = words.literal(event.name), _when(change.old_first, change.old_starts_at)
    link = f" ([{event.source.name}]({event.url}))" if event.url else ""
    if change.what == "moved":
        if event.status or not _differs(change, event):
            return None
        at = _when(event.first, event.starts_at)
        lines = [f"🎫 **{name} has moved**: now {at}, before {before}.{link}"]
    else:
        if event.status != change.what:
            return None
        lines = [f"🎫 **{name} is {change.what}**: it was to be {before}.{link}"]
    if booked := _planned(event, plan):
        lines.append(
            f"Your plan still has it on {words.day(booked.start.date())} at "
            f"{words.clock(booked.start)}: tell me the new time, or “remove "
            f"{words.literal(booked.title)}”."
        )
    return lines


def _over(event: Event, town: Stage, hearer: Hearer) -> bool:
    """It may have waited for a night, or for the end of a snooze, to be told."""
    return event.last < hearer.now.astimezone(zone_of(town.timezone)).date()


def _differs(change: EventChange, event: Event) -> bool:
    return (event.first, event.starts_at) != (change.old_first, change.old_starts_at)


def _planned(event: Event, plan: Plan) -> Stop | None:
    """The booked stop that is this event, by its name."""
    name = set(event.name.casefold().split())
    booked = (s for d in plan.days for s in d.stops if s.booked)
    return next((s for s in booked if set(s.title.casefold().split()) <= name), None)


def _when(first: date | None, starts: datetime | None) -> str:
    if starts is not None:
        return f"{words.day(starts.date())} {words.clock(starts)}"
    return words.day(first) if first is not None else "another day"


async def _as_listed(change: EventChange, plan: Plan, travel: Travel) -> list[Event]:
    """The events as they are listed now; as they were found, where nobody lists them."""
    town, destination = plan.town_of(change.place), travel.places.destination(change.place)
    if town is None or destination is None:
        return list(change.events)
    try:
        async with asyncio.timeout(PATIENCE_S):
            listed = await travel.events.between(destination, town.first, town.last)
    except (Unavailable, TimeoutError):
        return list(change.events)
    known = {e.id: e for e in listed}
    return [known.get(e.id, e) for e in change.events]


# --- warnings ----------------------------------------------------------------------------------


async def alert_change(
    change: AlertChange, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said | None:
    """An official warning in its issuer's words, and what is planned then; None: it is over."""
    town = plan.town_of(change.place)
    destination = travel.places.destination(change.place)
    if town is None or destination is None:
        return None
    alert = change.alert
    if travel.alerts is not None:
        report = await travel.alerts.active(destination, town.first, town.last)
        if _is_off(change, report):
            return None
        alert = next((a for a in report.alerts if a.id == alert.id and a.official), alert)
    there = zone_of(town.timezone)
    first, last = alert.onset.astimezone(there).date(), alert.ends.astimezone(there).date()
    if alert.ends <= hearer.now or last < town.first or first > town.last:
        return None
    lines = [
        f"⚠️ **Official warning for {words.literal(town.destination)}**",
        alerting.line(alert, there),
    ]
    if planned := _meanwhile(alert, plan.days):
        lines.append(f"In your plan then: {planned}.")
    lines.append(f"_{words.as_of(alert.source, zone_of(hearer.zone))}_")
    options: list[Choice] = [
        choice("ask", Topic.WARNINGS, "All warnings"),
        choice("ask", Topic.EMERGENCY, "Emergency numbers"),
    ]
    return lines, options, []


def _is_off(change: AlertChange, report: AlertReport) -> bool:
    """True when its issuer was heard and no longer has a warning of that name."""
    if report.silent or not report.checked:
        return False
    return all(a.event != change.alert.event for a in report.alerts)


def _meanwhile(alert: Alert, days: tuple[Day, ...]) -> str:
    touched = [s for d in days for s in d.stops if s.start < alert.ends and s.end > alert.onset]
    visits = [s for s in touched if s.sight_id]
    shown = [
        f"{words.day(s.start.date())} {words.clock(s.start)} {words.literal(s.title)}"
        for s in visits[:3]
    ]
    more = len(visits) - 3
    return words.listing([*shown, *([f"{more} more"] if more > 0 else [])])
