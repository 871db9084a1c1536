"""What a practical question is about: the place, the country, the plan, the days."""

from __future__ import annotations

from datetime import date, timedelta

from core import words
from core.cards import day_of
from core.errors import Rejected
from core.naming import best_named, folded
from core.resolving import WEEKDAY_WORDS, destination_of, known_at, place_of
from core.travel import CountryFacts, Destination, Place, Sight
from core.trips import Day, Plan, Stop
from core.turn import Turn
from core.zones import zone_of


async def place_asked(turn: Turn) -> Place | None:
    """The place named in the message."""
    named = turn.request.wish.destinations
    return await place_of(named[0], turn.travel) if named else None


async def _place_wished(turn: Turn) -> Place | None:
    """The place that was talked about, when it is none that the atlas has."""
    wished = turn.session.wish.destinations
    return await place_of(wished[0], turn.travel) if wished else None


async def destination_asked(turn: Turn) -> Destination | None:
    """The destination named, else that of the open trip, else the one being talked about."""
    places = turn.travel.places
    named = turn.request.wish.destinations
    if named:
        found = destination_of(named[0], turn.travel)
        if found is not None:
            return found
        place = await place_of(named[0], turn.travel)
        return known_at(place, turn.travel) if place else None
    if turn.trip is not None and turn.trip.plan is not None:
        return places.destination(turn.trip.plan.town_at(turn.now).destination_id)
    wished = turn.session.wish.destinations
    return destination_of(wished[0], turn.travel) if wished else None


async def country_asked(turn: Turn) -> CountryFacts:
    place = await place_asked(turn)
    code = place.country if place else ""
    if not code and await destination_asked(turn) is None:
        place = await _place_wished(turn)
        code = place.country if place else ""
    if not code:
        destination = await destination_asked(turn)
        code = destination.country if destination else ""
    if not code:
        turn.update(asked="destination")
        raise Rejected("For which country? Tell me, and I look it up.")
    facts = turn.travel.places.country(code)
    if facts is None:
        name = place.name if place else code
        raise Rejected(f"I have no checked facts about {words.literal(name)} yet.")
    return facts


async def known_destination(turn: Turn) -> Destination:
    destination = await destination_asked(turn)
    if destination is None:
        turn.update(asked="destination")
        if place := await place_asked(turn) or await _place_wished(turn):
            name = words.literal(place.name)
            raise Rejected(f"I have no checked data on {name}, and I do not guess.")
        raise Rejected("For which place? Tell me where you are or where you are going.")
    return destination


def plan_asked(turn: Turn) -> Plan:
    if turn.trip is None or turn.trip.plan is None:
        raise Rejected("There is no plan yet. Tell me where and when, and I make one.")
    return turn.trip.plan


def date_asked(turn: Turn, plan: Plan) -> date | None:
    """The date asked about; "on Monday" is the Monday of the trip, when it has one to come."""
    on = turn.request.on
    if on is None or plan.first_day <= on <= plan.last_day:
        return on
    if not WEEKDAY_WORDS.search(turn.message.text):
        return on
    coming = (d.day for d in plan.days if d.day >= turn.now.date())
    return next((d for d in coming if d.weekday() == on.weekday()), on)


def day_asked(turn: Turn, plan: Plan) -> Day:
    """The day asked about; else today on the road; else the first one."""
    day = day_of(plan, turn.request.day, date_asked(turn, plan))
    if day is not None:
        return day
    today = turn.now.astimezone(zone_of(plan.town_at(turn.now).timezone)).date()
    return day_of(plan, None, today) or plan.days[0]


async def sights_of(turn: Turn, plan: Plan) -> dict[str, Sight]:
    """The sights of all towns of the plan, by id, with the hours of the days spent there."""
    found: dict[str, Sight] = {}
    for town in plan.towns:
        destination = turn.travel.places.destination(town.destination_id)
        if destination is not None:
            sights = await turn.travel.places.sights(destination, town.first, town.last)
            found |= {s.id: s for s in sights}
    return found


def stop_named(turn: Turn, plan: Plan) -> Stop | None:
    """The stop asked about; of several with that word ("the museum") the one that comes next."""
    visits = plan.visits()
    if len(alike := stops_named(turn, plan)) > 1:
        return next((s for s in alike if s.end > turn.now), alike[0])
    found = best_named(turn.request.about, [(s.id, s.title) for s in visits])
    return next((s for s in visits if s.id == found), None)


def stops_named(turn: Turn, plan: Plan) -> list[Stop]:
    """Every stop whose title holds all words asked about; one when that is its whole title."""
    wanted = set(folded(turn.request.about).split())
    held = [s for s in plan.visits() if wanted and wanted <= set(folded(s.title).split())]
    return [s for s in held if set(folded(s.title).split()) == wanted] or held


def days_asked(turn: Turn, destination: Destination) -> tuple[date, date]:
    """The days asked about: as said, else those of the trip, else the next week there."""
    when = turn.request.wish.when
    plan = turn.trip.plan if turn.trip else None
    stay = plan.town_of(destination.id) if plan is not None else None
    on = date_asked(turn, plan) if plan is not None and stay is not None else turn.request.on
    if on is not None:
        return on, on
    if when is not None:
        first = when.first or when.earliest
        if first is not None:
            return first, when.last or when.latest or first
    if stay is not None:
        return stay.first, stay.last
    today = turn.now.astimezone(zone_of(destination.timezone)).date()
    return today, today + timedelta(days=6)
