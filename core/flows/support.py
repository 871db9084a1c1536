"""Support: before and during the trip, answered from the stored plan and dated facts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import words
from core.cards import day_card, day_of, is_running, next_stop
from core.choices import choice
from core.errors import Rejected, Unavailable
from core.flows import country
from core.flows.account import HELP
from core.messages import Choice, Choices, Pin, Text
from core.naming import best_named
from core.reading import ChangeKind, Intent, Topic
from core.resolving import destination_of, place_of
from core.tools import travel_tools
from core.travel import CountryFacts, DayWeather, Destination, Place, Sight
from core.trips import Day, Plan, Stop, StopKind
from core.turn import Screen, Turn
from core.wording import word

SOURCE_SECONDS = 2.0
_FOOD = re.compile(r"restaurant|food|eat|dinner|lunch|breakfast|caf[eé]|bar", re.I)
_COUNTRY_TOPICS: dict[Topic, Callable[[CountryFacts], str]] = {
    Topic.EMERGENCY: country.emergency,
    Topic.PLUGS: country.plugs,
    Topic.TIPPING: country.tipping,
    Topic.PHRASES: country.phrases,
    Topic.WATER: country.water,
    Topic.LANGUAGE: country.languages,
    Topic.DRIVING: country.driving,
    Topic.ENTRY: country.entry,
}


class Support:
    """Practical questions, and everything that is none of the other flows' business."""

    name = "support"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        intent = turn.request.intent
        if turn.message.unsupported or turn.request.about == "old button":
            yield _cannot_read(turn)
            return
        if intent is Intent.THANKS:
            draft = "With pleasure. Have a good journey!"
            async for said in word(turn, file="support", name="chat", draft=draft):
                yield (Text(markdown=said),)
            return
        detail = _suggestion(turn)
        if turn.request.topic is None and detail is not None:
            text, options = _details(turn, detail)
            async for said in word(turn, file="support", name="answer", draft=text.markdown):
                yield (Text(markdown=said), options)
            return
        if turn.request.topic is None and _FOOD.search(turn.request.about):
            turn.request = turn.request.model_copy(update={"topic": Topic.FOOD})
        if turn.request.topic is None:
            async for screen in _chat(turn):
                yield screen
            return
        turn.update(module="support")
        screen = await _answer(turn, turn.request.topic)
        first = screen[0]
        assert isinstance(first, Text)
        async for said in word(turn, file="support", name="answer", draft=first.markdown):
            yield (Text(markdown=said), *screen[1:])


def _cannot_read(turn: Turn) -> Screen:
    what = turn.message.unsupported
    if what:
        return (
            Text(markdown=f"I cannot read a {what} yet. Please write it to me in a few words."),
        )
    return (Text(markdown="That button is from an earlier answer. Please write what you need."),)


async def _chat(turn: Turn) -> AsyncIterator[Screen]:
    """Free conversation with a model; without one, what can be said next."""
    options = [choice("ideas", "", "Ideas where to go")]
    if turn.trip and turn.trip.plan:
        options.append(choice("ask", Topic.NEXT, "What is next?"))
    options.append(choice("help", "", "What can you do?"))
    offered = Choices(options=turn.offer(*options))
    if turn.model.words:
        draft = ""
        tools = travel_tools(turn.travel, turn.now)
        async for said in word(turn, file="support", name="chat", draft=draft, tools=tools):
            yield (Text(markdown=said or _lost(turn)),)
        return
    yield (Text(markdown=_lost(turn)), offered)


def _lost(turn: Turn) -> str:
    if turn.session.turns <= 1 and not turn.session.greeted:
        turn.update(greeted=True)
        return HELP
    return (
        "I did not understand that. Tell me where or when you want to go, what to change, or what "
        "you need to know there; “help” lists what I can do."
    )


async def _answer(turn: Turn, topic: Topic) -> Screen:
    """The answer of code to a question about `topic`; its first part is the text."""
    if topic in _COUNTRY_TOPICS:
        facts = await _country(turn)
        return (Text(markdown=_COUNTRY_TOPICS[topic](facts)),)
    answers: dict[Topic, Callable[[Turn], Awaitable[Screen]]] = {
        Topic.NEXT: _next,
        Topic.RAIN: _rain,
        Topic.CLOSED: _closed,
        Topic.WEATHER: _weather,
        Topic.MONEY: _money,
        Topic.TIME: _time,
        Topic.PACKING: _packing,
        Topic.EVENTS: _events,
        Topic.HOURS: _hours,
        Topic.LATE: _late,
        Topic.BOOKING: _booking,
        Topic.AREA: _area,
        Topic.COST: _cost,
        Topic.TRANSPORT: _transport,
        Topic.FOOD: _food,
    }
    return await answers[topic](turn)


