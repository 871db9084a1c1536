"""The wishes of all members as one: what has to hold for everybody, and what is said aloud of it.

Refusals, musts, diets, limits and budgets of all hold together; likes only weigh. What two people
said aloud against each other is named with their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from core.groups.dates import Availability
from core.groups.state import GroupState
from core.interests import INTERESTS
from core.naming import folded
from core.wishes import Pace, Party, Wish
from core.words import listing, literal

NO_NAME = "somebody"


@dataclass(frozen=True)
class Voice:
    """What one member wants: `said` aloud, `private` for code alone."""

    person: str
    name: str
    said: Wish = field(default_factory=Wish)
    private: Wish = field(default_factory=Wish)
    free: Availability = field(default_factory=Availability)
    free_private: Availability = field(default_factory=Availability)
    account: bool = True  # False: a guest, who has no private chat

    @property
    def is_private(self) -> bool:
        return self.private != Wish() or bool(self.free_private)


@dataclass(frozen=True)
class Conflict:
    """Two wishes said aloud that do not go together. `hard`: one of them has to give way."""

    what: str  # an interest tag or the name of a sight
    wants: tuple[str, ...]  # names
    refuses: tuple[str, ...]
    hard: bool
    wanting: tuple[str, ...] = ()  # person ids
    refusing: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return INTERESTS[self.what].label if self.what in INTERESTS else self.what

    def told(self) -> str:
        """ "Ana wants beaches, Ben refuses them."."""
        wants = "wants" if len(self.wants) == 1 else "want"
        refuses = "refuses" if len(self.refuses) == 1 else "refuse"
        them = "them" if self.what in INTERESTS else "it"
        return (
            f"{listing(map(literal, self.wants))} {wants} {literal(self.label)}, "
            f"{listing(map(literal, self.refuses))} {refuses} {them}."
        )


def voices(state: GroupState) -> tuple[Voice, ...]:
    """Everybody who is in, in a fixed order, with what they said and what they need."""
    private, needs = {p.person: p for p in state.private}, dict(state.needs)
    found = []
    for m in sorted(state.present, key=lambda m: m.person):
        aloud, alone = state.wish_of(m.person), private.get(m.person)
        told = alone.wish if alone else Wish()
        found.append(
            Voice(
                person=m.person,
                name=m.name or NO_NAME,
                said=aloud.wish if aloud else Wish(),
                private=told.with_news(needs.get(m.person, Wish())),
                free=aloud.free if aloud else Availability(),
                free_private=alone.free if alone else Availability(),
                account=m.role == "member",
            )
        )
    return tuple(found)


def together(wish: Wish, everybody: Sequence[Voice]) -> Wish:
    """The trip's wish with what all said aloud in it. Nothing private enters.

    A refusal that somebody else spoke against later still holds, because its owner did not take it
    back. Nobody said how many travel: then it is those who are in.
    """
    said = [v.said for v in everybody]
    if not said:
        return wish
    dislikes = _union(wish.dislikes, *(w.dislikes for w in said))
    musts = _union(wish.musts, *(w.musts for w in said))
    likes = _union(wish.likes, *(w.likes for w in said))
    budgets = [w.budget for w in (*said, wish) if w.budget is not None]
    each = [b for b in budgets if b.scope == "person"]
    same = len({b.currency for b in each}) == 1
    budget = min(each, key=lambda b: b.amount) if each and same else wish.budget
    walks = [w.max_walk_km for w in (*said, wish) if w.max_walk_km is not None]
    hours = [w.max_flight_hours for w in (*said, wish) if w.max_flight_hours is not None]
    return wish.model_copy(
        update={
            "dislikes": dislikes,
            "musts": musts,
            "likes": tuple(t for t in likes if t not in dislikes),
            "diet": _union(wish.diet, *(w.diet for w in said)),
            "exceptions": _union(wish.exceptions, *(w.exceptions for w in said)),
            "step_free": True if any(w.step_free for w in said) else wish.step_free,
            "no_flight": True if any(w.no_flight for w in said) else wish.no_flight,
            "no_driving": True if any(w.no_driving for w in said) else wish.no_driving,
            "quiet": True if any(w.quiet for w in said) else wish.quiet,
            "max_walk_km": min(walks, default=None),
            "max_flight_hours": min(hours, default=None),
            "budget": budget,
            "pace": _pace(wish.pace, [w.pace for w in said if w.pace is not None]),
            "party": wish.party or Party(adults=max(1, len(everybody)), counted=True),
        }
    )


def conflicts(everybody: Sequence[Voice]) -> tuple[Conflict, ...]:
    """What members said aloud against each other, in a fixed order."""
    found = []
    for what in sorted({t for v in everybody for t in v.said.dislikes}):
        refusing = [v for v in everybody if _has(v.said.dislikes, what)]
        musts = [v for v in everybody if _has(v.said.musts, what) and v not in refusing]
        likes = [v for v in everybody if _has(v.said.likes, what) and v not in refusing]
        wanting = musts or likes
        if wanting and not any(_has(v.said.exceptions, what) for v in musts):
            found.append(
                Conflict(
                    what,
                    tuple(v.name for v in wanting),
                    tuple(v.name for v in refusing),
                    hard=bool(musts),
                    wanting=tuple(v.person for v in wanting),
                    refusing=tuple(v.person for v in refusing),
                )
            )
    return tuple(found)


def pace_conflict(everybody: Sequence[Voice]) -> str:
    """ "Ana wants a relaxed pace, Ben a packed one: …", empty when nobody disagrees."""
    slow = [v.name for v in everybody if v.said.pace is Pace.RELAXED]
    fast = [v.name for v in everybody if v.said.pace is Pace.PACKED]
    if not (slow and fast):
        return ""
    wants = "wants" if len(slow) == 1 else "want"
    return (
        f"{listing(map(literal, slow))} {wants} a relaxed pace, {listing(map(literal, fast))} a "
        "packed one: I took the middle."
    )


def gives_way(wish: Wish, what: str) -> Wish:
    """A member's wish without what they gave up or no longer refuse."""

    def without(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(v for v in values if folded(v) != folded(what))

    return wish.model_copy(
        update={
            "musts": without(wish.musts),
            "likes": without(wish.likes),
            "dislikes": without(wish.dislikes),
        }
    )


def _pace(before: Pace | None, said: Sequence[Pace]) -> Pace | None:
    if not said:
        return before
    if Pace.RELAXED in said:
        return Pace.NORMAL if Pace.PACKED in said else Pace.RELAXED
    return Pace.NORMAL if Pace.NORMAL in said else Pace.PACKED


def _has(values: tuple[str, ...], what: str) -> bool:
    return any(folded(v) == folded(what) for v in values)


T = TypeVar("T")


def _union(*parts: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(v for part in parts for v in part))
