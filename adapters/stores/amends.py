"""What people do to messages they have sent: edit them, take them back, stop their answer, leave.

A row of the inbox with `reread` set led to what is kept (a plan, a wish); when it is edited after
its answer, it comes to the lane once more, with the words that were answered in `was`.
"""

from __future__ import annotations

import hashlib
import sqlite3

from pydantic import ValidationError

from adapters.stores import conversations, outbox
from adapters.stores.lanes import INBOX, OUTBOX
from adapters.stores.rows import dumped, text
from core.messages import (
    InboundMessage,
    MembersChanged,
    MessageDeleted,
    Reply,
    Text,
    TurnStopped,
)
from core.words import STOPPED

EDITABLE = 200  # an edit is looked for among so many of the newest lines


def edit(
    db: sqlite3.Connection, message: InboundMessage, key: str, row: int, state: str, present: float
) -> None:
    """A newer version: it is what gets answered, or, when that is done, what is remembered.

    One that led to what is kept is read again.
    """
    version = message.version.timestamp()
    if version <= present:
        return
    before, reread = _present(db, row)
    if state in ("waiting", "claimed"):
        was = before.was if before and state == "waiting" else ""
        body = dumped(message.model_copy(update={"was": was} if was else {}))
        db.execute("UPDATE inbox SET body = ?, version = ? WHERE id = ?", (body, version, row))
        return
    db.execute("UPDATE inbox SET version = ? WHERE id = ?", (version, row))
    if state == "done":
        remember(db, message, key, row)
        if reread and before is not None:
            reopen(db, message, key, row, before.text)


def changed_meanwhile(
    db: sqlite3.Connection, answered: InboundMessage, key: str, row: int, *, reread: bool
) -> None:
    """The row has just been answered; an edit that came while that was made is not lost."""
    if reread:
        db.execute("UPDATE inbox SET reread = 1 WHERE id = ?", (row,))
    (version,) = db.execute("SELECT version FROM inbox WHERE id = ?", (row,)).fetchone()
    now, _ = _present(db, row) if version > answered.version.timestamp() else (None, False)
    if now is None:
        return
    remember(db, now, key, row)
    if reread:
        reopen(db, now, key, row, answered.text)


def remember(db: sqlite3.Connection, message: InboundMessage, key: str, row: int) -> None:
    """The line of the history says what the message says now."""
    db.execute(
        "UPDATE messages SET text = ?, tokens = ? WHERE inbox_id = ? AND role = 'user' AND id"
        " IN (SELECT id FROM messages WHERE conversation = ? ORDER BY id DESC LIMIT ?)",
        (text(message.text), len(message.text) // 3 + 1, row, key, EDITABLE),
    )


def reopen(db: sqlite3.Connection, message: InboundMessage, key: str, row: int, was: str) -> None:
    """Put a finished row into the lane once more; `was` are the words that were answered."""
    if message.text == was:
        return
    body = dumped(message.model_copy(update={"was": was, "addressed": True}))
    db.execute(
        "UPDATE inbox SET state = 'waiting', worker = '', attempts = 0, due = 0, body = ?,"
        f" behind = {INBOX.occupied} WHERE id = ?",
        (body, key, row),
    )


def delete(db: sqlite3.Connection, deleted: MessageDeleted) -> None:
    """The message is forgotten; when nobody has answered it, nobody will."""
    key = conversations.resolve(db, deleted.conversation.key)
    rows = db.execute(
        "SELECT id FROM inbox WHERE conversation = ? AND ref = ? AND ref <> ''", (key, deleted.ref)
    ).fetchall()
    for (row,) in rows:
        _drop(db, row, key)
        db.execute(
            "DELETE FROM messages WHERE inbox_id = ? AND role = 'user' AND id IN"
            " (SELECT id FROM messages WHERE conversation = ? ORDER BY id DESC LIMIT ?)",
            (row, key, EDITABLE),
        )
        db.execute("UPDATE inbox SET body = x'', reread = 0 WHERE id = ?", (row,))
    if not rows:  # it is still on its way to us, and will find that it is done
        db.execute(
            "UPDATE inbox SET conversation = ?, ref = ? WHERE external_id = ?",
            (key, deleted.ref, deleted.id),
        )


def left(db: sqlite3.Connection, changed: MembersChanged) -> None:
    """Who has left the chat does not get there what they had asked for."""
    chat = changed.conversation
    for person in changed.left:
        rows = db.execute(
            "SELECT i.id, i.conversation FROM inbox i JOIN conversations c ON c.key ="
            " i.conversation WHERE i.person = ? AND i.state IN ('waiting', 'claimed')"
            " AND c.platform = ? AND c.chat_id = ?",
            (person.id, chat.platform, chat.chat_id),
        ).fetchall()
        for row, key in rows:
            _drop(db, row, key)


def stop(db: sqlite3.Connection, stopped: TurnStopped, now: float) -> None:
    """What is being answered, or waits for that, gets one word and no other answer."""
    key = conversations.resolve(db, stopped.conversation.key)
    open_rows = db.execute(
        "SELECT id, external_id FROM inbox WHERE conversation = ? AND person = ? AND version <= ?"
        " AND state IN ('claimed', 'waiting') ORDER BY state, id",
        (key, stopped.sender.id, stopped.at.timestamp()),
    ).fetchall()
    meant = [(row, message) for row, message in open_rows if message.endswith(stopped.within)]
    for row, _ in meant:
        _drop(db, row, key)
    for _, message in meant[:1]:  # the one that is being answered, when there is one
        reply = Reply(
            id=f"stopped-{hashlib.blake2b(message.encode(), digest_size=9).hexdigest()}",
            seq=0,
            final=True,
            conversation=stopped.conversation,
            parts=(Text(markdown=STOPPED),),
            answers=message,
        )
        outbox.put(db, reply, key, stopped.sender.id, now)


def _drop(db: sqlite3.Connection, row: int, key: str) -> None:
    """Nobody answers this row any more; who is about to will find that it is gone."""
    state, behind, external_id = db.execute(
        "SELECT state, behind, external_id FROM inbox WHERE id = ?", (row,)
    ).fetchone()
    if state in ("waiting", "claimed"):
        db.execute("UPDATE inbox SET state = 'done', worker = '', behind = 0 WHERE id = ?", (row,))
        if behind:  # it may be part of the burst that is being answered
            db.execute(
                "UPDATE inbox SET state = 'waiting', worker = '', due = 0, fence = fence + 1,"
                " attempts = attempts - 1 WHERE conversation = ? AND state = 'claimed'",
                (key,),
            )
        INBOX.promote(db, key)
        return
    db.execute(
        "UPDATE outbox SET state = 'failed', behind = 0, why = 'the message was taken back',"
        " body = iif(wipe, x'', body) WHERE conversation = ? AND state = 'ready'"
        " AND json_extract(CAST(body AS TEXT), '$.answers') = ?",
        (key, external_id),
    )
    OUTBOX.promote(db, key)


def _present(db: sqlite3.Connection, row: int) -> tuple[InboundMessage | None, bool]:
    body, reread = db.execute("SELECT body, reread FROM inbox WHERE id = ?", (row,)).fetchone()
    try:
        return InboundMessage.model_validate_json(body), bool(reread)
    except ValidationError:  # erased, or of another program
        return None, False
