"""Hard wishes that cannot both be kept. They are asked about, never settled by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.interests import INTERESTS, matches
from core.naming import best_named
from core.travel import Sight
from core.wishes import Wish


class Contradiction(NamedTuple):
    """A sight that has to be in and is of a kind that is refused."""

    number: int  # of the must in the wish, from 0
    must: str  # as it was said
    sight: str  # the name of the sight
    refused: str  # the interest that is refused


def contradictions(wish: Wish, sights: Sequence[Sight]) -> list[Contradiction]:
    """Musts that are refused by their kind, unless they were named as an exception."""
    names = [(s.id, n) for s in sights for n in (s.name, s.local_name) if n]
    by_id = {s.id: s for s in sights}
    found = []
    for number, must in enumerate(wish.musts):
        if must in INTERESTS or must in wish.exceptions:
            continue
        id = best_named(must, names)
        if id is None:
            continue
        sight = by_id[id]
        refused = [t for t in wish.dislikes if matches(t, sight.category, sight.tags)]
        if refused:
            found.append(Contradiction(number, must, sight.name, refused[0]))
    return found


def settled(wish: Wish, number: int, *, keep: bool) -> Wish:
    """The wish after the answer: the must is an exception, or it is given up."""
    if not 0 <= number < len(wish.musts):
        return wish
    must = wish.musts[number]
    if keep:
        return wish.with_news(Wish(exceptions=(must,)))
    return wish.model_copy(
        update={
            "musts": tuple(m for m in wish.musts if m != must),
            "dislikes": (*wish.dislikes, must),
        }
    )