# --- what the question is about ----------------------------------------------------------------


async def _place(turn: Turn) -> Place | None:
    """The place named in the message."""
    named = turn.request.wish.destinations
    return await place_of(named[0], turn.travel) if named else None


async def _destination(turn: Turn) -> Destination | None:
    """The destination named, else that of the open trip, else the one being talked about."""
    places = turn.travel.places
    named = turn.request.wish.destinations
    if named:
        found = destination_of(named[0], turn.travel)
        if found is not None:
            return found
        place = await place_of(named[0], turn.travel)
        return places.destination(place.destination_id) if place else None
    if turn.trip is not None and turn.trip.plan is not None:
        return places.destination(turn.trip.plan.destination_id)
    wished = turn.session.wish.destinations
    return destination_of(wished[0], turn.travel) if wished else None


async def _country(turn: Turn) -> CountryFacts:
    place = await _place(turn)
    code = place.country if place else ""
    if not code:
        destination = await _destination(turn)
        code = destination.country if destination else ""
    if not code:
        turn.update(asked="destination")
        raise Rejected("For which country? Tell me, and I look it up.")
    facts = turn.travel.places.country(code)
    if facts is None:
        name = place.name if place else code
        raise Rejected(f"I have no checked facts about {words.literal(name)} yet.")
    return facts


async def _known(turn: Turn) -> Destination:
    destination = await _destination(turn)
    if destination is None:
        turn.update(asked="destination")
        raise Rejected("For which place? Tell me where you are or where you are going.")
    return destination


def _plan(turn: Turn) -> Plan:
    if turn.trip is None or turn.trip.plan is None:
        raise Rejected("There is no plan yet. Tell me where and when, and I make one.")
    return turn.trip.plan


def _asked_day(turn: Turn, plan: Plan) -> Day:
    """The day asked about; else today on the road; else the first one."""
    day = day_of(plan, turn.request.day, turn.request.on)
    if day is not None:
        return day
    today = turn.now.astimezone(ZoneInfo(plan.timezone)).date()
    return day_of(plan, None, today) or plan.days[0]


async def _sights(turn: Turn, plan: Plan) -> dict[str, Sight]:
    destination = turn.travel.places.destination(plan.destination_id)
    if destination is None:
        return {}
    found = await turn.travel.places.sights(destination, plan.first_day, plan.last_day)
    return {s.id: s for s in found}


# --- the trip ----------------------------------------------------------------------------------


async def _next(turn: Turn) -> Screen:
    plan = _plan(turn)
    local = turn.now.astimezone(ZoneInfo(plan.timezone))
    if turn.request.day is not None or turn.request.on is not None:
        day = day_of(plan, turn.request.day, turn.request.on)
        if day is None:
            raise Rejected(f"The plan runs {words.span(plan.first_day, plan.last_day)}.")
        return (Text(markdown=day_card(day, plan.days.index(day) + 1)),)
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
    now = f"It is {words.clock(local)} in {plan.destination}."
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
        text += f" The way takes about {words.minutes(stop.leg.minutes)}."
    if stop.checks:
        text += f" Note: {stop.checks[0]}."
    later = [s for s in day.stops if s.start > stop.start]
    if later:
        after = ", ".join(f"{words.clock(s.start)} {words.literal(s.title)}" for s in later[:3])
        text += f"\nThen: {after}."
    return text


def _pin(stop: Stop) -> tuple[Pin, ...]:
    if stop.kind is not StopKind.VISIT:
        return ()
    return (Pin(title=stop.title, lat=stop.point.lat, lon=stop.point.lon),)


async def _rain(turn: Turn) -> Screen:
    plan = _plan(turn)
    day = _asked_day(turn, plan)
    sights = await _sights(turn, plan)
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
                f"**{words.literal(swap.name)}**, indoors and open then"
            )
        else:
            lines.append(
                f"- {words.clock(stop.start)} {words.literal(stop.title)}: I have nothing indoors "
                "that is open at that time; take a long break or a café"
            )
    options = (
        choice("change", ChangeKind.INDOOR, "Change the rainy days"),
        choice("ask", Topic.WEATHER, "Weather"),
    )
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*options)))


