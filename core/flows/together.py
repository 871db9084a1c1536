"""A plan for several people: fair by what they said aloud, and within what they told in private.

What is made first knows only what was said aloud. Private wishes are held against it afterwards, by
code; when it does not fit everyone, it is made once more inside the coarse limits that do. So what
a group reads depends on them only through what is possible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.choices import choice
from core.diets import Served, suits
from core.errors import Rejected
from core.flows.plan_facts import facts_for
from core.groups.fairness import build_fair, interest_for
from core.groups.merging import (
    Voice,
    conflicts,
    gives_way,
    pace_conflict,
    together,
    voices,
)
from core.groups.privacy import (
    Misfit,
    cell_of,
    may_derive,
    misfits,
    probed,
    values_asked,
    within,
)
from core.groups.state import GroupNews
from core.itinerary.build import build
from core.itinerary.compose import CHECK_STEPS
from core.itinerary.problem import Problem
from core.making import Builder, Made, build_all, dressed, insist
from core.messages import Choices, Text
from core.resolving import budget_of, rates_for
from core.travel import Destination
from core.trips import Day, Plan, Stop
from core.turn import Screen, Turn
from core.wishes import Wish
from core.words import literal

NOT_EVERYONE = "This does not fit everyone."
NO_OTHER = (
    f"{NOT_EVERYONE} I do not say for whom or why, and being so few I look for no other either: it "
    "would tell. Who knows why may say so here, or you change the dates, the budget or the place."
)
NOTHING_FITS = (
    "I found no plan of this kind that fits everyone. Other dates, another place or a cheaper trip "
    "may; who knows why may say so here."
)
ENOUGH = (
    f"{NOT_EVERYONE} I have looked for others with three different values today; that is all I do "
    "in a day, so that nobody's private wishes are found out by trying. Ask me again tomorrow, or "
    "agree on it here."
)


Facts = Callable[[Wish], Awaitable[Made]]  # the facts of the same trip for another wish


class DoesNotFit(Rejected):
    """What was asked for fits not everyone, and nothing like it does on these days."""


@dataclass(frozen=True)
class Together:
    """The people of a group and the trip's wish with what all of them said aloud in it."""

    everybody: tuple[Voice, ...]
    wish: Wish

    @property
    def several(self) -> bool:
        return len(self.everybody) > 1


def together_in(turn: Turn, wish: Wish) -> Together:
    """In a private chat the wish as it is: a party of one."""
    everybody = voices(turn.group) if turn.in_group else ()
    return Together(everybody, together(wish, everybody))


def conflict_or_none(turn: Turn, group: Together) -> Screen:
    """The question which of two hard wishes of members holds; empty when all can be kept."""
    hard = next((c for c in conflicts(group.everybody) if c.hard), None)
    if hard is None or len(hard.what.encode()) > 30:
        return ()
    turn.update(asked="contradiction")
    what = literal(hard.label)
    return (
        Text(markdown=f"{hard.told()} Both cannot hold: which one counts?"),
        Choices(
            options=turn.offer(
                choice("yield", f"keep/{hard.what}", f"Keep {what}"[:60]),
                choice("yield", f"drop/{hard.what}", f"No {what}"[:60]),
            )
        ),
    )


def named_conflicts(group: Together) -> tuple[str, ...]:
    """What members said aloud against each other and a plan has settled, as sentences."""
    soft = [f"{c.told()} So I left them out." for c in conflicts(group.everybody) if not c.hard]
    pace = pace_conflict(group.everybody)
    return (*soft, *((pace,) if pace else ()))


async def plan_for_all(
    turn: Turn, group: Together, towns: Sequence[Destination], first: date, last: date, made: Made
) -> Plan:
    """The verified plan for everybody. `made` knows only what was said aloud.

    Raises Rejected when there is none, or when it may not be told.
    """
    plan = await _public(group, made)
    why = await misfits_of(turn, group, plan, made)
    if not why:
        return plan
    may_look_further(turn, group, why, values_asked(group.wish, first, last))

    async def facts(wish: Wish) -> Made:
        return await facts_for(turn, wish, towns, first, last)

    try:
        inside = await made_inside(turn, group, made, facts)
        built = await asyncio.to_thread(build_all, inside, _builder(group))
        plan = as_said(built, inside, made, group.wish)
    except Rejected as error:
        tell(turn, why)
        raise DoesNotFit(NOTHING_FITS) from error
    if left := await misfits_of(turn, group, plan, inside):
        tell(turn, left)
        raise DoesNotFit(NOTHING_FITS)
    return plan


async def _public(group: Together, made: Made) -> Plan:
    plan = await asyncio.to_thread(build_all, made, _builder(group))
    plan = dressed(plan, made, group.wish)
    insist(plan, made)
    return plan


def _builder(group: Together) -> Builder:
    """The fair builder; the usual one when all like the same, and there is nothing to weigh."""
    tastes = {(frozenset(v.said.likes), bool(v.said.quiet)) for v in group.everybody}
    if len(tastes) < 2:
        return build

    def fair(problem: Problem) -> Plan:
        interests = [interest_for(problem, v, group.wish) for v in group.everybody]
        return build_fair(problem, interests).plan

    return fair


