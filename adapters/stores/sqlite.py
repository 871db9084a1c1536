"""The embedded store: one SQLite file, one writer thread, every promise one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from adapters.stores import (
    conversations,
    farewell,
    inbox,
    links,
    notice_plans,
    notices,
    outbox,
    personal,
    polls,
    spending,
    turns,
    vault,
)
from adapters.stores.parsed import Parsed
from adapters.stores.presence import Presence
from adapters.stores.schema import migrate
from adapters.stores.writer import Kind, Writer, connect
from core.errors import Misconfigured
from core.groups.state import Expense
from core.linking import LinkView
from core.messages import Inbound, InboundMessage, PollDue, Reply
from core.notices.ports import Batch, Changes, Settlement, ToPlan, ToWatch
from core.notices.state import Notice
from core.people import Profile
from core.ports import Claim, Clock, Delivery, LlmCall, Opened, Outcome
from core.spending import Booking, Limits
from core.trips import Trip

REAP_BATCH = 2_000


class SqliteStore:
    """core.ports.Store over SQLite. Make it with `open`."""

    def __init__(
        self, writer: Writer, clock: Clock, presence: Presence, per_minute: int = 0
    ) -> None:
        self._per_minute = per_minute
        self._writer = writer
        self._clock = clock
        self._presence = presence
        self._parsed = Parsed()

    @classmethod
    async def open(cls, path: Path, clock: Clock, per_minute: int = 0) -> SqliteStore:
        """Open or make the database at `path`.

        So many messages of one person are answered in a minute; 0 is all of them.

        When no other process is alive on the file, what a dead one left half done is taken up at
        once; beside a living one, its leases have to end first.

        Raises:
            Misconfigured: the file cannot be opened, or its schema is not ours.
        """
        try:
            presence = await asyncio.to_thread(_prepare, path)
        except (OSError, sqlite3.Error) as error:
            raise Misconfigured("CARAVAN_DATABASE", f"{path}: {error}") from error
        return cls(Writer(path), clock, presence, per_minute)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    # --- the inbox -----------------------------------------------------------------------------

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        now, pace = self._now(), self._per_minute
        return await self._writer.run(lambda db: inbox.accept(db, inbound, now, pace))

    async def bury(self, platform: str, external_id: str, raw: str, why: str) -> None:
        now = self._now()
        await self._writer.run(lambda db: inbox.bury(db, external_id, raw, why, now))

    async def claim(self, worker: str, limit: int, platforms: Collection[str] = ()) -> list[Claim]:
        now = self._now()
        return await self._writer.run(
            lambda db: inbox.claim(db, worker, limit, platforms, now), Kind.MARK
        )

    async def renew(self, claim: Claim) -> Claim:
        now = self._now()
        return await self._writer.run(lambda db: inbox.renew(db, claim, now), Kind.MARK)

    async def retry_later(self, claim: Claim, why: str, at: datetime) -> None:
        await self._writer.run(lambda db: inbox.retry_later(db, claim, at.timestamp()))

    async def put_back(self, claim: Claim, at: datetime) -> None:
        await self._writer.run(lambda db: inbox.put_back(db, claim, at.timestamp()))

    async def release(self, worker: str) -> None:
        await self._writer.run(lambda db: inbox.release(db, worker))

    # --- turns ---------------------------------------------------------------------------------

    async def open_turn(self, message: InboundMessage) -> Opened:
        parsed = self._parsed
        return await self._writer.run(lambda db: turns.open_turn(db, message, parsed), Kind.READ)

    async def at_home(self, person: str) -> tuple[Profile, tuple[Trip, ...]]:
        return await self._writer.run(lambda db: turns.at_home(db, person, self._parsed), Kind.READ)

    async def commit_turn(self, claim: Claim, outcome: Outcome) -> bool:
        now = self._now()
        kind = Kind.ERASURE if outcome.erase_person else Kind.PROMISE
        more = await self._writer.run(lambda db: turns.commit_turn(db, claim, outcome, now), kind)
        if outcome.erase_person:
            await self._writer.run(lambda db: self._parsed.clear(), Kind.READ)
        return more

    async def give_up(self, claim: Claim, why: str, apology: Reply | None) -> None:
        now = self._now()
        await self._writer.run(lambda db: turns.give_up(db, claim, why, apology, now))

    async def links_of(self, person: str, hash: str = "") -> LinkView:
        now = self._now()
        return await self._writer.run(lambda db: links.view(db, person, hash, now), Kind.READ)

    async def export_person(self, person: str) -> Mapping[str, Any]:
        return await self._writer.run(lambda db: personal.export(db, person), Kind.READ)

    async def costs_of(self, message: InboundMessage) -> tuple[Expense, ...]:
        return await self._writer.run(lambda db: turns.costs_of(db, message), Kind.READ)

    async def last_said(self, conversation: str, person: str) -> datetime | None:
        return await self._writer.run(
            lambda db: turns.last_said(db, conversation, person), Kind.READ
        )

    async def due_polls(self) -> list[PollDue]:
        now = self._now()
        return await self._writer.run(lambda db: polls.due(db, now), Kind.READ)

    # --- the outbox ----------------------------------------------------------------------------

    async def claim_replies(
        self,
        worker: str,
        limit: int,
        platforms: Collection[str] = (),
        notices: int | None = None,
    ) -> list[Delivery]:
        now = self._now()
        return await self._writer.run(
            lambda db: outbox.claim_replies(db, worker, limit, platforms, now, notices)
        )

    async def sent(self, delivery: Delivery, platform_ids: Sequence[str]) -> bool:
        kind = Kind.PROMISE if polls.shows_polls(platform_ids) else Kind.MARK
        return await self._writer.run(lambda db: outbox.sent(db, delivery, platform_ids), kind)

    async def send_later(self, delivery: Delivery, why: str, at: datetime) -> None:
        now = self._now()
        await self._writer.run(lambda db: outbox.send_later(db, delivery, why, at.timestamp(), now))

    async def uncertain(self, delivery: Delivery, why: str, at: datetime) -> None:
        await self._writer.run(lambda db: outbox.uncertain(db, delivery, why, at.timestamp()))

    async def not_sent(self, delivery: Delivery, why: str) -> None:
        await self._writer.run(lambda db: outbox.not_sent(db, delivery, why))

    async def close(self, conversation: str, why: str) -> None:
        now = self._now()
        await self._writer.run(lambda db: _close(db, conversation, why, now))

    # --- budgets -------------------------------------------------------------------------------

    async def book_tokens(self, booking: Booking, limits: Limits) -> bool:
        return await self._writer.run(lambda db: spending.book(db, booking, limits), Kind.MARK)

    async def keep_calls(self, conversation: str, calls: Sequence[LlmCall]) -> None:
        now = self._now()
        await self._writer.run(lambda db: turns.keep_calls(db, calls, conversation, now), Kind.MARK)

    # --- notices -------------------------------------------------------------------------------

    async def trips_to_plan(self, limit: int, rules: str) -> list[ToPlan]:
        now, parsed = self._now(), self._parsed
        return await self._writer.run(
            lambda db: notice_plans.trips_to_plan(db, limit, rules, now, parsed), Kind.MARK
        )

    async def keep_calendar(
        self, planned: ToPlan, changes: Changes, rules: str, watch_from: datetime | None
    ) -> bool:
        now, watch = self._now(), watch_from.timestamp() if watch_from else None
        return await self._writer.run(  # what a power cut takes is planned again
            lambda db: notice_plans.keep_calendar(db, planned, changes, rules, watch, now),
            Kind.MARK,
        )

    async def calendar_of(self, trip: str) -> ToPlan | None:
        return await self._writer.run(
            lambda db: notice_plans.calendar_of(db, trip, self._parsed), Kind.READ
        )

    async def coming_trips(self, on: date, limit: int) -> list[Trip]:
        day, parsed = on.isoformat(), self._parsed
        return await self._writer.run(
            lambda db: notice_plans.coming_trips(db, day, limit, parsed), Kind.READ
        )

    async def claim_notices(self, worker: str, limit: int) -> list[Batch]:
        now, parsed = self._now(), self._parsed
        return await self._writer.run(
            lambda db: notices.claim(db, worker, limit, now, parsed), Kind.MARK
        )

    async def settle(self, batch: Batch, settlement: Settlement) -> bool:
        now = self._now()
        return await self._writer.run(lambda db: notices.settle(db, batch, settlement, now))

    async def trips_to_watch(self, limit: int) -> list[ToWatch]:
        now, parsed = self._now(), self._parsed
        return await self._writer.run(
            lambda db: notice_plans.trips_to_watch(db, limit, now, parsed), Kind.MARK
        )

    async def keep_news(
        self, watched: ToWatch, notices: Sequence[Notice], seen: str, next_at: datetime
    ) -> bool:
        now, at = self._now(), next_at.timestamp()
        return await self._writer.run(  # what a power cut takes is found again
            lambda db: notice_plans.keep_news(db, watched, notices, seen, at, now), Kind.MARK
        )

    # --- the vault -----------------------------------------------------------------------------

    async def keep(self, shelf: str, key: str, value: bytes, until: datetime | None = None) -> None:
        now, end = self._now(), until.timestamp() if until else 0.0
        await self._writer.run(lambda db: vault.keep(db, shelf, key, value, end, now))

    async def find(self, shelf: str, key: str) -> bytes | None:
        now = self._now()
        return await self._writer.run(lambda db: vault.find(db, shelf, key, now), Kind.READ)

    async def take(self, shelf: str, key: str) -> bytes | None:
        now = self._now()
        return await self._writer.run(lambda db: vault.take(db, shelf, key, now), Kind.ERASURE)

    async def on_shelf(self, shelf: str) -> Sequence[str]:
        now = self._now()
        return await self._writer.run(lambda db: vault.on_shelf(db, shelf, now), Kind.READ)

    # --- housekeeping --------------------------------------------------------------------------

    async def reap(self, before: datetime) -> int:
        """In small transactions, so that nobody waits long; dead letters go as well."""
        at = before.timestamp()
        removed = 0
        while True:
            batch = await self._writer.run(lambda db: _reap(db, at))
            removed += batch
            if not batch:
                return removed

    async def counts(self) -> Mapping[str, int]:
        return await self._writer.run(_counts, Kind.READ)

    async def aclose(self) -> None:
        await self._writer.aclose()
        self._presence.close()


def _prepare(path: Path) -> Presence:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    try:
        migrate(connection)
        return Presence.enter(path, alone=lambda: _recover(connection))
    finally:
        connection.close()


def _close(db: sqlite3.Connection, key: str, why: str, now: float) -> None:
    farewell.tell_owners(db, conversations.close(db, key, why, now), now)


def _recover(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    inbox.recover(connection)
    notices.recover(connection)
    connection.execute("COMMIT")


# What may go, oldest first. The newest row of the inbox stays: its id must not be given again.
_FINISHED = (
    # Votes in polls that we never learned to have shown.
    "inbox WHERE state = 'waiting' AND received_at < ?"
    " AND conversation NOT IN (SELECT key FROM conversations)",
    "inbox WHERE state IN ('done', 'dead') AND received_at < ?"
    " AND id < (SELECT max(id) FROM inbox)",
    "outbox WHERE state IN ('sent', 'failed') AND created_at < ?",
    "dead_letters WHERE at < ?",
)


def _reap(db: sqlite3.Connection, before: float) -> int:
    removed = 0
    for finished in _FINISHED:
        table = finished.partition(" ")[0]
        removed += db.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {finished} ORDER BY id LIMIT ?)",
            (before, REAP_BATCH),
        ).rowcount
    return removed + notices.reap(db, before, REAP_BATCH)


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    found = {}
    for table in ("inbox", "outbox", "notices"):
        for state, count in db.execute(f"SELECT state, count(*) FROM {table} GROUP BY state"):
            found[f"{table}.{state}"] = count
    found["outbox.resent"] = db.execute("SELECT coalesce(sum(resent), 0) FROM outbox").fetchone()[0]
    found["dead_letters"] = db.execute("SELECT count(*) FROM dead_letters").fetchone()[0]
    return found
