"""The embedded store: one SQLite file, one writer thread, every promise one transaction."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from adapters.stores import inbox, outbox, turns
from adapters.stores.schema import migrate
from adapters.stores.writer import Writer, connect
from core.errors import Misconfigured
from core.messages import Inbound, InboundMessage, Reply
from core.ports import Claim, Clock, Delivery, Opened, Outcome


class SqliteStore:
    """core.ports.Store over SQLite. Make it with `open`."""

    def __init__(self, writer: Writer, clock: Clock, owner: IO[str] | None) -> None:
        self._writer = writer
        self._clock = clock
        self._owner = owner

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> SqliteStore:
        """Open or make the database at `path`.

        The first process on a file owns it: what a dead process left half done is taken up at once.
        A process beside it waits for the leases to end.

        Raises:
            Misconfigured: the file cannot be opened, or its schema is not ours.
        """
        try:
            await asyncio.to_thread(_prepare, path)
        except (OSError, sqlite3.Error) as error:
            raise Misconfigured("CARAVAN_DATABASE", f"{path}: {error}") from error
        owner = _own(path)
        store = cls(Writer(path), clock, owner)
        if owner is not None:
            await store._writer.run(inbox.recover)
        return store

    def _now(self) -> float:
        return self._clock.now().timestamp()

    # --- the inbox -----------------------------------------------------------------------------

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        now = self._now()
        return await self._writer.run(lambda db: inbox.accept(db, inbound, now))

    async def bury(self, platform: str, external_id: str, raw: str, why: str) -> None:
        now = self._now()
        await self._writer.run(lambda db: inbox.bury(db, external_id, raw, why, now))

    async def claim(self, worker: str, limit: int) -> list[Claim]:
        now = self._now()
        return await self._writer.run(lambda db: inbox.claim(db, worker, limit, now))

    async def renew(self, claim: Claim) -> Claim:
        now = self._now()
        return await self._writer.run(lambda db: inbox.renew(db, claim, now))

    async def retry_later(self, claim: Claim, why: str, at: datetime) -> None:
        await self._writer.run(lambda db: inbox.retry_later(db, claim, at.timestamp()))

    async def release(self, worker: str) -> None:
        await self._writer.run(lambda db: inbox.release(db, worker))

    # --- turns ---------------------------------------------------------------------------------

    async def open_turn(self, message: InboundMessage) -> Opened:
        return await self._writer.run(lambda db: turns.open_turn(db, message))

    async def commit_turn(self, claim: Claim, outcome: Outcome) -> None:
        now = self._now()
        await self._writer.run(lambda db: turns.commit_turn(db, claim, outcome, now))

    async def give_up(self, claim: Claim, why: str, apology: Reply | None) -> None:
        now = self._now()
        await self._writer.run(lambda db: turns.give_up(db, claim, why, apology, now))

    async def export_person(self, person: str) -> Mapping[str, Any]:
        return await self._writer.run(lambda db: turns.export_person(db, person))

    # --- the outbox ----------------------------------------------------------------------------

    async def claim_replies(self, worker: str, limit: int) -> list[Delivery]:
        now = self._now()
        return await self._writer.run(lambda db: outbox.claim_replies(db, worker, limit, now))

    async def sent(self, delivery: Delivery, platform_ids: Sequence[str]) -> None:
        await self._writer.run(lambda db: outbox.sent(db, delivery, platform_ids))

    async def send_later(self, delivery: Delivery, why: str, at: datetime) -> None:
        await self._writer.run(lambda db: outbox.send_later(db, delivery, why, at.timestamp()))

    async def uncertain(self, delivery: Delivery, why: str, at: datetime) -> None:
        await self._writer.run(lambda db: outbox.uncertain(db, delivery, why, at.timestamp()))

    async def not_sent(self, delivery: Delivery, why: str) -> None:
        await self._writer.run(lambda db: outbox.not_sent(db, delivery, why))

    async def close(self, conversation: str, why: str) -> None:
        now = self._now()
        await self._writer.run(lambda db: inbox.close(db, conversation, why, now))

    # --- housekeeping --------------------------------------------------------------------------

    async def reap(self, before: datetime) -> int:
        at = before.timestamp()
        return await self._writer.run(lambda db: _reap(db, at))

    async def counts(self) -> Mapping[str, int]:
        return await self._writer.run(_counts)

    async def aclose(self) -> None:
        await self._writer.aclose()
        if self._owner is not None:
            self._owner.close()


def _prepare(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    try:
        migrate(connection)
    finally:
        connection.close()


def _own(path: Path) -> IO[str] | None:
    """The lock of the only process on this file; None when another one has it."""
    handle = path.with_name(path.name + "-owner").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


def _reap(db: sqlite3.Connection, before: float) -> int:
    removed = db.execute(
        "DELETE FROM inbox WHERE state IN ('done', 'dead') AND received_at < ?", (before,)
    ).rowcount
    removed += db.execute(
        "DELETE FROM outbox WHERE state IN ('sent', 'failed') AND created_at < ?", (before,)
    ).rowcount
    return removed


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    found = {}
    for table in ("inbox", "outbox"):
        for state, count in db.execute(f"SELECT state, count(*) FROM {table} GROUP BY state"):
            found[f"{table}.{state}"] = count
    found["outbox.resent"] = db.execute("SELECT coalesce(sum(resent), 0) FROM outbox").fetchone()[0]
    found["dead_letters"] = db.execute("SELECT count(*) FROM dead_letters").fetchone()[0]
    return found
