"""Why a stop is where it is, why a sight is not in the plan, and which one was meant."""

from __future__ import annotations

from collections.abc import AsyncIterator

from core import words
from core.flows.plan_facts import facts_again
from core.groups.merging import voices
from core.itinerary.explain import WOULD_FIT, Explanation, why, why_not
from core.itinerary.stages import split
from core.making import Made
from core.messages import Text
from core.naming import best_named
from core.trips import Plan
from core.turn import Screen, Turn
from core.wording import word

# Whether a stop fits everybody is told of a change that was asked for, so many times a day; said
# here, it would point at what somebody minds. So a group hears the same whatever anybody minds.
FOR_EVERYONE = "There is room: say that you want it, and I see whether the plan then fits everyone."
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


async def reasons(turn: Turn) -> AsyncIterator[Screen]:
    """The answer to "why is the museum on day 2?"."""
    trip = turn.trip
    if trip is None or trip.plan is None:
        yield (Text(markdown="There is no plan yet to explain. Where would you like to go?"),)
        return
    plan = trip.plan
    made = await facts_again(turn, trip.wish, plan)
    explanation = _explained(turn, plan, made)
    if explanation is None:
        yield (Text(markdown=_which_stop(plan)),)
        return
    draft = "\n".join(explanation.sentences)
    async for said in word(turn, file="support", name="answer", draft=draft):
        yield (Text(markdown=said),)


def _explained(turn: Turn, plan: Plan, made: Made) -> Explanation | None:
    """Why a stop is where it is, or a sight is not in the plan; None when nobody knows which."""
    parts = list(zip(split(plan), made.problems, strict=True))
    stop_id = _stop_asked(turn, plan)
    if stop_id is not None:
        for part, problem in parts:
            if any(s.id == stop_id for d in part.days for s in d.stops):
                return why(part, problem, stop_id)
    for part, problem in parts:
        names = [(s.id, s.name) for s in problem.sights.values()]
        if sight_id := best_named(turn.request.about, names):
            offer = FOR_EVERYONE if len(voices(turn.group)) > 1 and turn.in_group else WOULD_FIT
            return why_not(part, problem, sight_id, offer)
    return None


def _stop_asked(turn: Turn, plan: Plan) -> str | None:
    """The id of the stop that the question is about: by order, by name, or by category."""
    about = turn.request.about.casefold()
    visits = plan.visits()
    if turn.request.day is not None and 1 <= turn.request.day <= len(plan.days):
        visits = [s for s in plan.days[turn.request.day - 1].stops if s.sight_id] or visits
    for ordinal, index in _ORDINALS.items():
        if ordinal in about.split() and visits and -len(visits) <= index < len(visits):
            return visits[index].id
    found = best_named(about, [(s.id, s.title) for s in visits])
    if found is not None:
        return found
    singular = about.removeprefix("the ").rstrip("s")
    return next((s.id for s in visits if singular and s.category == singular), None)


def _which_stop(plan: Plan) -> str:
    names = words.listing(words.literal(s.title) for s in plan.visits()[:4])
    return f"Which stop do you mean? For example {names}."
