"""How a plan looks in a chat: short first, one screen a day, every estimate called one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core import words
from core.gathering import Facts
from core.travel import Confidence, Event, EventKind, Rate
from core.trips import Day, Plan, Stop, StopKind, Trip
from core.wishes import Wish

FREE_TIME = timedelta(hours=2, minutes=30)  # a gap that is worth a line
SOLD_SHOWN = 2  # events on sale a day; a city has dozens
_TICKET = "ticket for "
_KIND_WORDS = {StopKind.LUNCH: "Lunch", StopKind.DINNER: "Dinner"}


def plan_card(
    trip: Trip, plan: Plan, facts: Facts, wish: Wish, now: datetime, others: Sequence[Facts] = ()
) -> str:
    """The whole plan as Markdown: head, days, costs, what is assumed and not known.

    `facts` are those of the first town, `others` those of the towns after it.
    """
    blocks = [_head(plan, facts, wish), *day_cards(plan)]
    blocks.append(_costs(plan, facts, wish))
    blocks.append(_small_print(plan, (facts, *others), now))
    return "\n\n".join(b for b in blocks if b)


def day_cards(plan: Plan) -> list[str]:
    """A card for each day, and a line where the next town begins."""
    spanning, blocks = spanning_events(plan), []
    for n, d in enumerate(plan.days, 1):
        town = plan.town_on(d.day)
        if plan.stages and d.day == town.first:
            blocks.append(
                f"**📍 {words.literal(town.destination)}, {words.span(town.first, town.last)}**"
            )
        blocks.append(day_card(d, n, without=spanning))
    return blocks


def head_lines(plan: Plan, wish: Wish) -> list[str]:
    """Where, when, how many days, at which pace, who."""
    who = words.party(wish.party) if wish.party else "1 traveller"
    return [
        f"**{words.literal(plan.destination)}, {words.span(plan.first_day, plan.last_day)}**",
        f"{words.plural(len(plan.days), 'day')}, {plan.pace} pace, {who}",
    ]


def _head(plan: Plan, facts: Facts, wish: Wish) -> str:
    lines = head_lines(plan, wish)
    spanning = spanning_events(plan)
    lines += [event_line(e) for e in plan.days[0].events if e.id in spanning]
    if facts.flights is not None:
        f = facts.flights
        links = " · ".join(f"[{label}]({url})" for label, url in f.links[:2])
        lines.append(
            f"✈️ {f.origin}–{f.destination}: about {f.hours:.1f} h, return "
            f"{words.amount(f.low.amount, f.low.currency)}–"
            f"{words.amount(f.high.amount, f.high.currency)} each (estimate). Search: {links}"
        )
    assumed = []
    if plan.arrival_at and wish.arrive_at is None:
        assumed.append(f"land at {words.clock(plan.arrival_at)}")
    if plan.departure_at and wish.leave_at is None:
        assumed.append(f"fly back at {words.clock(plan.departure_at)}")
    if assumed:
        lines.append(f"I assumed that you {words.listing(assumed)}; tell me your times.")
    return "\n".join(lines)


def spanning_events(plan: Plan) -> frozenset[str]:
    """The events of every day of a trip of several days; named once, not every day."""
    if len(plan.days) < 2:
        return frozenset()
    shared = set.intersection(*({e.id for e in d.events} for d in plan.days))
    return frozenset(shared)


def day_card(day: Day, number: int, without: frozenset[str] = frozenset()) -> str:
    """One day: weekday, weather, events but those in `without`, then a line a stop."""
    head = f"**Day {number} · {words.day(day.day)}**"
    if day.weather is not None:
        label = "typically " if day.weather.typical else ""
        head += f" · {label}{words.weather(day.weather)}"
    lines = [head, *_event_lines([e for e in day.events if e.id not in without])]
    for before, stop in zip((None, *day.stops), day.stops, strict=False):
        way = timedelta(minutes=stop.leg.minutes if stop.leg else 0)
        if before is not None and stop.start - way - before.end >= FREE_TIME:
            until = stop.start - way
            until -= timedelta(minutes=until.minute % 5)
            start, end = words.clock(before.end), words.clock(until)
            lines.append(f"- {start}–{end} time of your own")
        lines.append(_stop_line(stop))
    if not day.stops:
        lines.append("- time of your own")
    return "\n".join(lines)


def _event_lines(events: Sequence[Event]) -> list[str]:
    """Every holiday and festival; of what is sold two that take place, and how many more."""
    known = [e for e in events if e.source.confidence is Confidence.CURATED]
    sold = [e for e in events if e not in known and e.status in ("", "moved")]
    lines = [event_line(e) for e in (*known, *sold[:SOLD_SHOWN])]
    more = len(sold) - SOLD_SHOWN
    return lines + ([f"_{words.plural(more, 'more event')}: ask “events”_"] if more > 0 else [])


def event_words(event: Event) -> str:
    """ "20:00 Rock em Rio, Parque Tejo, from EUR 69.00 ([Ticketmaster](…))"."""
    text = words.literal(event.name)
    if event.starts_at is not None:
        text = f"{words.clock(event.starts_at)} {text}"
    if event.venue:
        text += f", {words.literal(event.venue)}"
    if event.price_from is not None:
        text += f", from {words.exact(event.price_from.amount, event.price_from.currency)}"
    if event.status:
        text += f", **{event.status}**"
    if event.url and event.source.confidence is not Confidence.CURATED:
        text += f" ([{event.source.name}]({event.url}))"
    return text


def event_line(event: Event) -> str:
    """An event of a day as a line of its card."""
    if event.starts_at is not None or event.source.confidence is not Confidence.CURATED:
        return f"_{event_words(event)}_"
    if event.kind is EventKind.HOLIDAY:
        return f"_Public holiday: {words.literal(event.name)}_"
    unsure = "" if event.certain else f" ({event_days(event)}; check the dates)"
    return f"_{words.literal(event.name)}{unsure}_"


def event_days(event: Event) -> str:
    """Its days; "usually in November" when only the month is known."""
    if event.certain or event.first == event.last:
        return words.span(event.first, event.last)
    return f"usually in {words.MONTH_NAMES[event.first.month - 1]}"


def _stop_line(stop: Stop) -> str:
    at = f"{words.clock(stop.start)}–{words.clock(stop.end)}"
    if stop.kind in _KIND_WORDS:
        return f"- {at} {_KIND_WORDS[stop.kind]}"
    if stop.kind is StopKind.ARRIVAL:
        text = f"- {words.clock(stop.start)} {stop.title}, in town by {words.clock(stop.end)}"
        return f"{text} (about {words.money(stop.cost)}, estimate)" if stop.cost else text
    if stop.kind is StopKind.DEPARTURE:
        return f"- {words.clock(stop.start)} {stop.title}"
    text = f"- {at} **{words.literal(stop.title)}**"
    extras = []
    if stop.leg is not None and stop.leg.minutes >= 5:
        extras.append(f"{words.way(stop.leg.minutes)} {_mode(stop.leg.mode)}")
    if stop.cost is not None:
        extras.append("free" if stop.cost.amount == 0 else f"about {words.money(stop.cost)}")
    if stop.booked:
        extras.append("fixed")
    elif stop.book_ahead:
        extras.append("reserve ahead")
    extras += [_short(check) for check in stop.checks]
    return f"{text} ({', '.join(extras)})" if extras else text


def _short(check: str) -> str:
    """The note of a stop in a few words: "check hours"."""
    if check.startswith("Opening hours are not known"):
        return "check hours"
    short = check.partition(":")[0].rstrip(".")
    return short[:1].lower() + short[1:]


def _mode(mode: str) -> str:
    return {"walk": "on foot", "transit": "by transit", "drive": "by car"}.get(mode, mode)


def _costs(plan: Plan, facts: Facts, wish: Wish) -> str:
    """What it costs everybody, in the traveller's currency, the local sum in brackets."""
    if plan.budget is None:
        return ""
    rate = Decimal(1)
    if plan.budget.currency != facts.currency:
        if facts.rate is None:
            return ""
        rate = Decimal(str(facts.rate))
    parts = [
        (name.removesuffix(" (estimate)"), (value / rate).quantize(Decimal(1)))
        for name, value in plan.budget.lines
        if value
    ]
    total = sum((v for _, v in parts), Decimal(0))
    listed = ", ".join(f"{name} {words.amount(v, facts.currency)}" for name, v in parts)
    text = f"💶 {words.capital(words.about(total, facts.currency))} for all: {listed}. Estimates"
    if facts.currency != plan.budget.currency:
        local = words.amount(plan.budget.total, plan.budget.currency)
        text += f"; that is {local} there"
    text += "."
    if wish.budget is not None:
        said = words.amount(wish.budget.amount, wish.budget.currency or facts.currency)
        scope = {"person": " a person", "day": " a day", "person_day": " a person and day"}
        text += f" Your limit: {said}{scope.get(wish.budget.scope or '', '')}"
        text += " with flights." if wish.budget.includes_flights else "."
    if plan.budget.unknown:
        text += f" Not in it: {words.listing(_not_counted(plan.budget.unknown))}."
    return text