async def _closed(turn: Turn) -> Screen:
    plan = _plan(turn)
    stop = _named_stop(turn, plan)
    if stop is None:
        coming = next_stop(plan, turn.now)
        stop = coming[1] if coming and coming[1].kind is StopKind.VISIT else plan.visits()[0]
    sights = await _sights(turn, plan)
    known = f"My hours for it: {stop.hours_text}." if stop.hours_text else "I have no hours for it."
    lines = [
        f"If **{words.literal(stop.title)}** is closed: I am sorry. {known} "
        f"Source: {stop.source.name}, {stop.source.fetched_at:%b %Y}."
    ]
    swap = sights.get(stop.swap_sight_id)
    if swap is not None:
        lines.append(f"Open at that time and near: **{words.literal(swap.name)}**.")
    lines.append(f"Say “remove {words.literal(stop.title)}”, and I close the gap.")
    return (Text(markdown="\n".join(lines)),)


def _named_stop(turn: Turn, plan: Plan) -> Stop | None:
    visits = plan.visits()
    found = best_named(turn.request.about, [(s.id, s.title) for s in visits])
    return next((s for s in visits if s.id == found), None)


async def _late(turn: Turn) -> Screen:
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


async def _hours(turn: Turn) -> Screen:
    destination = await _known(turn)
    plan = turn.trip.plan if turn.trip else None
    on = turn.request.on
    if on is None and plan is not None and plan.destination_id == destination.id:
        on = _asked_day(turn, plan).day
    on = on or turn.now.astimezone(ZoneInfo(destination.timezone)).date()
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
        listed = words.listing(f"{_hm(s.start)}–{_hm(s.end)}" for s in spans)
        text = f"**{name}** is open {listed} on {words.day(on)}."
    if sight.hours_confidence != "high":
        text += " Please check: I am not sure of these hours."
    return f"{text} ({sight.source.name}, {sight.source.fetched_at:%b %Y})"


