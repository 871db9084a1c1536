"""What planning has to know first, where to and when: found, or asked for with options."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core import words
from core.choices import choice
from core.contradictions import contradictions
from core.making import Made
from core.messages import Choices, Text
from core.naming import folded
from core.ranking import distance_km
from core.resolving import (
    check_dates,
    date_options,
    destination_of,
    known_at,
    narrow,
    place_of,
)
from core.travel import Destination, Point
from core.trips import Plan, Stop
from core.turn import Screen, Turn
from core.wishes import Mention, When, Wish


async def towns_or_question(turn: Turn, wish: Wish) -> tuple[tuple[Destination, ...], Screen]:
    """The destinations meant, in the order they were said, or the screen that asks for one.

    A country beside towns only says where they are.
    """
    towns = [m for m in wish.destinations if m.kind not in ("country", "state")]
    if len(towns) < 2:
        only = towns or wish.destinations[:1]
        found, screen = await destination_or_question(turn, only[0] if only else None)
        return ((found,) if found else ()), screen
    all_found: dict[str, Destination] = {}
    for mention in towns:
        found, screen = await destination_or_question(turn, mention)
        if found is None:
            return (), screen
        all_found[found.id] = found
    return tuple(all_found.values()), ()


async def destination_or_question(
    turn: Turn, named: Mention | None
) -> tuple[Destination | None, Screen]:
    """The destination meant, or the screen that asks for it."""
    if named is None:
        turn.update(asked="destination")
        suggested = [turn.travel.places.destination(i) for i in turn.session.suggested]
        options = [choice("plan", d.id, d.name) for d in suggested if d is not None]
        options.append(choice("ideas", "", "Give me ideas"))
        return None, (Text(markdown="Where to?"), Choices(options=turn.offer(*options)))
    found = destination_of(named, turn.travel)
    if found is not None:
        return found, ()
    if not named.kind and not named.id and (both := await namesakes(turn, named.text)):
        return None, both
    place = await place_of(named, turn.travel)
    if place is None:
        turn.update(asked="destination")
        return None, (
            Text(
                markdown=f"I do not know a place called “{words.literal(named.text)}”. "
                "How else is it called, or what is the nearest town?"
            ),
            Choices(options=turn.offer(choice("ideas", "", "Give me ideas"))),
        )
    if (known := known_at(place, turn.travel)) is not None:
        return known, ()
    return None, _not_in_atlas(turn, place.name, place.kind, place.country, place.point)


async def namesakes(turn: Turn, name: str) -> Screen:
    """The question which one is meant, when a country and a state share a name."""
    options = []
    for kind, words_for in (("country", "the country"), ("state", "the state")):
        found = await turn.travel.geocoder.find(name, kind=kind)
        if not found or found[0].kind != kind or folded(found[0].name) != folded(name):
            return ()
        options.append(choice("in", f"{kind}:{found[0].name}", f"{found[0].name}, {words_for}"))
    turn.update(asked="destination")
    return (
        Text(markdown=f"Which {words.literal(name.title())} do you mean?"),
        Choices(options=turn.offer(*options)),
    )


def _not_in_atlas(turn: Turn, name: str, kind: str, country: str, point: Point) -> Screen:
    turn.update(asked="destination")
    everything = turn.travel.places.destinations()
    if kind == "country":
        near = [d for d in everything if d.country == country]
        head = f"In {words.literal(name)} I have checked data for:"
        if not near:
            head = f"I have no checked data on {words.literal(name)} yet."
    else:
        near = sorted(everything, key=lambda d: distance_km(d.center, point))[:3]
        near = [d for d in near if distance_km(d.center, point) < 400]
        head = (
            f"I know where {words.literal(name)} is, but I have no checked sights there, and I do "
            "not invent any."
        )
        if near:
            head += " Near it I can plan:"
    options = [choice("plan", d.id, f"Plan {d.name}") for d in near[:6]]
    options.append(choice("ideas", "", "Give me ideas"))
    return (Text(markdown=head), Choices(options=turn.offer(*options)))


def dates_or_question(
    turn: Turn, wish: Wish, towns: Sequence[Destination], where: str = ""
) -> tuple[tuple[date, date] | None, Screen]:
    """The dates meant; when the window is wide, one question with options to tap.

    `where` names the towns together ("Japan") while it is not settled which ones they are.
    """
    today = turn.now.date()
    when, destination = wish.when, towns[0]
    if when is not None and when.exact:
        assert when.first is not None and when.last is not None
        check_dates(when.first, when.last, today)
        return (when.first, when.last), ()
    options = date_options(wish, today)
    if options and narrow(wish):
        first, last = options[0]
        check_dates(first, last, today)
        turn.update(wish=wish.with_news(Wish(when=When(first=first, last=last))))
        return (first, last), ()
    turn.update(asked="dates")
    if not options:
        usual = 3 if len(towns) == 1 else sum(d.stay_typical for d in towns)
        nights = when.nights if when and when.nights else min(usual, 29)
        best = _next_good_months(destination, today)
        options = [(d, d + timedelta(days=nights)) for d in best]
        names = where or words.listing(d.name for d in towns)
        text = f"When do you want to be in {names}? These are good times there."
    else:
        month = words.MONTH_NAMES[options[0][0].month - 1]
        text = f"{where or destination.name} in {month}."
        if destination.climate:
            c = destination.climate[options[0][0].month - 1]
            there = f" in {destination.name}" if where else ""
            text = (
                f"{where or destination.name} in {month}: typically {round(c.tmax_c)} °C by day, "
                f"rain on {round(c.rain_days)} days{there} ({c.source.name})."
            )
    tapped = [choice("dates", f"{a}/{b}", words.span(a, b)) for a, b in options]
    return None, (
        Text(markdown=f"{text} Which dates? Tap some, or write your own."),
        Choices(options=turn.offer(*tapped)),
    )


def _next_good_months(destination: Destination, today: date) -> list[date]:
    """A Friday in the middle of each of the next three good months."""
    found: list[date] = []
    year, month = today.year, today.month
    for _ in range(18):
        month += 1
        if month > 12:
            year, month = year + 1, 1
        if month in destination.best_months or not destination.best_months:
            middle = date(year, month, 12)
            found.append(middle + timedelta(days=(4 - middle.weekday()) % 7))
        if len(found) == 3:
            break
    return found


def contradiction_or_none(turn: Turn, wish: Wish, made: Made) -> Screen:
    """The question which of two hard wishes holds; empty when they can all be kept."""
    sights = [s for town in made.towns for s in town.sights]
    found = contradictions(wish, sights)
    if not found:
        return ()
    first = found[0]
    turn.update(asked="contradiction")
    refused = f"no {words.literal(first.refused)}" if first.refused else "to leave it out"
    which = f"{first.must}/{first.refusal}"
    without = f"No {first.refused} at all" if first.refused else f"Without {first.wanted}"
    return (
        Text(
            markdown=f"You want **{words.literal(first.wanted)}**, and you also said {refused}. "
            "Both cannot hold: which one counts?"
        ),
        Choices(
            options=turn.offer(
                choice("settle", f"keep/{which}", f"Keep {first.wanted}"[:60]),
                choice("settle", f"drop/{which}", without[:60]),
            )
        ),
    )


def booked_or_dropped(turn: Turn, plan: Plan, stop: Stop) -> Screen:
    """What is booked is taken out by nobody but the traveller."""
    turn.update(asked="contradiction")
    number = [s.id for s in plan.visits()].index(stop.id)
    return (
        Text(
            markdown=f"**{words.literal(stop.title)}** is booked for {words.day(stop.start.date())}"
            f", {words.clock(stop.start)}: you decide. I can cancel no booking; shall it go?"
        ),
        Choices(
            options=turn.offer(
                choice("unbook", str(number), f"Drop {stop.title}"[:60]),
                choice("settle", "keep", f"Keep {stop.title}"[:60]),
            )
        ),
    )
