"""The benchmark's thirteen rules, written by us from the paper; labels come from the query file.

Eight of common sense and five that the query sets. A rule gives None when it holds, else why not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from benchmarks.travelplanner.tables import RULES, Tables
from core.journey.facts import Ride

Plan = Sequence[Mapping[str, Any]]
Query = Mapping[str, Any]
Rule = Callable[["Case"], str | None]
MEALS = ("breakfast", "lunch", "dinner")


class Case(NamedTuple):
    plan: Plan
    query: Query
    tables: Tables


class Scores(NamedTuple):
    """Why each rule failed, None where it holds. Rules that a query does not set are absent."""

    commonsense: dict[str, str | None]
    hard: dict[str, str | None]

    @property
    def passed(self) -> bool:
        return not any(self.commonsense.values()) and not any(self.hard.values())


def score(plan: Plan, query: Query, tables: Tables) -> Scores:
    case = Case(plan, query, tables)
    wishes = query["local_constraint"]
    hard: dict[str, str | None] = {"budget": _budget(case)}
    for label, name, rule in HARD:
        if wishes.get(label):
            hard[name] = rule(case)
    return Scores({name: rule(case) for name, rule in COMMONSENSE.items()}, hard)


# --- reading a plan ------------------------------------------------------------------------------


def _said(value: Any) -> str:
    text = str(value or "").strip()
    return "" if text == "-" else text


def _towns(unit: Mapping[str, Any]) -> list[str]:
    """One town, or the two of "from A to B"."""
    text = _said(unit["current_city"])
    found = re.fullmatch(r"from (.+?) to (.+)", text)
    return [_bare(found[1]), _bare(found[2])] if found else [_bare(text)]


def _bare(town: str) -> str:
    return town.split("(")[0].strip()


def _named(text: str) -> tuple[str, str]:
    """ "Name, Town" with commas in the name allowed."""
    name, _, town = text.rpartition(", ")
    return name.strip(), _bare(town)


def _sights(unit: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [_named(s.strip()) for s in _said(unit["attraction"]).split(";") if s.strip()]


def _ride(unit: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """Mode, number, from, to."""
    text = _said(unit["transportation"])
    if not text:
        return None
    low = text.casefold()
    mode = "flight" if "flight number" in low else "taxi" if "taxi" in low else "self-driving"
    number = re.search(r"Flight Number:\s*(\w+)", text)
    way = re.search(r"from (.+?) to ([^,]+)", text)
    ends = (_bare(way[1]), _bare(way[2])) if way else ("", "")
    return mode, number[1] if number else "", *ends


def _known_ride(case: Case, number: int) -> Ride | None:
    told = _ride(case.plan[number])
    if told is None:
        return None
    from datetime import date

    mode, flight, origin, destination = told
    days = case.query["date"]
    first = date.fromisoformat(days[0])
    on = date.fromordinal(first.toordinal() + number)
    for ride in case.tables.rides(origin, destination, on):
        if ride.mode == mode and (mode != "flight" or ride.id == flight):
            return ride
    return None


# --- common sense --------------------------------------------------------------------------------


def _sandbox(case: Case) -> str | None:
    """Everything is in the tables, in the town it is said to be in."""
    tables = case.tables
    for number, unit in enumerate(case.plan):
        if _ride(unit) is not None and _known_ride(case, number) is None:
            return f"day {number + 1}: no such ride"
        for meal in MEALS:
            if _said(unit[meal]):
                name, town = _named(_said(unit[meal]))
                if all(r.name != name for r in tables.restaurants(town)):
                    return f"day {number + 1}: {name} is no restaurant in {town}"
        for name, town in _sights(unit):
            if all(s.name != name for s in tables.attractions(town)):
                return f"day {number + 1}: {name} is no attraction in {town}"
        if _said(unit["accommodation"]):
            name, town = _named(_said(unit["accommodation"]))
            if all(r.name != name for r in tables.rooms(town)):
                return f"day {number + 1}: {name} is no accommodation in {town}"
    return None


def _complete(case: Case) -> str | None:
    """Nothing needed is missing: rides on travel days, meals and sights on the others, beds."""
    days, filled = case.query["days"], 0
    if len(case.plan) != days:
        return f"{len(case.plan)} days instead of {days}"
    for number, unit in enumerate(case.plan):
        travels = len(_towns(unit)) == 2
        if travels and not _said(unit["transportation"]):
            return f"day {number + 1}: no transportation"
        if not travels and not _said(unit["attraction"]):
            return f"day {number + 1}: no attraction"
        if not travels and not all(_said(unit[meal]) for meal in MEALS):
            return f"day {number + 1}: a meal is missing"
        if number < days - 1 and not _said(unit["accommodation"]):
            return f"day {number + 1}: no accommodation"
        keys = ("transportation", "attraction", "accommodation", *MEALS)
        filled += sum(bool(_said(unit[key])) for key in keys)
    return None if filled >= 3 * days else "more than half of the plan is empty"


def _current_city(case: Case) -> str | None:
    """Meals, sights, rides and beds are where the travellers are that day."""
    for number, unit in enumerate(case.plan):
        towns = _towns(unit)
        ride = _ride(unit)
        if ride is not None and [ride[2], ride[3]] != towns:
            return f"day {number + 1}: the ride is elsewhere"
        places = [_named(_said(unit[m]))[1] for m in MEALS if _said(unit[m])]
        places += [town for _, town in _sights(unit)]
        if any(place not in towns for place in places):
            return f"day {number + 1}: something is in another town"
        bed = _said(unit["accommodation"])
        if bed and _named(bed)[1] != towns[-1]:
            return f"day {number + 1}: the bed is in another town"
    return None


def _route(case: Case) -> str | None:
    """A closed circle from home, every town in one piece and in the right state."""
    query, path = case.query, [town for unit in case.plan for town in _towns(unit)]
    if not path or path[0] != query["org"] or path[-1] != query["org"]:
        return "not from home and back"
    pieces: list[list[str]] = []
    for town in path:
        if pieces and pieces[-1][0] == town:
            pieces[-1].append(town)
        else:
            pieces.append([town])
    inner = [piece[0] for piece in pieces[1:-1]]
    if len(set(inner)) != len(inner) or query["org"] in inner:
        return "a town is visited twice"
    if any(len(piece) < 2 for piece in pieces[1:-1]):
        return "a town is only passed through"
    if len(inner) != query["visiting_city_number"]:
        return f"{len(inner)} towns instead of {query['visiting_city_number']}"
    if query["days"] == 3:
        return None if inner == [query["dest"]] else "another town than asked for"
    outside = set(inner) - set(case.tables.towns_in(query["dest"]))
    return f"not in {query['dest']}: {sorted(outside)}" if outside else None


def _twice(case: Case, found: Sequence[tuple[str, str]]) -> str | None:
    again = sorted({each[0] for each in found if found.count(each) > 1})
    return f"twice: {again[0]}" if again else None


def _restaurants(case: Case) -> str | None:
    """No restaurant twice."""
    return _twice(case, [_named(_said(u[m])) for u in case.plan for m in MEALS if _said(u[m])])


def _attractions(case: Case) -> str | None:
    """No attraction twice."""
    return _twice(case, [sight for unit in case.plan for sight in _sights(unit)])


def _transport(case: Case) -> str | None:
    """No self-driving beside flights or taxis."""
    modes = {ride[0] for unit in case.plan if (ride := _ride(unit)) is not None}
    return "self-driving beside other ways" if "self-driving" in modes and len(modes) > 1 else None


def _nights(case: Case) -> str | None:
    """Every accommodation is taken for as many nights in a row as it asks for."""
    beds = [_said(unit["accommodation"]) for unit in case.plan]
    number = 0
    while number < len(beds):
        bed, first = beds[number], number
        while number < len(beds) and beds[number] == bed:
            number += 1
        if not bed:
            continue
        name, town = _named(bed)
        least = [r.least_nights for r in case.tables.rooms(town) if r.name == name]
        if least and number - first < min(least):
            return f"{name} takes nobody for {number - first} nights"
    return None


COMMONSENSE: dict[str, Rule] = {
    "within sandbox": _sandbox,
    "complete information": _complete,
    "within current city": _current_city,
    "reasonable city route": _route,
    "diverse restaurants": _restaurants,
    "diverse attractions": _attractions,
    "non-conflicting transport": _transport,
    "minimum nights": _nights,
}

# --- what the query sets -------------------------------------------------------------------------


def _budget(case: Case) -> str | None:
    total = cost(case)
    limit = case.query["budget"]
    if total is None:
        return "cannot be counted"
    return None if total <= limit else f"{total:.0f} of {limit}"


def cost(case: Case) -> float | None:
    """Everything for everybody; None when something is not in the tables."""
    people, total = case.query["people_number"], 0.0
    for number, unit in enumerate(case.plan):
        if _ride(unit) is not None:
            ride = _known_ride(case, number)
            if ride is None:
                return None
            total += float(ride.price) * ceil(people / ride.seats)
        for meal in MEALS:
            if _said(unit[meal]):
                name, town = _named(_said(unit[meal]))
                each = [r.each for r in case.tables.restaurants(town) if r.name == name]
                if not each:
                    return None
                total += float(each[0]) * people
        if _said(unit["accommodation"]):
            name, town = _named(_said(unit["accommodation"]))
            rooms = [r for r in case.tables.rooms(town) if r.name == name]
            if not rooms:
                return None
            total += float(rooms[0].nightly) * ceil(people / rooms[0].sleeps)
    return total


def _rooms_of(case: Case) -> list[Any]:
    found = []
    for unit in case.plan:
        if _said(unit["accommodation"]):
            name, town = _named(_said(unit["accommodation"]))
            found += [r for r in case.tables.rooms(town) if r.name == name][:1]
    return found


def _room_rule(case: Case) -> str | None:
    wanted = {f"No {case.query['local_constraint']['house rule']}"}
    forbidden = {RULES[rule] for rule in wanted if rule in RULES}
    bad = [r.name for r in _rooms_of(case) if r.forbids & forbidden]
    return f"{bad[0]} forbids it" if bad else None


def _room_type(case: Case) -> str | None:
    asked = case.query["local_constraint"]["room type"]
    for room in _rooms_of(case):
        if asked == "not shared room":
            if room.kind == "shared":
                return f"{room.name} is shared"
        elif room.kind != asked.split()[0]:
            return f"{room.name} is {room.kind}"
    return None


def _cuisines(case: Case) -> str | None:
    left = {c.casefold() for c in case.query["local_constraint"]["cuisine"]}
    for unit in case.plan:
        for meal in MEALS:
            if _said(unit[meal]):
                name, town = _named(_said(unit[meal]))
                if town == case.query["org"]:
                    continue
                for place in case.tables.restaurants(town):
                    if place.name == name:
                        left -= place.cuisines
    return f"missing: {sorted(left)}" if left else None


def _wish_of_transport(case: Case) -> str | None:
    asked = case.query["local_constraint"]["transportation"]
    refused = "flight" if asked == "no flight" else "self-driving"
    modes = {ride[0] for unit in case.plan if (ride := _ride(unit)) is not None}
    return f"{refused} was refused" if refused in modes else None


HARD: tuple[tuple[str, str, Rule], ...] = (
    ("house rule", "room rule", _room_rule),
    ("room type", "room type", _room_type),
    ("cuisine", "cuisines", _cuisines),
    ("transportation", "transport", _wish_of_transport),
)