def _hm(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


# --- facts about the place ---------------------------------------------------------------------


async def _weather(turn: Turn) -> Screen:
    destination = await _known(turn)
    first, last = _span(turn, destination)
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
    if forecast:
        lines.append(f"_Forecast: {words.source(forecast[0].source, turn.now)}_")
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


def _span(turn: Turn, destination: Destination) -> tuple[date, date]:
    """The days asked about: as said, else those of the trip, else the next week there."""
    when = turn.request.wish.when
    if turn.request.on is not None:
        return turn.request.on, turn.request.on
    if when is not None:
        first = when.first or when.earliest
        if first is not None:
            return first, when.last or when.latest or first
    plan = turn.trip.plan if turn.trip else None
    if plan is not None and plan.destination_id == destination.id:
        return plan.first_day, plan.last_day
    today = turn.now.astimezone(ZoneInfo(destination.timezone)).date()
    return today, today + timedelta(days=6)


async def _events(turn: Turn) -> Screen:
    destination = await _known(turn)
    first, last = _span(turn, destination)
    found = await turn.travel.events.between(destination, first, last)
    if not found:
        return (
            Text(
                markdown=f"I know of no public holiday or yearly event in {destination.name} "
                f"{words.span(first, last)}. Concerts and sport I cannot see yet."
            ),
        )
    lines = [f"**{destination.name}, {words.span(first, last)}**"]
    for e in found:
        sure = "" if e.certain else " (check the dates)"
        lines.append(f"- {words.span(e.first, e.last)}: {words.literal(e.name)}{sure}")
    return (Text(markdown="\n".join(lines)),)


async def _time(turn: Turn) -> Screen:
    place = await _place(turn)
    name, zone = (place.name, place.timezone) if place else ("", "")
    if not zone:
        destination = await _known(turn)
        name, zone = destination.name, destination.timezone
    local = turn.now.astimezone(ZoneInfo(zone))
    return (
        Text(
            markdown=f"In {words.literal(name)} it is {words.clock(local)}, "
            f"{words.day(local.date())} ({zone})."
        ),
    )


async def _money(turn: Turn) -> Screen:
    request = turn.request
    base = request.currency or turn.profile.value("currency") or "EUR"
    quote = request.to_currency
    if not quote:
        facts = await _country(turn)
        quote = facts.currency
    if base == quote:
        return (Text(markdown=f"They pay in {quote} there, as you do."),)
    try:
        async with asyncio.timeout(SOURCE_SECONDS):
            rate = await turn.travel.rates.rate(base, quote)
    except (Unavailable, TimeoutError) as error:
        raise Rejected(f"I have no rate between {base} and {quote} right now.") from error
    count = request.amount if request.amount is not None else 1
    value = float(count) * rate.rate
    shown = f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
    return (
        Text(
            markdown=f"{base} {count:,} is about {quote} {shown} "
            f"({rate.source.name}, rate of {words.day(rate.day, year=True)})."
        ),
    )


async def _packing(turn: Turn) -> Screen:
    destination = await _known(turn)
    first, last = _span(turn, destination)
    c = destination.climate[(first + (last - first) / 2).month - 1]
    lines = [
        f"**For {destination.name}** (typically {round(c.tmin_c)}–{round(c.tmax_c)} °C, rain on "
        f"{round(c.rain_days)} days of the month):"
    ]
    if c.tmax_c >= 24:
        lines.append("- light clothes, hat, sun cream")
    if c.tmin_c < 12:
        lines.append("- a warm layer for the evening")
    if c.tmax_c < 8:
        lines.append("- winter coat, gloves, warm shoes")
    if c.rain_days >= 7:
        lines.append("- a rain jacket")
    if c.sea_c is not None and c.sea_c >= 19:
        lines.append("- swimwear")
    lines.append("- shoes for long walks, passport or identity card, any medicine you take")
    facts = turn.travel.places.country(destination.country)
    if facts is not None and facts.plug_types:
        lines.append(f"- plug adapter: type {words.listing(facts.plug_types, 'or')}")
    return (Text(markdown="\n".join(lines)),)


async def _cost(turn: Turn) -> Screen:
    d = await _known(turn)
    return (
        Text(
            markdown=f"In {d.name} one person spends about {words.amount(d.daily_low, d.currency)} "
            f"(simple), {words.amount(d.daily_mid, d.currency)} (middling) or "
            f"{words.amount(d.daily_high, d.currency)} (generous) a day on food, tickets and "
            f"getting around; a plain meal is about {words.amount(d.meal_mid, d.currency)}. "
            f"Flights and hotel are not in it. Estimate: {d.source.name}."
        ),
    )


async def _food(turn: Turn) -> Screen:
    """Where the food is, as far as the atlas knows it, and what a meal costs."""
    d = await _known(turn)
    first, _ = _span(turn, d)
    sights = await turn.travel.places.sights(d, first, first)
    tasty = [s for s in sights if s.category == "market" or {"food", "wine"} & set(s.tags)]
    lines = [f"A plain meal in {d.name} is about {words.amount(d.meal_mid, d.currency)}."]
    for s in sorted(tasty, key=lambda s: (s.rank, s.id))[:4]:
        where = f", {words.literal(s.area)}" if s.area else ""
        lines.append(f"- **{words.literal(s.name)}** ({s.category}{where})")
    lines.append(
        f"I have no checked restaurants, so I do not name any. ({d.source.name}, estimate)"
    )
    return (Text(markdown="\n".join(lines)),)


def _suggestion(turn: Turn) -> Destination | None:
    """The suggestion that "tell me more about the second" means."""
    shown = turn.session.suggested
    pick = turn.request.pick
    if pick is None or not shown or turn.request.intent is not Intent.SUPPORT:
        return None
    index = pick - 1 if pick > 0 else len(shown) + pick
    return turn.travel.places.destination(shown[index]) if 0 <= index < len(shown) else None


_STRONG = 3


def _details(turn: Turn, d: Destination) -> tuple[Text, Choices]:
    """What the atlas has on a suggestion, on one screen."""
    months = words.listing(words.MONTH_NAMES[m - 1] for m in d.best_months)
    strong = [name for name, level in d.vibes.items() if level == _STRONG]
    country = turn.travel.places.country(d.country)
    lines = [
        f"**{d.name}**, {country.name if country else d.country}",
        f"Best in {months}. Stay {d.stay_min} to {d.stay_max} days.",
        f"Strong on {words.listing(strong)}." if strong else "",
        f"A day costs one person about {words.amount(d.daily_low, d.currency)} to "
        f"{words.amount(d.daily_high, d.currency)}, without room and flights.",
        f"_{d.source.name}, estimates._",
    ]
    options = turn.offer(
        choice("plan", d.id, f"Plan {d.name}"),
        choice("save", d.id, f"Save {d.name}"),
        choice("drop", d.id, f"Dismiss {d.name}"),
        choice("more", "", "More ideas"),
    )
    return Text(markdown="\n".join(x for x in lines if x)), Choices(options=options)


async def _area(turn: Turn) -> Screen:
    d = await _known(turn)
    first, _ = _span(turn, d)
    plan = turn.trip.plan if turn.trip else None
    sights = await turn.travel.places.sights(d, first, first)
    chosen = {s.sight_id for s in plan.visits()} if plan and plan.destination_id == d.id else set()
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


async def _transport(turn: Turn) -> Screen:
    destination = await _destination(turn)
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


async def _booking(turn: Turn) -> Screen:
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
