"""What is said before a trip: outlook, packing list, and the check of the evening before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from core import alerting, packing, words
from core.cards import event_line, event_words
from core.choices import choice
from core.errors import Rejected, Unavailable
from core.exports import Exporter, ExportFacts
from core.maps import day_route
from core.messages import Choice, File
from core.notices.event_news import interests
from core.notices.sky import PATIENCE_S, Forecast, forecast_for, to_pack_for, usual
from core.notices.state import Hearer, Notice
from core.reading import Topic
from core.travel import Event, EventKind, Sight, Travel
from core.trips import Day, Plan, StopKind, Trip
from core.wishes import Wish
from core.zones import zone_of

MOST = 4  # of each thing; a notice fits on a phone screen
ENTRY_DAYS = 14
Said = tuple[list[str], list[Choice], list[File]]


async def outlook(notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel) -> Said:
    """Weather, holidays, events, papers and what is to be reserved, one line each."""
    zone, today = _here(hearer)
    away = (plan.first_day - today).days
    head = f"**{words.literal(plan.destination)}, {words.span(plan.first_day, plan.last_day)}**"
    lines = [f"{head} begins in {words.plural(away, 'day')}."]
    sky = await forecast_for(travel, plan, plan.first_day, plan.last_day, today)
    lines += _weather_lines(plan, sky, travel, zone)
    events = await _events(travel, plan)
    lines += _event_lines(events, plan, trip.wish)
    if away >= ENTRY_DAYS - 4:
        lines += _papers(plan, travel)
    if ahead := _to_reserve(plan):
        lines.append(f"- 🎟️ To reserve ahead: {_few(ahead)}.")
    options = [choice("ask", Topic.EVENTS, "Events"), choice("ask", Topic.PACKING, "What to pack")]
    return lines, options, []


async def packing_list(
    notice: Notice, trip: Trip, plan: Plan, hearer: Hearer, travel: Travel
) -> Said:
    """What to pack for the forecast and for what is planned."""
    zone, today = _here(hearer)
    sky = await forecast_for(travel, plan, plan.first_day, plan.last_day, today)
    weather = to_pack_for(travel, plan, list(sky.days.values()))
    lines = [f"🎒 **To pack for {words.literal(plan.destination)}**"]
    if weather is None:
        lines.append("I know neither forecast nor climate there, so look at them before you pack.")
        found = packing.for_plan(plan.visits(), packing.Sky(20, 20, 15, wet=False))
    else:
        cold, warm = round(weather.coldest_night), round(weather.warmest)
        wet = sorted(w.day for w in sky.days.values() if w.wet)
        rain = f", rain likely on {words.listing(words.day(d) for d in wet)}" if wet else ""
        usually = "" if sky.days else "Typically "
        lines.append(f"{usually}{cold}–{warm} °C{rain}.")
        found = [*packing.for_weather(weather), *packing.for_plan(plan.visits(), weather)]
    countries = dict.fromkeys(t.country for t in plan.towns)
    always = [line for code in countries for line in packing.always(travel.places.country(code))]
    lines += [f"- {line}" for line in dict.fromkeys((*found, *always))]
    told = sky.told_by(zone)
    if weather is not None and (by := _typical_by(plan, sky, travel)):
        told = f"{told} Where there is no forecast: typical values ({by}).".strip()
    if told:
        lines.append(f"_{told}_")
    return lines, [choice("ask", Topic.WEATHER, "Weather")], []


async def final_check(
    notice: Notice,
    trip: Trip,
    plan: Plan,
    hearer: Hearer,
    travel: Travel,
    exporter: Exporter | None,
) -> Said:
    """The first day, how to get there, warnings, and the whole trip as a file for the pocket."""
    zone, today = _here(hearer)
    first = plan.days[0]
    begins = "Tomorrow" if (first.day - today).days == 1 else words.day(first.day)
    if first.day == today:
        begins = "Today"
    sky = await forecast_for(travel, plan, first.day, plan.last_day, today)
    lines = [f"🧳 **{begins}: {words.literal(plan.destination)}**"]
    if (weather := sky.days.get(first.day)) is not None:
        lines.append(f"- {words.capital(words.weather(weather))}")
    lines += [f"- {line}" for line in ways(first, plan, travel)]
    stops = [s for s in first.stops if s.kind is StopKind.VISIT]
    if stops:
        listed = ", ".join(f"{words.clock(s.start)} {words.literal(s.title)}" for s in stops[:MOST])
        lines.append(f"- First day: {listed}")
    if unsure := [s.title for s in plan.visits() if s.hours_unsure]:
        lines.append(f"- Check the hours of {_few(unsure)}.")
    if left := _to_reserve(plan):
        lines.append(f"- Reserve before you go: {_few(left)}.")
    lines += await _warnings(travel, plan, today)
    if told := sky.told_by(zone):
        lines.append(f"_{told}_")
    files = await _pocket_pack(trip, plan, hearer, travel, exporter)
    options = [choice("ask", Topic.EMERGENCY, "Emergency numbers"), choice("files", "", "Files")]
    return lines, options, files


def ways(day: Day, plan: Plan, travel: Travel) -> list[str]:
    """How a day begins and ends: landing, the way into town, the next town, the way home."""
    found = []
    for stop in day.stops:
        if stop.kind is StopKind.ARRIVAL and stop.id == "arrival":
            whose = " (as I assumed)" if plan.times_assumed else ""
            how, airport = "Arrival", ""
            if plan.comes_by_air:
                how, airport = "Landing", _airport(plan, day, travel)
            text = f"{how} at {words.clock(stop.start)}{whose}, in town by "
            found.append(f"{text}{words.clock(stop.end)}{airport}")
        elif stop.kind is StopKind.ARRIVAL:
            found.append(
                f"{words.literal(stop.title)} at {words.clock(stop.start)}, there by "
                f"{words.clock(stop.end)} (estimate)"
            )
        elif stop.kind is StopKind.DEPARTURE:
            whose = " (as I assumed)" if plan.times_assumed else ""
            to, off = "the way home", "departure"
            if plan.leaves_by_air:
                to, off = "the airport", "take-off"
            found.append(
                f"Leave for {to} by {words.clock(stop.start)}, {off} at "
                f"{words.clock(stop.end)}{whose}"
            )
    return found


def map_line(day: Day, plan: Plan) -> str:
    """The way of a day as links; "" when there is none."""
    links = day_route(day, plan.town_on(day.day).anchor)
    listed = " · ".join(f"[{label}]({url})" for label, url in links if url.startswith("https://"))
    return f"The way: {listed}" if listed else ""


def _here(hearer: Hearer) -> tuple[ZoneInfo, date]:
    zone = zone_of(hearer.zone)
    return zone, hearer.now.astimezone(zone).date()


def _few(names: Sequence[str]) -> str:
    shown = [words.literal(name) for name in names[:MOST]]
    more = len(names) - MOST
    return words.listing([*shown, f"{more} more"] if more > 0 else shown)


def _airport(plan: Plan, day: Day, travel: Travel) -> str:
    town = travel.places.destination(plan.town_on(day.day).destination_id)
    if town is None or not town.airports:
        return ""
    airport = town.airports[0]
    minutes = words.minutes(airport.transfer_min)
    return f"; from {airport.iata} it is about {minutes} ({town.source.name})"


def _typical_by(plan: Plan, sky: Forecast, travel: Travel) -> str:
    """Whose typical values stand in for days without a forecast; "" when none do."""
    found = []
    for town in plan.towns:
        destination = travel.places.destination(town.destination_id)
        missing = any(d.day not in sky.days for d in plan.days if town.first <= d.day <= town.last)
        if missing and destination is not None and destination.climate:
            found.append(destination.climate[0].source.name)
    return words.listing(dict.fromkeys(found))


def _weather_lines(plan: Plan, sky: Forecast, travel: Travel, zone: ZoneInfo) -> list[str]:
    if sky.days:
        listed = [f"{words.day(w.day)}: {words.weather(w)}" for w in sky.days.values()]
        shown = listed[: MOST + 1]
        more = len(listed) - len(shown)
        lines = [f"- 🌤️ {line}" for line in shown]
        rest = f" {words.plural(more, 'more day')}: “weather”." if more > 0 else ""
        return [*lines, f"_{sky.told_by(zone)}{rest}_"]
    lines = [
        f"- 🌤️ {words.literal(town.destination)}: {text}; no forecast yet"
        for town in plan.towns
        if (text := usual(travel, town))
    ]
    return lines + ([f"- {words.listing(sky.silent)} did not answer."] if sky.silent else [])


async def _events(travel: Travel, plan: Plan) -> list[Event]:
    found: list[Event] = []
    for town in plan.towns:
        destination = travel.places.destination(town.destination_id)
        if destination is None:
            continue
        try:
            async with asyncio.timeout(PATIENCE_S):
                found += await travel.events.between(destination, town.first, town.last)
        except (Unavailable, TimeoutError):
            found += await travel.events.known(destination, town.first, town.last)
    return found


def _event_lines(events: Sequence[Event], plan: Plan, wish: Wish) -> list[str]:
    """Every holiday, what is certain to take place, and what the traveller likes."""
    holidays = [e for e in events if e.kind is EventKind.HOLIDAY]
    others = [
        e
        for e in events
        if e not in holidays and e.certain and not e.status
        if e.starts_at is None or interests(e, wish)
    ]
    lines = [f"- 📅 {words.day(e.first)}: {event_line(e)}" for e in holidays[:MOST]]
    lines += [
        f"- 🎫 {words.day(max(e.first, plan.first_day))}: {event_words(e)}" for e in others[:3]
    ]
    if others[3:]:
        lines.append(f"- {words.plural(len(others) - 3, 'more event')}: “events”")
    return lines


def _papers(plan: Plan, travel: Travel) -> list[str]:
    """Never rules: they depend on a passport that is not asked for here."""
    found = []
    for code in dict.fromkeys(t.country for t in plan.towns):
        country = travel.places.country(code)
        if country is None:
            continue
        link = f": [official page]({country.visa_note_url})" if country.visa_note_url else ""
        found.append(
            f"- 🛂 Check passport or identity card, and the entry rules of {country.name}{link}"
        )
    return found


def _to_reserve(plan: Plan) -> list[str]:
    return [s.title for s in plan.visits() if s.book_ahead and not s.booked]


async def _warnings(travel: Travel, plan: Plan, today: date) -> list[str]:
    town = plan.towns[0]
    destination = travel.places.destination(town.destination_id)
    if travel.alerts is None or destination is None:
        return []
    report = await travel.alerts.active(destination, town.first, town.last)
    return [f"⚠️ {note}" for note in alerting.notes(report, destination)]


async def _pocket_pack(
    trip: Trip, plan: Plan, hearer: Hearer, travel: Travel, exporter: Exporter | None
) -> list[File]:
    if exporter is None:
        return []
    countries = {t.country: travel.places.country(t.country) for t in plan.towns}
    sights: dict[str, Sight] = {}
    for town in plan.towns:
        destination = travel.places.destination(town.destination_id)
        if destination is None:
            continue
        try:
            listed = await travel.places.sights(destination, town.first, town.last)
        except Unavailable:
            continue  # the pack then has no swaps of this town, and everything else
        sights |= {s.id: s for s in listed}
    facts = ExportFacts(countries={c: f for c, f in countries.items() if f}, sights=sights)
    try:
        made = await asyncio.to_thread(exporter.export, "html", trip, facts, hearer.now)
    except Rejected:
        return []
    caption = "Pocket pack: the whole trip in one page that opens without network."
    return [File(name=made.name, media_type=made.media_type, content=made.body, caption=caption)]
