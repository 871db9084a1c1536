"""How well the plan fits: told to one person about themselves, and to a group only as yes or no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from core.errors import Rejected
from core.flows.plan_facts import facts_again, towns_of
from core.flows.together import (
    NOT_EVERYONE,
    misfits_of,
    rates_of,
    tell,
    together_in,
)
from core.groups.fairness import interest_for, satisfaction
from core.groups.merging import Voice
from core.groups.privacy import may_derive, misfits, money_step, per_person, probed
from core.groups.state import needs_of
from core.interests import INTERESTS, matches
from core.itinerary.stages import split
from core.making import Made, at_the_table
from core.messages import Text
from core.people import Profile
from core.resolving import currency_of
from core.travel import STEP_FREE
from core.trips import Plan, Trip
from core.turn import Screen, Turn
from core.wishes import Wish
from core.words import listing, literal, plural

TOO_FEW = (
    "Being so few, I cannot answer that without telling whose wish it is. Ask each other, or tell "
    "me what you need in private."
)
ALONE = "I sent it to you privately."
NOT_REACHABLE = (
    "That is for you alone. Write to me in a private chat and ask me there: “how well does the "
    "plan fit me?”"
)
ASKED_ENOUGH = (
    "I have looked at three different values today; that is all I do in a day, so that nobody's "
    "private wishes are found out by trying. Ask me again tomorrow, or agree on it here."
)
NO_PLAN = "There is no plan yet that could fit you."


class Fit:
    """Each person learns their own fit; a group learns whether something fits everyone."""

    name = "fit"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        if turn.in_group and turn.request.about != "me":
            yield await _everyone(turn)
            return
        if not turn.in_group:
            yield (Text(markdown=await _in_private(turn)),)
            return
        person = turn.message.sender.id
        if turn.group.chat_of(person) is None:
            yield (Text(markdown=NOT_REACHABLE),)
            return
        turn.tell_alone(person, Text(markdown=await _in_group(turn)))
        yield (Text(markdown=ALONE),)


async def _in_group(turn: Turn) -> str:
    trip = turn.trip
    if trip is None or trip.plan is None:
        return NO_PLAN
    group = together_in(turn, trip.wish)
    me = next((v for v in group.everybody if v.person == turn.message.sender.id), None)
    return await _told(turn, trip, trip.plan, me or Voice(turn.message.sender.id, ""))


async def _in_private(turn: Turn) -> str:
    """About the trips of the sender's groups, and of their own when they have no group.

    A group's plan knows nothing of anybody's profile, so theirs is left aside.
    """
    blank = replace(turn, profile=Profile(person=turn.profile.person))
    blocks = []
    for group in turn.group.own:
        if group.trip is None or group.trip.plan is None:
            continue
        key = group.conversation.key
        alone = next((p for p in turn.group.private if p.conversation == key), None)
        me = Voice(
            person=turn.message.sender.id,
            name=turn.message.sender.name,
            said=group.wish.wish if group.wish else Wish(),
            private=(alone.wish if alone else Wish()).with_news(needs_of(turn.profile)),
        )
        blocks.append(await _told(blank, group.trip, group.trip.plan, me))
    if not blocks and turn.trip and turn.trip.plan:
        me = Voice(turn.message.sender.id, "", said=turn.trip.wish)
        blocks.append(await _told(turn, turn.trip, turn.trip.plan, me))
    return "\n\n".join(blocks) or NO_PLAN


async def _told(turn: Turn, trip: Trip, plan: Plan, me: Voice) -> str:
    """One person's fit in words: the share of the best they could have, and what it is made of."""
    made = await facts_again(turn, trip.wish, plan)
    share = await asyncio.to_thread(_share, plan, made, me, trip.wish)
    mine = _what_is_mine(plan, made, me)
    lines = [
        f"**{literal(trip.title)}** is about {round(share * 100)} % of the best plan that I could "
        "make for you alone under what all of you need."
    ]
    if mine:
        lines.append(f"For you in it: {listing(map(literal, mine[:5]))}.")
    elif me.said.likes:
        likes = [INTERESTS[t].label if t in INTERESTS else literal(t) for t in me.said.likes]
        lines.append(f"Nothing of what you like ({listing(likes)}) is in it.")
    else:
        lines.append("You have not told me yet what you like; “I love food” in the group counts.")
    if me.is_private:
        currency = plan.budget.currency if plan.budget else made.towns[0].currency
        why = misfits(plan, made.problems, [me], await rates_of(turn, [me], currency))
        reasons = [f"- {reason}" for misfit in why for reason in misfit.why]
        lines += ["Of what you told me in private it does not keep:", *reasons] if why else []
        lines += [] if why else ["It keeps everything that you told me in private."]
        lines += at_the_table(turn.travel, towns_of(turn, plan), me.private.diet)
        lines += _steps_unknown(plan, made) if me.private.step_free else []
    return "\n".join(lines)


def _steps_unknown(plan: Plan, made: Made) -> list[str]:
    """Where somebody who needs step-free ways has to ask: the group's plan does not say so."""
    sights = {id: s for p in made.problems for id, s in p.sights.items()}
    visits = [s for s in plan.visits() if s.sight_id in sights]
    unsure = [literal(v.title) for v in visits if STEP_FREE not in sights[v.sight_id].tags]
    return [f"Ask whether these are step-free: {listing(unsure)}."] if unsure else []


def _share(plan: Plan, made: Made, me: Voice, wish: Wish) -> float:
    """Over all towns, by their days."""
    parts = [
        (satisfaction(part, problem, interest_for(problem, me, wish)), len(part.days))
        for part, problem in zip(split(plan), made.problems, strict=True)
    ]
    return sum(share * days for share, days in parts) / sum(days for _, days in parts)


def _what_is_mine(plan: Plan, made: Made, me: Voice) -> list[str]:
    sights = {id: s for p in made.problems for id, s in p.sights.items()}
    return [
        stop.title
        for stop in plan.visits()
        if (s := sights.get(stop.sight_id))
        and any(matches(tag, s.category, s.tags) for tag in me.said.likes)
    ]


async def _everyone(turn: Turn) -> Screen:
    """Yes or no for all, asked for the plan or for an amount; so many times a day."""
    wish = turn.trip.wish if turn.trip else turn.session.wish
    group = together_in(turn, wish)
    if not may_derive(group.everybody):
        return (Text(markdown=TOO_FEW),)
    if turn.request.amount is None:
        if turn.trip is None or turn.trip.plan is None:
            return (Text(markdown=NO_PLAN),)
        made = await facts_again(turn, wish, turn.trip.plan)
        why = await misfits_of(turn, group, turn.trip.plan, made)
        tell(turn, why)
        return (Text(markdown=NOT_EVERYONE if why else "The plan fits everyone."),)
    step = money_step(turn.request.amount)
    currency = turn.request.currency or currency_of(turn, group.wish, None)
    probes = probed(turn.session.probes, f"would {step} {currency}", turn.now)
    if probes is None:
        raise Rejected(ASKED_ENOUGH)
    turn.update(probes=probes)
    rates = await rates_of(turn, group.everybody, currency)
    days = len(turn.trip.plan.days) if turn.trip and turn.trip.plan else 1
    limits = [
        m
        for v in group.everybody
        for w in (v.private, v.said)
        if (m := per_person(w, currency, days, rates)) is not None
    ]
    fits = all(money_step(m) >= step for m in limits)
    about = f"About {step:g} {currency} each"
    heads = plural(len(group.everybody), "person", "people")
    text = f"{about} fits everyone ({heads})." if fits else f"{about}: {NOT_EVERYONE.lower()}"
    return (Text(markdown=text),)