def _not_counted(unknown: Sequence[str]) -> list[str]:
    """What is not in the sum; the tickets that nobody knows the price of in one breath."""
    tickets = [u.removeprefix(_TICKET) for u in unknown if u.startswith(_TICKET)]
    rest = [u for u in unknown if not u.startswith(_TICKET)]
    if len(tickets) < 2:
        return [*rest, *(_TICKET + name for name in tickets)]
    return [*rest, f"tickets for {len(tickets)} stops ({', '.join(tickets)})"]


def _small_print(plan: Plan, towns: Sequence[Facts], now: datetime) -> str:
    lines = [f"⚠️ {note}" for note in plan.notes]
    lines += [
        f"⚠️ {who} did not answer, so this is missing: {missing}."
        for who, missing in towns[0].silent
    ]
    unsure = [s.title for s in plan.visits() if s.hours_unsure]
    if unsure:
        lines.append(
            f"“check hours” means that I am not sure of them: {words.plural(len(unsure), 'stop')}."
        )
    told = ["Checked: opening times, travel times, meals and margins."]
    if places := sorted({_source_words(s, now) for s in plan.visits()}):
        told.append(f"Places: {words.listing(places)}.")
    if found := sorted({words.credit(s, now) for town in towns for s in town.found}):
        told.append(f"Addresses: {words.listing(found)}.")
    if ways := sorted({s.leg.source for d in plan.days for s in d.stops if s.leg and s.leg.source}):
        told.append(f"Ways on foot: {words.listing(ways)}.")
    told.append(f"Weather: {_sky(plan, now)}.")
    told += sorted({_rate(t.rated, now) for t in towns if t.rated is not None})
    return "\n".join([*lines, f"_{' '.join(told)}_"])


