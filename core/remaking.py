"""Changes of a whole trip: each goes to the towns it is about, and one summary comes back."""

from __future__ import annotations

from collections.abc import Sequence

from core import words
from core.errors import Rejected
from core.itinerary.build import build
from core.itinerary.diff import Step
from core.itinerary.problem import Impossible, Problem
from core.itinerary.revise import NOTHING, Revision, revise
from core.itinerary.stages import split
from core.making import Made, build_all, joined
from core.naming import best_named
from core.reading import Change, ChangeKind
from core.trips import Plan, Stage

# Changes that name a stop; they are about the town that has it.
_OF_A_STOP = {ChangeKind.REMOVE, ChangeKind.MOVE, ChangeKind.TAKE_SWAP}


def revise_all(plan: Plan, old: Made, new: Made, changes: Sequence[Change]) -> Revision:
    """`plan`, made for `old`, with as little changed as possible so that it fits `new`.

    Raises Rejected, with a sentence, when a change cannot be done.
    """
    parts = split(plan)
    if len(old.problems) != len(new.problems) or len(parts) != len(new.problems):
        made = build_all(new)
        return Revision(plan=made, summary=("The towns changed, so I planned the trip anew.",))
    revisions = []
    for n, part in enumerate(parts):
        mine = [own for c in changes if (own := _of_town(c, plan, n)) is not None]
        revisions.append(_one_town(part, old.problems[n], new.problems[n], mine))
    whole = joined([r.plan for r in revisions], new)
    return Revision(
        plan=whole,
        kept=_numbered(revisions, plan, "kept"),
        moved=_numbered(revisions, plan, "moved"),
        dropped=_numbered(revisions, plan, "dropped"),
        added=_numbered(revisions, plan, "added"),
        summary=_summary(revisions, plan),
    )


def exchange_towns(plan: Plan, old: Made, new: Made) -> Revision:
    """`plan` for the towns of `new`: those that stay are repaired, the others planned anew.

    Raises Rejected when one of them has no plan.
    """
    before = {
        town.destination_id: (part, problem)
        for town, part, problem in zip(plan.towns, split(plan), old.problems, strict=True)
    }
    parts: list[Plan] = []
    lines: list[str] = []
    for problem in new.problems:
        known = before.get(problem.destination.id)
        try:
            if known is None:
                parts.append(build(problem))
                continue
        except Impossible as error:
            raise Rejected(f"{error} The plan stays as it was.") from error
        revision = _one_town(known[0], known[1], problem, [])
        parts.append(revision.plan)
        if revision.moved or revision.dropped or revision.added:
            lines += [f"{problem.destination.name}: {line}" for line in revision.summary]
        else:
            lines.append(f"{problem.destination.name} stays as it was.")
    whole = joined(parts, new)
    return Revision(plan=whole, summary=(_exchanged(plan, whole), *lines))


def _exchanged(old: Plan, new: Plan) -> str:
    """ "Porto instead of Lisbon, planned anew.": who came and who went."""
    before, after = ({t.destination_id: t.destination for t in p.towns} for p in (old, new))
    gone = words.listing(name for id, name in before.items() if id not in after)
    come = words.listing(name for id, name in after.items() if id not in before)
    if come and gone:
        return f"{come} instead of {gone}, planned anew."
    return f"{gone} is out; the other towns have its days." if gone else f"{come}, planned anew."


def _one_town(part: Plan, old: Problem, new: Problem, changes: Sequence[Change]) -> Revision:
    """All changes of one town, one after the other; without any, only what no longer fits goes."""
    lines: list[str] = []
    revision: Revision | None = None
    current, problem = part, old
    try:
        todo: list[Change | None] = [*changes] or [None]
        for change in todo:
            revision = revise(current, problem, new, change)
            lines += [s for s in revision.summary if s not in lines]
            current, problem = revision.plan, new
    except Impossible as error:
        raise Rejected(f"{error} The plan stays as it was.") from error
    assert revision is not None
    told = [line for line in lines if line != NOTHING] or lines
    return revision.with_plan(current, tuple(told))


def _of_town(change: Change, plan: Plan, n: int) -> Change | None:
    """The change as this town sees it, with its own day numbers; None when it is not about it."""
    towns = plan.towns
    if len(towns) == 1:
        return change
    town = towns[n]
    offset = (town.first - plan.first_day).days
    length = (town.last - town.first).days + 1
    days = {"day": change.day, "other_day": change.other_day}
    said = [d for d in days.values() if d is not None]
    if said:
        here = [offset < d <= offset + length for d in said]
        if any(here) and not all(here):
            raise Rejected("These days are in different towns. Shall I plan the trip anew?")
        if not all(here):
            return None
        if change.kind is ChangeKind.MOVE and not _has(plan, town, change.what):
            raise Rejected(f"That stop is not in {town.destination}, where you are on that day.")
        return change.model_copy(update={k: d - offset for k, d in days.items() if d is not None})
    if change.kind in _OF_A_STOP and change.what and not _has(plan, town, change.what):
        return None
    return change


def _has(plan: Plan, town: Stage, what: str) -> bool:
    """True when the stop that `what` names best in the whole plan is in this town."""
    named = [(s.id, s.title) for s in plan.visits()]
    found = what if any(what == id for id, _ in named) else best_named(what, named)
    days = [d for d in plan.days if town.first <= d.day <= town.last]
    return any(s.id == found for d in days for s in d.stops)


def _numbered(revisions: Sequence[Revision], plan: Plan, which: str) -> tuple[Step, ...]:
    """The steps of all towns with day numbers of the whole trip."""
    found = []
    for town, revision in zip(plan.towns, revisions, strict=True):
        offset = (town.first - plan.first_day).days
        for step in getattr(revision, which):
            update = {
                "old_day": step.old_day + offset if step.old_day else 0,
                "new_day": step.new_day + offset if step.new_day else 0,
            }
            found.append(step.model_copy(update=update))
    return tuple(found)


def _summary(revisions: Sequence[Revision], plan: Plan) -> tuple[str, ...]:
    if len(revisions) == 1:
        return revisions[0].summary
    return tuple(
        f"{town.destination}: {line}"
        for town, revision in zip(plan.towns, revisions, strict=True)
        if revision.summary != (NOTHING,)
        for line in revision.summary
    )
