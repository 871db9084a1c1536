"""Polls that a platform shows natively, in SQL: which poll a vote is for, and what is due.

A vote names the platform's poll only. Until the store knows which of ours that is (the mark "sent"
comes after the people see it), the vote waits in a lane of its own that nobody claims.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.stores.lanes import INBOX
from core.messages import (
    CLOCK,
    Conversation,
    InboundMessage,
    Mode,
    PollDue,
    PollPart,
    PollVoted,
    Reply,
    shown_poll,
)

DUE_AT_ONCE = 200


def shown(db: sqlite3.Connection, reply: Reply, ids: Sequence[str]) -> None:
    """Remember where the polls of a sent reply are seen, and let in the votes that came before.

    Whoever sent it: that people see it is a fact, even when the sender lost its lease meanwhile.
    """
    refs = [(ref, seen) for ref in ids if (seen := shown_poll(ref)) is not None]
    parts = [part for part in reply.parts if isinstance(part, PollPart)]
    for part, (ref, (native, _)) in zip(parts, refs, strict=False):
        poll = db.execute(
            "SELECT conversation, person FROM polls WHERE id = ?", (part.poll,)
        ).fetchone()
        if poll is None:  # erased meanwhile
            continue
        key, person = poll
        lane = _lane(reply.conversation.platform, native)
        db.execute(
            "INSERT OR IGNORE INTO poll_refs VALUES (?, ?, ?, ?)",
            (lane.key, part.poll, person, ref),
        )
        INBOX.merge(db, lane.key, key)


def shows_polls(ids: Sequence[str]) -> bool:
    """Whether one of the ids of a sent reply is that of a poll."""
    return any(shown_poll(ref) is not None for ref in ids)


def vote(db: sqlite3.Connection, voted: PollVoted) -> tuple[InboundMessage, str]:
    """The vote as a message, and the lane it belongs to: its conversation's, or the poll's own."""
    lane = _lane(voted.platform, voted.poll)
    row = db.execute(
        "SELECT p.conversation FROM poll_refs r JOIN polls p ON p.id = r.poll WHERE r.ref = ?",
        (lane.key,),
    ).fetchone()
    message = InboundMessage(
        id=voted.id,
        conversation=lane,  # replaced by the real one when it is claimed
        sender=voted.voter,
        choice=voted.choice,
        sent_at=voted.at,
    )
    return message, row[0] if row else lane.key


def over(db: sqlite3.Connection, due: PollDue) -> tuple[InboundMessage, str] | None:
    """The end of a poll's time as a message in its conversation; None for a poll that is gone."""
    row = db.execute("SELECT conversation FROM polls WHERE id = ?", (due.poll,)).fetchone()
    if row is None:
        return None
    platform = row[0].partition(":")[0]
    message = InboundMessage(
        id=due.id,
        conversation=_lane(platform, due.poll),
        sender=CLOCK,
        choice=due.choice,
        sent_at=due.at,
    )
    return message, row[0]


def due(db: sqlite3.Connection, now: float) -> list[PollDue]:
    """Open polls whose time is over and of whose end nobody was told yet."""
    rows = db.execute(
        "SELECT id FROM polls WHERE state = 'open' AND closes_at <= ?"
        " AND NOT EXISTS (SELECT 1 FROM inbox WHERE external_id = 'due:' || polls.id)"
        " ORDER BY closes_at LIMIT ?",
        (now, DUE_AT_ONCE),
    ).fetchall()
    at = datetime.fromtimestamp(now, UTC)
    return [PollDue(id=f"due:{id}", poll=id, at=at) for (id,) in rows]


def _lane(platform: str, native: str) -> Conversation:
    return Conversation(platform=platform, chat_id="poll", thread_id=native, mode=Mode.GROUP)
