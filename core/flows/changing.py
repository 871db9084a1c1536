"""A change of a group's plan: as it was asked for, else within everybody's limits, else none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Rejected
from core.flows.plan_facts import facts_again
from core.flows.together import (
    NOT_EVERYONE,
    DoesNotFit,
    Facts,
    Together,
    as_said,
    made_inside,
    may_look_further,
    misfits_of,
    tell,
    together_in,
)
from core.groups.privacy import values_asked
from core.itinerary.revise import FOR_THE_LIMIT, Revision
from core.making import Made, dressed, insist
from core.trips import Trip
from core.turn import Turn
from core.words import listing

STAYS = f"{NOT_EVERYONE} The plan stays as it was."
NOT_EVERY_STOP = "Not every stop fits everyone; all that are in the plan now do."
_DROPPED = "Dropped: "


@dataclass(frozen=True)
class Asked:
    """A change that was asked for: how it is made out of facts, and the facts for a wish."""

    made: Made  # what was said aloud, with the change in it
    change: Callable[[Made], Revision]
    facts: Facts


async def changed_for_all(turn: Turn, group: Together, asked: Asked) -> Revision:
    """The changed plan, checked, that fits everyone.

    Raises Rejected when there is none, or when it may not be told.
    """
    made, wish = asked.made, group.wish
    aloud = await asyncio.to_thread(asked.change, made)
    revision = aloud.with_plan(dressed(aloud.plan, made, wish), aloud.summary)
    insist(revision.plan, made)
    why = await misfits_of(turn, group, revision.plan, made)
    if not why:
        return revision
    plan = revision.plan
    may_look_further(turn, group, why, values_asked(wish, plan.first_day, plan.last_day))
    try:
        inside = await made_inside(turn, group, made, asked.facts)
        revision = await asyncio.to_thread(asked.change, inside)
        plan = as_said(revision.plan, inside, made, wish)
    except Rejected as error:
        tell(turn, why)
        raise DoesNotFit(STAYS) from error
    if left := await misfits_of(turn, group, plan, inside):
        tell(turn, left)
        raise DoesNotFit(STAYS)
    return revision.with_plan(plan, _without_pointing(revision, aloud))


def _without_pointing(revision: Revision, aloud: Revision) -> tuple[str, ...]:
    """The summary of a change inside private limits; what went because of them is not named.

    A brewery among what was dropped would tell what somebody minds, a dear stop whose limit it was.
    """
    asked_for = {step.stop_id for step in aloud.dropped}
    lines = [line for line in revision.summary if not line.endswith(FOR_THE_LIMIT)]
    if all(step.stop_id in asked_for for step in revision.dropped):
        return tuple(lines)
    kept = [step.title for step in revision.dropped if step.stop_id in asked_for]
    named = [f"{_DROPPED}{listing(kept)}."] if kept else []
    return (*named, NOT_EVERY_STOP, *(line for line in lines if _DROPPED not in line))


async def may_come_back(turn: Turn, trip: Trip) -> None:
    """Raises Rejected when the plan of `trip`, which is to come back, does not fit everyone."""
    if trip.plan is None or not turn.in_group:
        return
    made = await facts_again(turn, trip.wish, trip.plan)
    if why := await misfits_of(turn, together_in(turn, trip.wish), trip.plan, made):
        tell(turn, why, "The plan before")
        raise Rejected(STAYS)
