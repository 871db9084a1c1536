"""What a practical question is about: the place, the country, the plan, the days."""

from __future__ import annotations

from datetime import date, timedelta

from core import words
from core.cards import day_of
from core.errors import Rejected
from core.naming import best_named
from core.resolving import destination_of, known_at, place_of
from core.travel import CountryFacts, Destination, Place, Sight
from core.trips import Day, Plan, Stop
from core.turn import Turn
from core.zones import zone_of


async def place_asked(turn: Turn) -> Place | None:
    """The place named in the message."""
    named = turn.request.wish.destinations
    return await place_of(named[0], turn.travel) if named else None


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
        raise Rejected("For which place? Tell me where you are or where you are going.")
    return destination


def plan_asked(turn: Turn) -> Plan:
    if turn.trip is None or turn.trip.plan is None:
        raise Rejected("There is no plan yet. Tell me where and when, and I make one.")
    return turn.trip.plan


def day_asked(turn: Turn, plan: Plan) -> Day:
    """The day asked about; else today on the road; else the first one."""
    day = day_of(plan, turn.request.day, turn.request.on)
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
    visits = plan.visits()
    found = best_named(turn.request.about, [(s.id, s.title) for s in visits])
    return next((s for s in visits if s.id == found), None)


def days_asked(turn: Turn, destination: Destination) -> tuple[date, date]:
    """The days asked about: as said, else those of the trip, else the next week there."""
    when = turn.request.wish.when
    if turn.request.on is not None:
        return turn.request.on, turn.request.on
    if when is not None:
        first = when.first or when.earliest
        if first is not None:
            return first, when.last or when.latest or first
    plan = turn.trip.plan if turn.trip else None
    stay = plan.town_of(destination.id) if plan is not None else None
    if stay is not None:
        return stay.first, stay.last
    today = turn.now.astimezone(zone_of(destination.timezone)).date()
    return today, today + timedelta(days=6)
