"""Fixed ticks by APScheduler. It holds no state: what is due is read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.errors import Unavailable
from core.ports import Clock, Store

KEEP_DAYS = 30  # delivered and answered rows; Telegram redelivers for a day at most
PURGE_MINUTES = 60
POLL_SECONDS = 20
log = structlog.get_logger(__name__)


@contextmanager
def ticking(store: Store, clock: Clock) -> Iterator[AsyncIOScheduler]:
    """The ticks of one process, running while the context is open."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    # Without a grace time a tick that comes late, because the loop was busy, is skipped in silence.
    scheduler.add_job(
        purge,
        "interval",
        minutes=PURGE_MINUTES,
        args=[store, clock],
        id="purge",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        jitter=60,
    )
    scheduler.add_job(
        end_polls,
        "interval",
        seconds=POLL_SECONDS,
        args=[store],
        id="polls",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


async def purge(store: Store, clock: Clock) -> int:
    """Delete finished deliveries that nobody will ask about again; returns how many."""
    try:
        removed = await store.reap(clock.now() - timedelta(days=KEEP_DAYS))
    except Unavailable as error:
        log.warning("purge_failed", why=str(error))
        return 0
    log.info("purged", rows=removed)
    return removed


async def end_polls(store: Store) -> int:
    """Put the end of every poll whose time is over into the inbox, once whoever ticks.

    From there it goes the road of all messages, so a poll is closed once, whatever dies. Returns
    how many were new.
    """
    try:
        due = await store.due_polls()
        return await store.accept(due) if due else 0
    except Unavailable as error:
        log.warning("polls_not_ended", why=str(error))
        return 0
