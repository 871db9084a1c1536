"""Where a plan goes and when: towns that were named, or those of a tour that are left to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.areas import Area, area_of
from core.flows.planning_questions import (
    dates_or_question,
    destination_or_question,
    namesakes,
    towns_or_question,
)
from core.making import Start
from core.resolving import currency_of, home_of, with_profile
from core.tour import Tour, asks_for_several, pool_of, told, tour_through
from core.travel import Destination
from core.turn import Screen, Turn
from core.weighing import marks_of
from core.wishes import Mention, When, Wish


@dataclass(frozen=True)
class Going:
    """The towns and days of a plan; `why` says which towns we chose, empty when all were named."""

    towns: tuple[Destination, ...]
    first: date
    last: date
    why: str = ""


async def going_or_question(turn: Turn, wish: Wish) -> tuple[Going | None, Screen]:
    """Where and when, or the screen that asks for what is missing."""
    if asks_for_several(wish):
        areas, towns, question = await _areas_and_towns(turn, wish)
        if question:
            return None, question
        if any(area.towns for area in areas):
            return await _tour_or_question(turn, wish, areas, towns)
    named, question = await towns_or_question(turn, wish)
    if not named:
        return None, question
    dates, question = dates_or_question(turn, wish, named)
    return (Going(named, *dates) if dates else None), question


async def _areas_and_towns(turn: Turn, wish: Wish) -> tuple[list[Area], list[Destination], Screen]:
    """The areas named and the towns named beside them, or the question which one is meant."""
    areas: list[Area] = []
    towns: list[Mention] = []
    for mention in wish.destinations:
        unclear = not mention.kind and not mention.id
        if unclear and (both := await namesakes(turn, mention.text)):
            return [], [], both
        area = await area_of(mention, turn.travel)
        if area is None:
            towns.append(mention)
        else:
            areas.append(area)
    found: dict[str, Destination] = {}
    for mention in towns if areas else ():
        town, question = await destination_or_question(turn, mention)
        if town is None:
            return [], [], question
        found[town.id] = town
    return areas, list(found.values()), ()


async def _tour_or_question(
    turn: Turn, wish: Wish, areas: Sequence[Area], named: Sequence[Destination]
) -> tuple[Going | None, Screen]:
    exact = wish.when is not None and wish.when.exact
    tour = None if exact else await _tour(turn, wish, areas, named, None)
    likely = tour.towns if tour else pool_of(areas)
    where = tour.where if tour else ""
    dates, question = dates_or_question(turn, wish, likely, where)
    if dates is None:
        return None, question
    first, last = dates
    settled = wish.model_copy(update={"when": When(first=first, last=last)})
    tour = await _tour(turn, settled, areas, named, (last - first).days)
    return Going(tour.towns, first, last, told(tour)), ()


async def _tour(
    turn: Turn, wish: Wish, areas: Sequence[Area], named: Sequence[Destination], nights: int | None
) -> Tour:
    full = with_profile(wish, turn.known)
    home = await home_of(turn, full)
    start = Start(home, currency_of(turn, full, home), turn.now.date())
    return await tour_through(turn.travel, full, areas, named, nights, start, marks_of(turn))
