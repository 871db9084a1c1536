"""The proposal to part for an afternoon, said below a group's plan when it lifts the worst-off."""

from __future__ import annotations

import asyncio

from core import words
from core.flows.together import Together, misfits_of
from core.groups.fairness import Interest, interest_for
from core.groups.splitting import Half, Split, best_split
from core.making import Made
from core.trips import Plan
from core.turn import Turn


async def split_proposed(turn: Turn, group: Together, plan: Plan, made: Made) -> str:
    """The proposal in words; empty when nobody would gain, or a half would not fit everyone."""
    if not group.several or len(made.problems) != 1:
        return ""
    [problem] = made.problems
    tastes: list[Interest] = []
    of: list[int] = []
    for voice in group.everybody:
        interest = interest_for(problem, voice, group.wish)
        if interest not in tastes:
            tastes.append(interest)
        of.append(tastes.index(interest))
    if len(tastes) < 2:
        return ""
    split = await asyncio.to_thread(best_split, plan, problem, tastes)
    if split is None:
        return ""
    for half in split.halves:
        if await misfits_of(turn, group, half.plan, made):
            return ""
    return _told(split, [_names(group, of, half) for half in split.halves])


def _names(group: Together, of: list[int], half: Half) -> str:
    members = zip(group.everybody, of, strict=True)
    return words.listing(words.literal(v.name) for v, taste in members if taste in half.people)


def _told(split: Split, names: list[str]) -> str:
    day = words.day(split.part_at.date())
    apart = [
        f"- {who}: {words.listing(words.literal(s) for s in half.sees)}"
        for who, half in zip(names, split.halves, strict=True)
    ]
    return "\n".join(
        (
            f"**Apart for a while on {day}?** Then all of you get more of what you like. After "
            f"{words.literal(split.part_after)}, from {words.clock(split.part_at)}:",
            *apart,
            f"And together again: {words.literal(split.dinner)} at {words.clock(split.dinner_at)}. "
            "I checked both halves; the plan itself stays common.",
        )
    )
