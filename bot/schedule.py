"""Fixed ticks by APScheduler. It holds no state: what is due is read from the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.noticing import Noticing
from core.errors import Unavailable
from core.ports import Clock, Store

KEEP_DAYS = 30  # delivered and answered rows; Telegram redelivers for a day at most
PURGE_MINUTES = 60
POLL_SECONDS = 20
PLAN_SECONDS = 15
SEND_SECONDS = 15
WATCH_SECONDS = 60
log = structlog.get_logger(__name__)


@contextmanager
def ticking(
    store: Store, clock: Clock, noticing: Noticing | None = None
) -> Iterator[AsyncIOScheduler]:
    """The ticks of one process, running while the context is open."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    _every(scheduler, "purge", PURGE_MINUTES * 60, purge, store, clock, jitter=60)
    _every(scheduler, "polls", POLL_SECONDS, end_polls, store)
    if noticing is not None:
        _every(scheduler, "plan", PLAN_SECONDS, tick, "plan", noticing.plan)
        _every(scheduler, "send", SEND_SECONDS, tick, "send", noticing.send)
        _every(scheduler, "watch", WATCH_SECONDS, tick, "watch", noticing.watch, jitter=10)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


def _every(
    scheduler: AsyncIOScheduler,
    id: str,
    seconds: int,
    job: Callable[..., Awaitable[object]],
    *args: object,
    jitter: int | None = None,
) -> None:
    """A tick. Without a grace time one that comes late, because the loop was busy, would be skipped
    in silence; several late ones are one."""
    scheduler.add_job(
        job,
        "interval",
        seconds=seconds,
        args=args,
        id=id,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        jitter=jitter,
    )


async def tick(name: str, work: Callable[[], Awaitable[int]]) -> int:
    """One round of work on notices; what a failing one leaves, the next one finds."""
    try:
        return await work()
    except Unavailable as error:
        log.warning("tick_failed", tick=name, why=str(error))
    except Exception:
        log.exception("tick_failed", tick=name)
    return 0


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
