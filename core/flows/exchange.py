"""Other towns on the way of a plan: which one goes, which one comes, and the wish after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.flows.plan_facts import towns_of
from core.flows.planning_questions import destination_or_question
from core.naming import folded
from core.reading import Change, ChangeKind, Intent
from core.travel import Destination
from core.trips import Plan, Stage, Trip
from core.turn import Screen, Turn
from core.wishes import Mention, When, Wish

_AREAS = ("country", "state", "region")


@dataclass(frozen=True)
class Exchange:
    """Which towns of the plan go (by id), and who comes in their place, as it was named."""

    out: tuple[Stage, ...]
    new: tuple[Mention, ...]


def exchange_asked(turn: Turn) -> Exchange | None:
    """ "Porto instead of Lisbon", "skip Lisbon": None when it is about no town of the plan.

    Only a plan of several towns changes so; another town for a single one is another trip.
    """
    plan = turn.trip.plan if turn.trip else None
    if plan is None or not plan.stages:
        return None
    request = turn.request
    if request.intent is Intent.REVISE and len(request.changes) == 1:
        [change] = request.changes
        gone = _left_out(turn.message.text, change, plan)
        return Exchange(gone, ()) if gone else None
    if request.intent is not Intent.PLAN or request.wish.when is not None:
        return None
    new = tuple(m for m in request.wish.destinations if m.kind not in _AREAS)
    gone = _called([m.id or m.text for m in request.wish.avoid], plan)
    return Exchange(gone, new) if gone and new else None


def _left_out(text: str, change: Change, plan: Plan) -> tuple[Stage, ...]:
    """The town of "skip Lisbon"; a stop called after its town is meant when more of it is said."""
    if change.kind is not ChangeKind.REMOVE or change.day is not None:
        return ()
    said = folded(text).split()
    found = []
    for town in plan.towns:
        name = folded(town.destination).split()
        of_a_stop = set(folded(change.what).split()) - set(name)
        if said[-len(name) :] == name and not of_a_stop & set(said):
            found.append(town)
    return tuple(found)


def _called(names: Sequence[str], plan: Plan) -> tuple[Stage, ...]:
    wanted = {folded(name.removeprefix("atlas:")) for name in names}
    return tuple(
        t for t in plan.towns if {folded(t.destination), folded(t.destination_id)} & wanted
    )


async def towns_after(
    turn: Turn, plan: Plan, exchange: Exchange
) -> tuple[list[Destination], Screen]:
    """The towns of the plan after the exchange, or the screen that asks which one is meant."""
    coming: list[Destination] = []
    present = {t.destination_id for t in plan.towns}
    for mention in exchange.new:
        found, question = await destination_or_question(turn, mention)
        if found is None:
            return [], question
        if found.id not in present:
            coming.append(found)
    gone = {t.destination_id for t in exchange.out}
    towns: list[Destination] = []
    for town in towns_of(turn, plan):
        if town.id not in gone:
            towns.append(town)
        elif coming:
            towns.append(coming.pop(0))
    return [*towns, *coming], ()


def wish_after(trip: Trip, news: Wish, towns: Sequence[Destination], exchange: Exchange) -> Wish:
    """The wish of the trip with its towns by name, the area they are in, and those refused."""
    before = trip.wish
    areas = [m for m in before.destinations if m.kind in _AREAS]
    named = [Mention(text=d.name, kind="city", id=f"atlas:{d.id}") for d in towns]
    gone = [
        Mention(text=t.destination, kind="city", id=f"atlas:{t.destination_id}")
        for t in exchange.out
    ]
    said = news.model_copy(update={"destinations": (*areas, *named), "avoid": tuple(gone)})
    settled: dict[str, object] = {"town_count": before.town_count and len(towns), "tour": None}
    if trip.plan is not None:
        settled["when"] = When(first=trip.plan.first_day, last=trip.plan.last_day)
    return before.with_news(said).model_copy(update=settled)
