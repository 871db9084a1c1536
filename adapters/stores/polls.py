"""Polls that a platform shows natively, in SQL: which poll a vote is for, and what is due.

A vote names the platform's poll only. Until the store knows which of ours that is (the mark "sent"
comes after the people see it), the vote waits in a lane of its own that nobody claims.

When a sender dies before that mark, the poll is sent again and may be seen twice; nobody told us
the id of the first one. A vote in a poll that nobody knows is then one in the poll that was sent
again, when there is just one such poll in which this person may vote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.stores.lanes import INBOX
from core.groups.state import Poll
from core.messages import (
    CLOCK,
    Conversation,
    InboundMessage,
    Mode,
    PollDue,
    PollPart,
    PollVoted,
    Reply,
    poll_ref,
    shown_poll,
)

DUE_AT_ONCE = 200
_TWICE, _TWICE_END = "twice:", "twice;"  # refs that say: this poll may be seen twice


def shown(db: sqlite3.Connection, reply: Reply, ids: Sequence[str], *, again: bool) -> None:
    """Remember where the polls of a sent reply are seen, and let in the votes that came before.

    Whoever sent it: that people see it is a fact, even when the sender lost its lease meanwhile.
    `again` is set when it may be seen a second time.
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
        if again:
            twice = (f"{_TWICE}{part.poll}", part.poll, person, "")
            db.execute("INSERT OR IGNORE INTO poll_refs VALUES (?, ?, ?, ?)", twice)


def let_in(db: sqlite3.Connection, platform: str) -> None:
    """Try again to find out where the votes belong that wait by themselves."""
    waiting = db.execute(
        "SELECT body, conversation FROM inbox WHERE state = 'waiting' AND conversation >= ?"
        " AND conversation < ? ORDER BY id",
        (f"{platform}:poll:", f"{platform}:poll;"),
    ).fetchall()
    for body, key in waiting:
        message = InboundMessage.model_validate_json(body)
        conversation = _adopted(db, message.conversation, message.sender.id)
        if conversation:
            INBOX.merge(db, key, conversation)


def _adopted(db: sqlite3.Connection, lane: Conversation, person: str) -> str:
    """Where a vote in an unknown poll belongs, if that is certain, and from now on known."""
    in_flight = db.execute(
        "SELECT 1 FROM outbox WHERE state IN ('sending', 'unknown')"
        ' AND instr(CAST(body AS TEXT), \'"type":"poll"\') LIMIT 1'
    ).fetchone()
    if in_flight:  # it may be the poll of this very moment
        return ""
    rows = db.execute(
        "SELECT p.id, p.conversation, p.person, p.body FROM poll_refs r JOIN polls p"
        " ON p.id = r.poll WHERE r.ref >= ? AND r.ref < ? AND p.state = 'open'",
        (_TWICE, _TWICE_END),
    ).fetchall()
    mine = [
        (poll, key, owner)
        for poll, key, owner, body in rows
        if key.startswith(f"{lane.platform}:")
        and _may_vote(db, Poll.model_validate_json(body), key, person)
    ]
    if len(mine) != 1:
        return ""
    [(poll, key, owner)] = mine
    seen = poll_ref(lane.thread_id, "0")  # nobody knows which message shows it
    db.execute("INSERT OR IGNORE INTO poll_refs VALUES (?, ?, ?, ?)", (lane.key, poll, owner, seen))
    return str(key)


def _may_vote(db: sqlite3.Connection, poll: Poll, key: str, person: str) -> bool:
    if poll.voters:
        return person in poll.voters
    asked = "SELECT 1 FROM members WHERE conversation = ? AND person = ?"
    return db.execute(asked, (key, person)).fetchone() is not None


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
    key = row[0] if row else _adopted(db, lane, voted.voter.id)
    return message, key or lane.key


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
