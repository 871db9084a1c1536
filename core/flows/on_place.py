"""Answers about a place from dated facts: hours, weather, events, money, food, ways."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from core import alerting, packing, words
from core.cards import event_days, event_words
from core.errors import Rejected, Unavailable
from core.flows.asked import (
    country_asked,
    date_asked,
    day_asked,
    days_asked,
    destination_asked,
    known_destination,
    place_asked,
)
from core.flows.places_for_all import food_for_all
from core.messages import Text
from core.naming import best_named
from core.travel import DayWeather, OpenInterval, Sight
from core.trips import Budget, Plan
from core.turn import Screen, Turn
from core.zones import known_zone, zone_of

SOURCE_SECONDS = 2.0
_WHOLE_DAY = 24 * 60 - 1


async def hours_answer(turn: Turn) -> Screen:
    destination = await known_destination(turn)
    plan = turn.trip.plan if turn.trip else None
    on = turn.request.on
    if plan is not None and plan.town_of(destination.id):
        on = date_asked(turn, plan) or day_asked(turn, plan).day
    on = on or turn.now.astimezone(zone_of(destination.timezone)).date()
    sights = await turn.travel.places.sights(destination, on, on)
    named = [(s.id, s.name) for s in sights] + [(s.id, s.local_name) for s in sights]
    found = best_named(turn.request.about, named)
    sight = next((s for s in sights if s.id == found), None)
    if sight is None:
        return (
            Text(
                markdown=f"I have no checked hours for that in {destination.name}. "
                "Its own site is the place to look."
            ),
        )
    return (Text(markdown=_hours_words(sight, on)),)


def _hours_words(sight: Sight, on: date) -> str:
    name = words.literal(sight.name)
    if sight.hours is None:
        return f"I do not know the hours of **{name}**; please check them before you go."
    spans = sight.hours.get(on, ())
    if not spans:
        text = f"**{name}** is closed on {words.day(on)}."
    else:
        text = f"**{name}** is open {hours_words(spans)} on {words.day(on)}."
    if sight.hours_confidence != "high":
        text += " Please check: I am not sure of these hours."
    return f"{text} ({words.dated(sight.source)})"


def hours_words(spans: Sequence[OpenInterval]) -> str:
    """ "10:00–13:00 and 14:00–18:00"; "all day" for what never closes."""
    if any(s.end - s.start >= _WHOLE_DAY for s in spans):
        return "all day"
    return words.listing(f"{_hm(s.start)}–{_hm(s.end)}" for s in spans)


def _hm(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


async def weather_answer(turn: Turn) -> Screen:
    destination = await known_destination(turn)
    first, last = days_asked(turn, destination)
    lines = [f"**Weather in {destination.name}**"]
    forecast: list[DayWeather] = []
    missing = ""
    if first <= turn.now.date() + timedelta(days=15):
        try:
            async with asyncio.timeout(SOURCE_SECONDS):
                forecast = await turn.travel.weather.forecast(
                    destination.center, destination.timezone, first, last
                )
        except (Unavailable, TimeoutError) as error:
            who = error.who if isinstance(error, Unavailable) else "The weather service"
            missing = f"{who} does not answer; these are typical values."
    lines += [f"- {words.day(w.day)}: {words.weather(w)}" for w in forecast]
    if not forecast and not destination.climate:
        lines.append("- I have no forecast for these days, and no typical values for this place.")
    elif forecast:
        lines.append(f"_Forecast: {words.credit(forecast[0].source, turn.now)}_")
    else:
        for month in sorted({first.month, last.month}):
            c = destination.climate[month - 1]
            sea = f", sea {round(c.sea_c)} °C" if c.sea_c is not None else ""
            lines.append(
                f"- {words.MONTH_NAMES[month - 1]}: typically {round(c.tmin_c)}–{round(c.tmax_c)} "
                f"°C, rain on {round(c.rain_days)} days, {round(c.sun_h_day)} h of sun a day{sea}"
            )
        lines.append(f"_Typical values, not a forecast ({destination.climate[0].source.name})._")
    if missing:
        lines.append(f"⚠️ {missing}")
    return (Text(markdown="\n".join(lines)),)


async def warnings_answer(turn: Turn) -> Screen:
    """Official warnings for the days asked about, of which only the next week can be known."""
    destination = await known_destination(turn)
    first, last = days_asked(turn, destination)
    today = turn.now.astimezone(zone_of(destination.timezone)).date()
    if not alerting.due(first, last, today):
        when = "is over" if last < today else "is too far ahead for warnings"
        text = f"{words.span(first, last)} {when}. Ask me again in the week before the trip."
        return (Text(markdown=text if last >= today else f"{words.span(first, last)} {when}."),)
    if turn.travel.alerts is None:
        text = "I cannot ask for warnings here. Please look at the national weather service's page."
        return (Text(markdown=text),)
    first = max(first, today)
    report = await turn.travel.alerts.active(
        destination, first, last, turn.session.language or "en"
    )
    return (Text(markdown=alerting.told(report, destination, first, last, turn.now)),)


async def events_answer(turn: Turn) -> Screen:
    destination = await known_destination(turn)
    first, last = days_asked(turn, destination)
    found = await turn.travel.events.between(destination, first, last)
    if not found:
        return (
            Text(
                markdown=f"I know of no public holiday or yearly event in {destination.name} "
                f"{words.span(first, last)}, and I see no concerts or sport on sale there; that is "
                "not to say that there are none."
            ),
        )
    lines = [f"**{destination.name}, {words.span(first, last)}**"]
    for e in found:
        sure = "" if e.certain else " (check the dates)"
        lines.append(f"- {words.capital(event_days(e))}: {event_words(e)}{sure}")
    sellers = sorted({words.credit(e.source, turn.now) for e in found if e.source.attribution})
    if sellers:
        lines.append(f"_{words.listing(sellers)}: not all that takes place is sold there._")
    return (Text(markdown="\n".join(lines)),)


async def local_time_answer(turn: Turn) -> Screen:
    place = await place_asked(turn)
    name, zone = (place.name, place.timezone) if place else ("", "")
    if not zone:
        destination = await known_destination(turn)
        name, zone = destination.name, destination.timezone
    here = known_zone(zone)
    if here is None:
        return (Text(markdown=f"I do not know what time it is in {words.literal(name)}."),)
    local = turn.now.astimezone(here)
    return (
        Text(
            markdown=f"In {words.literal(name)} it is {words.clock(local)}, "
            f"{words.day(local.date())} ({zone})."
        ),
    )


async def money_answer(turn: Turn) -> Screen:
    request = turn.request
    base = request.currency or turn.known.value("currency") or "EUR"
    quote = request.to_currency
    if not quote:
        facts = await country_asked(turn)
        quote = facts.currency
    if base == quote:
        return (Text(markdown=f"They pay in {quote} there, as you do."),)
    try:
        async with asyncio.timeout(SOURCE_SECONDS):
            rate = await turn.travel.rates.rate(base, quote)
    except (Unavailable, TimeoutError) as error:
        raise Rejected(f"I have no rate between {base} and {quote} right now.") from error
    count = request.amount if request.amount is not None else Decimal(1)
    value = words.exact(count * rate.rate, quote)
    text = (
        f"{base} {count:,} is about {value} "
        f"({words.source(rate.source, turn.now)}, rate of {words.day(rate.day, year=True)}). "
        "Your bank may add 1 to 3 %."
    )
    return (Text(markdown=text),)


async def packing_answer(turn: Turn) -> Screen:
    destination = await known_destination(turn)
    first, last = days_asked(turn, destination)
    if not destination.climate:
        text = f"I do not know the climate of {destination.name}; ask me for its forecast instead."
        return (Text(markdown=text),)
    c = destination.climate[(first + (last - first) / 2).month - 1]
    lines = [
        f"**For {destination.name}** (typically {round(c.tmin_c)}–{round(c.tmax_c)} °C, rain on "
        f"{round(c.rain_days)} days of the month):"
    ]
    sky = packing.Sky(
        warmest=c.tmax_c,
        coolest_day=c.tmax_c,
        coldest_night=c.tmin_c,
        wet=c.rain_days >= 7,
        sea_c=c.sea_c,
    )
    facts = turn.travel.places.country(destination.country)
    lines += [f"- {line}" for line in (*packing.for_weather(sky), *packing.always(facts))]
    return (Text(markdown="\n".join(lines)),)


async def cost_answer(turn: Turn) -> Screen:
    """What the plan costs, when the trip is asked about; else what a day there costs."""
    d = await known_destination(turn)
    plan = turn.trip.plan if turn.trip else None
    if plan is not None and plan.budget is not None and turn.request.about == "trip":
        return (Text(markdown=_plan_cost(plan, plan.budget)),)
    return (
        Text(
            markdown=f"In {d.name} one person spends about {words.amount(d.daily_low, d.currency)} "
            f"(simple), {words.amount(d.daily_mid, d.currency)} (middling) or "
            f"{words.amount(d.daily_high, d.currency)} (generous) a day on food, tickets and "
            f"getting around; a plain meal is about {words.amount(d.meal_mid, d.currency)}. "
            f"Flights and hotel are not in it. Estimate: {d.source.name}."
        ),
    )


def _plan_cost(plan: Plan, budget: Budget) -> str:
    """The sum of the plan and of one traveller, in the currency of the place."""
    total = words.about(budget.total, budget.currency)
    text = f"**{plan.destination}**: {total} for all"
    if plan.party > 1:
        text += f", {words.about(budget.total / plan.party, budget.currency)} each"
    lines = ", ".join(
        f"{name.removesuffix(' (estimate)')} {words.amount(value, budget.currency)}"
        for name, value in budget.lines
        if value
    )
    left = f" Not in it: {words.listing(budget.unknown)}." if budget.unknown else ""
    return f"{text}: {lines}. Estimates.{left}"


async def food_answer(turn: Turn) -> Screen:
    """Where the food is, as far as the atlas knows it, and what a meal costs."""
    d = await known_destination(turn)
    first, _ = days_asked(turn, d)
    sights = await turn.travel.places.sights(d, first, first)
    tasty = [s for s in sights if s.category == "market" or {"food", "wine"} & set(s.tags)]
    shown, beside = food_for_all(turn, sorted(tasty, key=lambda s: (s.rank, s.id)), 4)
    lines = [f"A plain meal in {d.name} is about {words.amount(d.meal_mid, d.currency)}."]
    for s in shown:
        where = f", {words.literal(s.area)}" if s.area else ""
        lines.append(f"- **{words.literal(s.name)}** ({s.category}{where})")
    lines.append(
        f"I have no checked restaurants, so I do not name any. ({d.source.name}, estimate)"
    )
    lines += [beside] if beside else []
    return (Text(markdown="\n".join(lines)),)


async def area_answer(turn: Turn) -> Screen:
    d = await known_destination(turn)
    first, _ = days_asked(turn, d)
    plan = turn.trip.plan if turn.trip else None
    sights = await turn.travel.places.sights(d, first, first)
    chosen = {s.sight_id for s in plan.visits()} if plan else set()
    counted: dict[str, int] = {}
    for s in sights:
        if s.area and (s.id in chosen if chosen else s.rank <= 2):
            counted[s.area] = counted.get(s.area, 0) + 1
    best = sorted(counted, key=lambda a: (-counted[a], a))[:3]
    if not best:
        return (Text(markdown=f"I have no data on the quarters of {d.name}."),)
    what = "of your stops" if chosen else "of the main sights"
    listed = "\n".join(f"- **{words.literal(a)}**: {counted[a]} {what}" for a in best)
    return (
        Text(
            markdown=f"For short ways in {d.name}, stay in or near:\n{listed}\n\n"
            "I have no checked data on hotels, noise or prices, so I do not name a house."
        ),
    )


async def transport_answer(turn: Turn) -> Screen:
    destination = await destination_asked(turn)
    text = (
        "I have no timetables or tickets for trains, buses and ferries, so I do not guess them; "
        "the railway's own site has them."
    )
    if destination is not None and destination.airports:
        a = destination.airports[0]
        text += (
            f" From the airport {a.iata} to the middle of {destination.name} it is about "
            f"{round(a.km)} km, {words.minutes(a.transfer_min)} ({destination.source.name})."
        )
    return (Text(markdown=text),)
