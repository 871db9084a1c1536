"""The decision ledger: what was decided, what took whose place, what somebody missed. Pure.

Every answer comes from rows alone, so it is the same after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.groups.state import Decision, Expense, GroupState, Member, Poll
from core.messages import Value


class Missed(Value):
    """What happened in a group after a moment, oldest first in each list.

    `waiting` are polls that are open, where the person may vote and has not. `trips` are ids of
    trips whose plan changed.
    """

    since: datetime | None
    decided: tuple[Decision, ...] = ()
    asked: tuple[Poll, ...] = ()
    waiting: tuple[Poll, ...] = ()
    ended: tuple[Poll, ...] = ()  # without a decision
    paid: tuple[Expense, ...] = ()
    undone: tuple[Expense, ...] = ()
    joined: tuple[Member, ...] = ()
    left: tuple[Member, ...] = ()
    trips: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True when there is nothing to tell."""
        told = (self.decided, self.asked, self.waiting, self.ended, self.paid, self.undone)
        return not any((*told, self.joined, self.left, self.trips))


def standing(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions that hold: those that no later one took the place of, oldest first."""
    replaced = {d.replaces for d in decisions if d.replaces}
    return tuple(d for d in _in_order(decisions) if d.id not in replaced)


def standing_on(decisions: Sequence[Decision], subject: str) -> Decision | None:
    """The decision that holds on a subject; None when there is none."""
    return next((d for d in reversed(standing(decisions)) if d.subject == subject), None)


def added(decisions: Sequence[Decision], new: Decision) -> Decision:
    """`new` with the decision that it takes the place of: the one that holds on its subject."""
    before = standing_on(decisions, new.subject) if new.subject else None
    return new.model_copy(update={"replaces": before.id if before else ""})


def topic(words: str) -> str:
    """What a decision without a vote is about: its words but for the figures in them, so that
    "we meet at 9" takes the place of "we meet at 8"; "" when there are none."""
    bare = "".join(" " if c.isdigit() else c for c in words)
    return f"said: {_folded(bare)}" if bare != words and _folded(bare) else ""


def replaced_by(decisions: Sequence[Decision], decision: Decision) -> Decision | None:
    """The decision that took the place of this one; None when it holds."""
    return next((d for d in decisions if d.replaces == decision.id), None)


def about(decisions: Sequence[Decision], words: str) -> tuple[Decision, ...]:
    """The decisions that name what the words name, oldest first; those that hold and others."""
    wanted = _folded(words)
    if not wanted:
        return ()
    return tuple(
        d
        for d in _in_order(decisions)
        if _whole(wanted, _folded(d.what)) or _whole(_folded(d.what), wanted)
    )


def missed(
    state: GroupState,
    person: str,
    since: datetime | None,
    now: datetime,
    changed_trips: Iterable[tuple[str, datetime]] = (),
) -> Missed:
    """What happened after `since` (None: ever) up to `now`; what the person did is left out.

    `changed_trips` are ids of trips with the moment of the last change of their plan.
    """

    def new(moment: datetime | None) -> bool:
        return moment is not None and moment <= now and (since is None or moment > since)

    voted = {b.poll for b in state.ballots if b.person == person and b.picks}
    by_poll = {d.poll for d in state.decisions if d.poll}
    return Missed(
        since=since,
        decided=tuple(d for d in _in_order(state.decisions) if new(d.at)),
        asked=tuple(p for p in state.polls if new(p.opened_at) and p.asked_by != person),
        waiting=tuple(
            p
            for p in state.polls
            if p.state == "open"
            and p.closes_at > now
            and p.id not in voted
            and (not p.voters or person in p.voters)
        ),
        ended=tuple(p for p in state.polls if new(p.closed_at) and p.id not in by_poll),
        paid=tuple(
            e
            for e in state.expenses
            if new(e.said_at) and e.undone_at is None and e.paid_by != person
        ),
        undone=tuple(e for e in state.expenses if new(e.undone_at) and not new(e.said_at)),
        joined=tuple(
            m for m in state.members if new(m.joined_at) and m.person != person and not m.left_at
        ),
        left=tuple(m for m in state.members if new(m.left_at) and m.person != person),
        trips=tuple(id for id, moment in changed_trips if new(moment)),
    )


def _in_order(decisions: Sequence[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda d: d.at)


def _folded(words: str) -> str:
    kept = "".join(c if c.isalnum() else " " for c in words.casefold())
    return " ".join(w for w in kept.split() if w not in ("the", "a", "an", "to", "in", "for"))


def _whole(part: str, text: str) -> bool:
    """Whether `part` stands in `text` as whole words."""
    return bool(part) and f" {part} " in f" {text} "
