"""Hard wishes that cannot both be kept. They are asked about, never settled by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.interests import INTERESTS, matches
from core.naming import best_named
from core.travel import Sight
from core.wishes import Wish


class Contradiction(NamedTuple):
    """What has to be in and is refused. The numbers are those of both in the wish, from 0."""

    must: int
    refusal: int
    wanted: str  # the name of the sight, or of the kind of sights
    refused: str  # the kind that is refused; empty when the very same was


def contradictions(wish: Wish, sights: Sequence[Sight]) -> list[Contradiction]:
    """Musts that are refused by name or by their kind, unless they are an exception."""
    names = [(s.id, n) for s in sights for n in (s.name, s.local_name) if n]
    by_id = {s.id: s for s in sights}
    found = []
    for number, must in enumerate(wish.musts):
        if must in INTERESTS:
            if must in wish.dislikes and must not in wish.exceptions:
                label = INTERESTS[must].label
                found.append(Contradiction(number, wish.dislikes.index(must), label, ""))
            continue
        id = best_named(must, names)
        if id is None:
            continue
        excused = any(best_named(each, names) == id for each in wish.exceptions)
        for refusal, said in enumerate(wish.dislikes):
            if (
                said in INTERESTS
                and not excused
                and matches(said, by_id[id].category, by_id[id].tags)
            ):
                label = INTERESTS[said].label
                found.append(Contradiction(number, refusal, by_id[id].name, label))
            elif said not in INTERESTS and best_named(said, names) == id:
                found.append(Contradiction(number, refusal, by_id[id].name, ""))
    return found


def settled(wish: Wish, must: int, refusal: int, *, keep: bool) -> Wish:
    """The wish after the answer: the must is an exception, or it is given up."""
    if not (0 <= must < len(wish.musts) and 0 <= refusal < len(wish.dislikes)):
        return wish
    wanted, refused = wish.musts[must], wish.dislikes[refusal]
    if not keep:
        left = tuple(m for m in wish.musts if m != wanted)
        dislikes = tuple(dict.fromkeys((*wish.dislikes, wanted)))
        return wish.model_copy(update={"musts": left, "dislikes": dislikes})
    if refused in INTERESTS and wanted not in INTERESTS:
        return wish.with_news(Wish(exceptions=(wanted,)))
    dislikes = tuple(d for d in wish.dislikes if d != refused)
    return wish.model_copy(update={"dislikes": dislikes})


def overruled(wish: Wish) -> list[str]:
    """A sentence on what is liked and refused as well: the refusal is hard, so it holds."""
    both = [t for t in wish.likes if t in wish.dislikes and t in INTERESTS]
    return [
        f"You said no {INTERESTS[t].label}, so I left them out, although you like them. "
        f"Say “{INTERESTS[t].label} after all” if that has changed."
        for t in both
    ]