def _sky(plan: Plan, now: datetime) -> str:
    """Whose weather it is, and how sure."""
    days = [d.weather for d in plan.days if d.weather]
    if not days:
        return "not known"
    kind = "typical values, no forecast yet" if all(w.typical for w in days) else "forecast"
    if unsure := [w.day for w in days if w.low_confidence]:
        kind += f", unsure from {words.day(min(unsure))} on"
    return f"{words.listing(sorted({words.credit(w.source, now) for w in days}))}, {kind}"


def _rate(rate: Rate, now: datetime) -> str:
    return f"Exchange rate: {words.source(rate.source, now)}, of {words.day(rate.day)}."


def _source_words(stop: Stop, now: datetime) -> str:
    source = stop.source
    if source.confidence is Confidence.CURATED:
        return f"{words.source(source, now)} ({source.fetched_at:%b %Y})"
    if source.attribution:  # of a live source each stop has an address of its own: one line for all
        source = source.model_copy(update={"name": source.attribution, "url": ""})
    return words.source(source, now)


def day_of(plan: Plan, number: int | None, on: object = None) -> Day | None:
    """The day with this number (from 1) or date; None when the plan has no such day."""
    for n, day in enumerate(plan.days, 1):
        if n == number or (on is not None and day.day == on):
            return day
    return None


def next_stop(plan: Plan, moment: datetime) -> tuple[Day, Stop] | None:
    """The first stop that has not ended at `moment`."""
    for day in plan.days:
        for stop in day.stops:
            if stop.end > moment:
                return day, stop
    return None


def is_running(plan: Plan, moment: datetime) -> bool:
    """True from one day before the first day to the end of the last one, in the local calendar."""
    local = moment.astimezone(plan.days[0].stops[0].start.tzinfo) if plan.days[0].stops else moment
    return plan.first_day - timedelta(days=1) <= local.date() <= plan.last_day