async def misfits_of(turn: Turn, group: Together, plan: Plan, made: Made) -> list[Misfit]:
    """Whom the plan does not fit by what they told in private."""
    if not any(v.is_private for v in group.everybody):
        return []
    currency = plan.budget.currency if plan.budget else made.towns[0].currency
    rates = await rates_of(turn, group.everybody, currency)
    return misfits(plan, made.problems, group.everybody, rates)


async def made_inside(turn: Turn, group: Together, made: Made, facts: Facts) -> Made:
    """The facts and problems within everybody's coarse limits: to build with, never shown or kept.

    Raises Rejected when they leave nothing, with a reason that may name them.
    """
    currency = made.towns[0].currency
    days = sum(len(t.days) for t in made.towns)
    rates = await rates_of(turn, group.everybody, currency)
    cell = cell_of(group.everybody, currency, days, rates)
    aloud = budget_of(group.wish, currency, days)
    limit = None
    if aloud is not None:
        rate = (await rates_for(turn.travel.rates, {aloud.currency}, currency)).get(aloud.currency)
        limit = None if rate is None else aloud.amount * Decimal(str(rate))
    people = group.wish.party.size if group.wish.party else 1
    inside = await facts(within(group.wish, cell, currency, people, limit))
    return _with_food_for_all(inside, cell.uneaten)


def _with_food_for_all(made: Made, uneaten: frozenset[Served]) -> Made:
    """Without the places to eat that not everybody can use; what has to be in stays."""
    briefs = []
    for brief in made.briefs:
        known, musts = brief.problem.sights, brief.problem.musts
        left = {id: s for id, s in known.items() if id in musts or suits(s, uneaten)}
        briefs.append(replace(brief, problem=replace(brief.problem, sights=left)))
    return replace(made, briefs=tuple(briefs))


def as_said(plan: Plan, inside: Made, made: Made, wish: Wish) -> Plan:
    """A plan made within private limits, checked, and then with nothing in it that tells them.

    Raises Rejected when it does not pass the check.
    """
    insist(plan, inside)
    limits = [p.budget for p in made.problems]
    stages = tuple(
        s.model_copy(update={"budget": s.budget and s.budget.model_copy(update={"limit": limit})})
        for s, limit in zip(plan.stages, limits, strict=False)
    )
    limit = made.limit if plan.stages else limits[0]
    shown = plan.model_copy(
        update={
            "stages": stages,
            "budget": plan.budget and plan.budget.model_copy(update={"limit": limit}),
            "days": plan.days if wish.step_free else _without_check(plan, CHECK_STEPS),
        }
    )
    public = tuple(
        replace(b, problem=replace(b.problem, budget=limit))
        for b, limit in zip(inside.briefs, limits, strict=True)
    )
    insist(shown, replace(inside, briefs=public, limit=made.limit))
    return dressed(shown, made, wish)


def _without_check(plan: Plan, check: str) -> tuple[Day, ...]:
    """The days without a note that would tell what somebody needs."""

    def cleaned(stop: Stop) -> Stop:
        return stop.model_copy(update={"checks": tuple(c for c in stop.checks if c != check)})

    return tuple(
        day.model_copy(update={"stops": tuple(cleaned(s) for s in day.stops)}) for day in plan.days
    )


async def rates_of(turn: Turn, everybody: Sequence[Voice], currency: str) -> dict[str, Decimal]:
    """What one unit of each currency of a private budget is in `currency`."""
    said = {v.private.budget.currency for v in everybody if v.private.budget is not None}
    rates = await rates_for(turn.travel.rates, {c for c in said if c}, currency)
    return {c: Decimal(str(r)) for c, r in rates.items()}


def may_look_further(turn: Turn, group: Together, why: Sequence[Misfit], about: str) -> None:
    """Raises Rejected when another plan would tell too much; the owners learn why."""
    if not may_derive(group.everybody):
        tell(turn, why)
        raise Rejected(NO_OTHER)
    probes = probed(turn.session.probes, about, turn.now)
    if probes is None:
        tell(turn, why)
        raise Rejected(ENOUGH)
    turn.update(probes=probes)


def give_way(turn: Turn) -> None:
    """The answer to a conflict of members: who wanted it, or who refused it, no longer does."""
    answer, _, what = turn.request.about.partition(":")[2].partition("/")
    conflict = next((c for c in conflicts(voices(turn.group)) if c.what == what), None)
    turn.request = turn.request.model_copy(update={"about": ""})
    turn.update(asked="", wish=gives_way(turn.session.wish, what))
    if conflict is None:
        return
    losing = conflict.refusing if answer == "keep" else conflict.wanting
    wishes = [w for person in losing if (w := turn.group.wish_of(person)) is not None]
    turn.keep_in_group(
        GroupNews(
            wishes=tuple(
                w.model_copy(update={"wish": gives_way(w.wish, what), "said_at": turn.now})
                for w in wishes
            )
        )
    )


def tell(turn: Turn, why: Sequence[Misfit], what: str = "The plan") -> None:
    """Each owner learns alone why something does not fit them."""
    for misfit in why:
        reasons = "\n".join(f"- {reason}" for reason in misfit.why)
        turn.tell_alone(
            misfit.person,
            Text(
                markdown=f"{what} that the group asked for does not fit what you told me in "
                f"private:\n{reasons}\n\nThe group only knows that it does not fit everyone. "
                "You can change it here (“my private budget is …”, “forget what I told you "
                "privately”), or say there what you need."
            ),
        )
