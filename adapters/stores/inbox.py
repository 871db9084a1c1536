"""The inbox in SQL: dedupe, edits, claims with lease and fence."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from adapters.stores import amends, conversations, farewell, members, outbox, pacing, polls
from adapters.stores.lanes import INBOX, LEASE_S
from adapters.stores.rows import dumped, text
from core.errors import Stale
from core.messages import (
    Conversation,
    ConversationClosed,
    ConversationMoved,
    ConversationOpened,
    Inbound,
    InboundMessage,
    MembersChanged,
    MessageDeleted,
    PollDue,
    PollVoted,
    TurnStopped,
)
from core.ports import Claim

MAX_RAW_CHARS = 16_000
MAX_BURST = 12  # messages that are answered together
_log = logging.getLogger(__name__)


def accept(
    db: sqlite3.Connection, inbound: Sequence[Inbound], now: float, per_minute: int = 0
) -> int:
    """Keep everything; returns how many were new. See core.ports.Inbox.accept.

    Of one person `per_minute` messages are taken in to be answered, all when it is 0.
    """
    return sum(_accept_one(db, item, now, per_minute) for item in inbound)


def _accept_one(db: sqlite3.Connection, item: Inbound, now: float, per_minute: int) -> bool:
    if isinstance(item, InboundMessage):
        return _accept_message(db, item, now, per_minute)
    if isinstance(item, PollVoted):
        return _insert(db, *polls.vote(db, item), "", now)
    if isinstance(item, PollDue):
        ended = polls.over(db, item)
        return _insert(db, *ended, "", now) if ended else False
    if not _note(db, item.id, now):
        return False
    match item:
        case ConversationMoved():
            conversations.move(db, item, now)
        case ConversationClosed():
            leave = conversations.left_all if item.whole else conversations.left
            farewell.tell_owners(db, leave(db, item.key, item.why, now), now)
        case ConversationOpened():
            place = item.conversation
            conversations.heard(db, place, conversations.resolve(db, place.key), "", now)
            if item.whole:
                conversations.back_in_all(db, f"{place.platform}:{place.chat_id}:")
        case MembersChanged():
            members.changed(db, item)
            amends.left(db, item)
        case MessageDeleted():
            amends.delete(db, item)
        case TurnStopped():
            amends.stop(db, item, now)
    return True


def _accept_message(
    db: sqlite3.Connection, message: InboundMessage, now: float, per_minute: int
) -> bool:
    key = conversations.resolve(db, message.conversation.key)
    ref = "" if message.choice else message.ref
    known = (
        ref
        and db.execute(
            "SELECT id, external_id, state, version FROM inbox"
            " WHERE conversation = ? AND ref = ? AND ref <> ''",
            (key, ref),
        ).fetchone()
    )
    if known:
        new = _note(db, message.id, now)
        if new:
            row, first_id, state, present = known
            # The answer belongs to the id under which the message came first.
            edited = message.model_copy(update={"id": first_id})
            amends.edit(db, edited, key, row, state, present)
    else:
        pace = pacing.pace_of(db, message, per_minute)
        if pace == pacing.HASTY:
            return _accept_hasty(db, message, key, ref, now, per_minute)
        new = _insert(db, message, key, ref, now, pace)
    if new:
        conversations.heard(db, message.conversation, key, message.sender.id, now)
    return new


def _insert(
    db: sqlite3.Connection, m: InboundMessage, key: str, ref: str, now: float, pace: int = 0
) -> bool:
    values = (m.id, key, m.sender.id, ref, m.version.timestamp(), dumped(m), now, pace, key)
    inserted = db.execute(
        "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
        f" received_at, pace, behind) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, {INBOX.occupied})"
        " ON CONFLICT (external_id) DO NOTHING",
        values,
    )
    return inserted.rowcount > 0


def _accept_hasty(
    db: sqlite3.Connection, m: InboundMessage, key: str, ref: str, now: float, per_minute: int
) -> bool:
    """Keep what came too fast to be answered; the first of a burst brings a sentence."""
    kept = db.execute(
        "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
        " received_at, pace) VALUES (?, ?, ?, ?, ?, ?, 'done', ?, ?)"
        " ON CONFLICT (external_id) DO NOTHING",
        (m.id, key, m.sender.id, ref, m.version.timestamp(), dumped(m), now, pacing.HASTY),
    )
    if not kept.rowcount:
        return False
    conversations.heard(db, m.conversation, key, m.sender.id, now)
    word = pacing.word_for(db, m, per_minute)
    if word is not None:
        outbox.put(db, word, key, m.sender.id, now)
    return True


def _note(db: sqlite3.Connection, external_id: str, now: float) -> bool:
    """Remember a delivery that needs no answer; False when it was seen before."""
    noted = db.execute(
        "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
        " received_at) VALUES (?, '', '', '', 0, x'', 'done', ?)"
        " ON CONFLICT (external_id) DO NOTHING",
        (external_id, now),
    )
    return noted.rowcount > 0


def bury(db: sqlite3.Connection, external_id: str, raw: str, why: str, now: float) -> None:
    """Set aside what nobody can read. A lone surrogate becomes a question mark."""
    body = text(raw[:MAX_RAW_CHARS])
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (external_id, body, why, at) VALUES (?, ?, ?, ?)",
        (external_id, body, why[:500], now),
    )


def claim(
    db: sqlite3.Connection, worker: str, limit: int, platforms: Collection[str], now: float
) -> list[Claim]:
    """See core.ports.Inbox.claim: the front rows that are due."""
    chosen = f"AND c.platform IN ({', '.join('?' * len(platforms))})" if platforms else ""
    rows = db.execute(
        f"""
        SELECT i.id, i.external_id, i.conversation, i.body, i.attempts + 1, i.fence + 1,
               c.platform, c.chat_id, c.thread_id, c.mode
        FROM inbox i JOIN conversations c ON c.key = i.conversation
        WHERE i.{INBOX.open} AND i.behind = 0 AND i.due <= ? {chosen}
        ORDER BY i.due, i.id LIMIT ?
        """,
        (now, *platforms, limit),
    ).fetchall()
    until = datetime.fromtimestamp(now + LEASE_S, UTC)
    claims = []
    for id, external_id, key, body, attempts, fence, *place in rows:
        try:
            message = _at(InboundMessage.model_validate_json(body), *place)
        except ValidationError:
            _unreadable(db, id, external_id, key, body, now)
            continue
        db.execute(
            "UPDATE inbox SET state = 'claimed', worker = ?, due = ?, fence = ?, attempts = ?"
            " WHERE id = ?",
            (worker, now + LEASE_S, fence, attempts, id),
        )
        also = _burst(db, id, message, key, place) if attempts == 1 else ()
        claims.append(Claim(message, fence, attempts, until, also))
    return claims


def _burst(
    db: sqlite3.Connection, id: int, first: InboundMessage, key: str, place: list[str]
) -> tuple[InboundMessage, ...]:
    """What waits in a group behind a question to us, up to the first tapped choice.

    They are nobody else's while the front row is claimed. A second attempt is made alone, so that
    one of them cannot harm the others for long.
    """
    if first.conversation.mode != "group" or not _may_join(first) or not first.addressed:
        return ()
    rows = db.execute(
        "SELECT body FROM inbox WHERE conversation = ? AND behind = 1 AND state = 'waiting'"
        " AND id > ? ORDER BY id LIMIT ?",
        (key, id, MAX_BURST - 1),
    ).fetchall()
    found: list[InboundMessage] = []
    for (body,) in rows:
        try:
            message = _at(InboundMessage.model_validate_json(body), *place)
        except ValidationError:
            break
        if not _may_join(message):
            break
        found.append(message)
    return tuple(found)


def _may_join(m: InboundMessage) -> bool:
    return not (m.choice or m.was or m.unsupported or m.sender.is_bot)


def _at(m: InboundMessage, platform: str, chat_id: str, thread: str, mode: str) -> InboundMessage:
    """The message where its conversation is now."""
    was = m.conversation
    if (was.platform, was.chat_id, was.thread_id, was.mode) == (platform, chat_id, thread, mode):
        return m
    here = Conversation.model_validate(
        {"platform": platform, "chat_id": chat_id, "thread_id": thread, "mode": mode}
    )
    return m.model_copy(update={"conversation": here})


def _unreadable(
    db: sqlite3.Connection, id: int, external_id: str, key: str, body: bytes, now: float
) -> None:
    """A row that this program cannot read must not stand in the way of the others."""
    _log.error("inbox row %s cannot be read; it is a dead letter now", external_id)
    bury(db, external_id, body.decode("utf-8", "replace"), "unreadable row", now)
    db.execute("UPDATE inbox SET state = 'dead' WHERE id = ?", (id,))
    INBOX.promote(db, key)


def finish(
    db: sqlite3.Connection,
    claim: Claim,
    state: str = "done",
    also: Sequence[InboundMessage] = (),
) -> tuple[dict[str, int], str]:
    """The row of a claim that still holds and of those answered with it, all ended.

    Returns the rows by message id, and the conversation. Raises Stale.
    """
    rows = {message.id: _finish_behind(db, message) for message in also}
    ended = db.execute(
        "UPDATE inbox SET state = ?, worker = '', behind = 0"
        " WHERE external_id = ? AND state = 'claimed' AND fence = ? RETURNING id, conversation",
        (state, claim.message.id, claim.fence),
    ).fetchall()
    if not ended:
        raise Stale(claim.message.id)
    row, key = ended[0]
    INBOX.promote(db, key)
    return {**rows, claim.message.id: int(row)}, str(key)


def _finish_behind(db: sqlite3.Connection, message: InboundMessage) -> int:
    ended = db.execute(
        "UPDATE inbox SET state = 'done', behind = 0 WHERE external_id = ? AND state = 'waiting'"
        " AND behind = 1 RETURNING id",
        (message.id,),
    ).fetchall()
    if not ended:
        raise Stale(message.id)
    return int(ended[0][0])


def renew(db: sqlite3.Connection, claim: Claim, now: float) -> Claim:
    until = now + LEASE_S
    _held(db, claim, "due = ?", until)
    return Claim(claim.message, claim.fence, claim.attempts, datetime.fromtimestamp(until, UTC))


def retry_later(db: sqlite3.Connection, claim: Claim, at: float) -> None:
    _held(db, claim, "state = 'waiting', worker = '', due = ?", at)


def put_back(db: sqlite3.Connection, claim: Claim, at: float) -> None:
    back = "state = 'waiting', worker = '', attempts = attempts - 1, due = ?"
    _held(db, claim, back, at)


def _held(db: sqlite3.Connection, claim: Claim, changes: str, due: float) -> None:
    """Change the row of a claim that still holds. Raises Stale when another worker took over."""
    changed = db.execute(
        f"UPDATE inbox SET {changes} WHERE external_id = ? AND state = 'claimed' AND fence = ?",
        (due, claim.message.id, claim.fence),
    )
    if not changed.rowcount:
        raise Stale(claim.message.id)


def release(db: sqlite3.Connection, worker: str) -> None:
    """Give back what `worker` holds; its attempt does not count."""
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', due = 0, attempts = attempts - 1"
        " WHERE state = 'claimed' AND worker = ?",
        (worker,),
    )
    db.execute(
        "UPDATE outbox SET state = 'unknown', worker = '', due = 0"
        " WHERE state = 'sending' AND worker = ?",
        (worker,),
    )


def recover(db: sqlite3.Connection) -> None:
    """Nobody else is alive on this file: nobody works on anything, whatever the leases say."""
    db.execute("UPDATE inbox SET state = 'waiting', worker = '', due = 0 WHERE state = 'claimed'")
    db.execute("UPDATE outbox SET state = 'unknown', worker = '', due = 0 WHERE state = 'sending'")
