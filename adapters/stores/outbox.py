"""The outbox in SQL: one row a reply, each marked by itself, in order inside a conversation."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Sequence

import orjson
from pydantic import ValidationError

from adapters.stores import conversations, notice_delivery, polls
from adapters.stores.lanes import LEASE_S, OUTBOX
from adapters.stores.rows import dumped_whole
from core.messages import Conversation, Reply
from core.notices.state import MESSAGE
from core.ports import Delivery

MAX_RESENDS = 5  # a sender that dies is no fault of the reply, unless it happens every time
KEEP_TRYING_S = 2 * 86_400.0  # an answer that could not be said for two days helps nobody
_log = logging.getLogger(__name__)


def put(
    db: sqlite3.Connection,
    reply: Reply,
    key: str,
    person: str,
    now: float,
    *,
    wipe: bool = False,
    later: bool = False,
) -> None:
    """Store a final reply; the same id again changes nothing, a closed chat gets it as failed.

    A notice (`later`) waits for answers, also for those that are stored after it.
    """
    stepped_back = 0
    if not later:
        stepped_back = db.execute(
            "UPDATE outbox SET behind = 1 WHERE conversation = ? AND behind = 0 AND later = 1"
            " AND state = 'ready'",
            (key,),
        ).rowcount
    body = b"" if wipe and _is_closed(db, key) else dumped_whole(reply)
    db.execute(
        f"""
        INSERT INTO outbox (key, conversation, person, body, state, behind, wipe, later,
            created_at)
        SELECT ?, ?, ?, ?, iif(shut, 'failed', 'ready'), iif(shut, 0, {OUTBOX.occupied}), ?, ?, ?
        FROM (SELECT EXISTS (SELECT 1 FROM conversations WHERE key = ? AND closed <> '') AS shut)
        WHERE true ON CONFLICT (key) DO NOTHING
        """,
        (reply.id, key, person, body, key, int(wipe), int(later), now, key),
    )
    if stepped_back:
        OUTBOX.promote(db, key)


def _is_closed(db: sqlite3.Connection, key: str) -> bool:
    asked = "SELECT 1 FROM conversations WHERE key = ? AND closed <> ''"
    return db.execute(asked, (key,)).fetchone() is not None


def claim_replies(
    db: sqlite3.Connection,
    worker: str,
    limit: int,
    platforms: Collection[str],
    now: float,
    notices: int | None = None,
) -> list[Delivery]:
    """See core.ports.Outbox.claim_replies."""
    found: list[Delivery] = []
    for later, most in ((0, limit), (1, limit if notices is None else notices)):
        room = min(limit - len(found), most)
        while room > 0:
            rows = _due(db, later, room, platforms, now)
            taken = [_take(db, worker, row, now) for row in rows]
            found += [delivery for delivery in taken if delivery is not None]
            room -= len(taken) - taken.count(None)
            if None not in taken:  # else the reply behind one that failed may be taken now
                break
    return found


_Row = tuple[int, str, str, bytes, str, int, int, int, str, str, str, str]


def _due(
    db: sqlite3.Connection, later: int, limit: int, platforms: Collection[str], now: float
) -> list[_Row]:
    """The front rows that may be sent; one that is still `sending` has lost its sender."""
    chosen = f"AND c.platform IN ({', '.join('?' * len(platforms))})" if platforms else ""
    return db.execute(
        f"""
        SELECT o.id, o.key, o.conversation, o.body, o.state, o.attempts + 1, o.fence + 1, o.resent,
               c.platform, c.chat_id, c.thread_id, c.mode
        FROM outbox o JOIN conversations c ON c.key = o.conversation
        WHERE o.{OUTBOX.open} AND o.behind = 0 AND o.later = ? AND o.due <= ? {chosen}
        ORDER BY o.due, o.id LIMIT ?
        """,
        (later, now, *platforms, limit),
    ).fetchall()


def _take(db: sqlite3.Connection, worker: str, row: _Row, now: float) -> Delivery | None:
    """The row marked as `sending`; None when it is not to be sent, and failed."""
    id, key, conversation, body, state, attempts, fence, resent, *place = row
    again = state != "ready"  # it may have arrived already
    if again and resent >= MAX_RESENDS:
        _fail(db, id, conversation, "its senders died every time")
        return None
    try:
        reply = _at(Reply.model_validate_json(body), *place)
    except ValidationError:
        _log.error("outbox row %s cannot be read", key)
        _fail(db, id, conversation, "unreadable row")
        return None
    flagged = again or bool(resent)
    if _is_notice(reply) and not flagged and not notice_delivery.still_wanted(db, key, now):
        _fail(db, id, conversation, "not wanted any more")
        return None
    db.execute(
        "UPDATE outbox SET state = 'sending', worker = ?, due = ?, fence = ?, attempts = ?,"
        " resent = ? WHERE id = ?",
        (worker, now + LEASE_S, fence, attempts, resent + again, id),
    )
    return Delivery(reply, flagged, attempts, fence)


def _is_notice(reply: Reply) -> bool:
    return reply.id.startswith(MESSAGE)


def _at(reply: Reply, platform: str, chat_id: str, thread: str, mode: str) -> Reply:
    """The reply to where its conversation is now."""
    to = reply.conversation
    if (to.platform, to.chat_id, to.thread_id, to.mode) == (platform, chat_id, thread, mode):
        return reply
    here = Conversation.model_validate(
        {"platform": platform, "chat_id": chat_id, "thread_id": thread, "mode": mode}
    )
    return reply.model_copy(update={"conversation": here})


def _fail(db: sqlite3.Connection, id: int, conversation: str, why: str) -> None:
    db.execute(
        "UPDATE outbox SET state = 'failed', worker = '', behind = 0, why = ?,"
        " body = iif(wipe, x'', body) WHERE id = ?",
        (why, id),
    )
    OUTBOX.promote(db, conversation)


def sent(db: sqlite3.Connection, delivery: Delivery, platform_ids: Sequence[str]) -> bool:
    """See core.ports.Outbox.sent."""
    polls.shown(db, delivery.reply, platform_ids, again=delivery.resend)
    ended = _end(db, delivery, "sent", "", orjson.dumps(list(platform_ids)).decode())
    if polls.shows_polls(platform_ids):
        polls.let_in(db, delivery.reply.conversation.platform)
    return not ended or OUTBOX.waits(db, ended)


def not_sent(db: sqlite3.Connection, delivery: Delivery, why: str) -> None:
    _end(db, delivery, "failed", why[:500], "")


def _end(db: sqlite3.Connection, delivery: Delivery, state: str, why: str, ids: str) -> str:
    """The last mark of a delivery that is still ours; its conversation.

    A lost lease changes nothing, and the answer is empty.
    """
    ended = db.execute(
        "UPDATE outbox SET state = ?, worker = '', behind = 0, why = ?, platform_ids = ?,"
        " body = iif(wipe, x'', body) WHERE key = ? AND fence = ? AND state = 'sending'"
        " RETURNING conversation, wipe",
        (state, why, ids, delivery.reply.id, delivery.fence),
    ).fetchall()
    for conversation, wipe in ended:
        OUTBOX.promote(db, conversation)
        if _is_notice(delivery.reply):
            notice_delivery.ended(db, delivery.reply, conversation, state, why)
        if wipe:
            conversations.forget(db, conversation)
    return str(ended[0][0]) if ended else ""


def send_later(db: sqlite3.Connection, delivery: Delivery, why: str, at: float, now: float) -> None:
    """Back to `ready`, however often, until it is too old to be of use."""
    old = db.execute(
        "SELECT 1 FROM outbox WHERE key = ? AND created_at < ?",
        (delivery.reply.id, now - KEEP_TRYING_S),
    ).fetchone()
    if old:
        not_sent(db, delivery, f"given up after two days: {why}")
    else:
        _again(db, delivery, "ready", why, at)


def uncertain(db: sqlite3.Connection, delivery: Delivery, why: str, at: float) -> None:
    """Once more; a platform that leaves us in doubt again is left at that."""
    if delivery.resend:
        not_sent(db, delivery, f"uncertain twice: {why}")
        return
    if _again(db, delivery, "unknown", why, at) and _is_notice(delivery.reply):
        notice_delivery.ended(db, delivery.reply, "", "unknown", why)


def _again(db: sqlite3.Connection, delivery: Delivery, state: str, why: str, at: float) -> bool:
    """Whether the delivery was still ours."""
    changed = db.execute(
        "UPDATE outbox SET state = ?, worker = '', why = ?, due = ?"
        " WHERE key = ? AND fence = ? AND state = 'sending'",
        (state, why[:500], at, delivery.reply.id, delivery.fence),
    )
    return changed.rowcount > 0
