"""Thinking: the next message of each conversation, one at a time and in order inside it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from bot.crew import Crew
from core.errors import CaravanError, Stale, Unavailable
from core.messages import Reply, Text
from core.outcome import turn_id
from core.ports import Claim, Clock, Store

DATABASE = "database"  # who is Unavailable when the store cannot be written
DATABASE_PAUSE = timedelta(seconds=5)
MAX_ATTEMPTS = 5
RENEW_SECONDS = 20.0
TURN_SECONDS = 170.0  # no answer is worth a longer wait; models and providers give up long before
APOLOGY = (
    "I am sorry: I could not answer your last message, because of a mistake of mine. "
    "It is noted. Please ask in other words; everything else works."
)
log = structlog.get_logger(__name__)


class Answers(Protocol):
    """The part of the concierge that the runtime needs."""

    async def answer(self, claim: Claim, show: Callable[[Reply], None]) -> bool | None: ...


class Thinking:
    """Claims messages and has them answered.

    `owes` is told each conversation in which an answer was stored, `answered` is called after every
    attempt.
    """

    def __init__(
        self,
        store: Store,
        concierge: Answers,
        clock: Clock,
        show: Callable[[Reply], None],
        owes: Callable[[str], None],
        answered: Callable[[], None],
        counters: Counter[str],
        *,
        worker: str,
        platforms: Collection[str],
        limit: int,
        poll_seconds: float,
        one_by_one: bool,
    ) -> None:
        self._store = store
        self._concierge = concierge
        self._clock = clock
        self._show = show
        self._owes = owes
        self._answered = answered
        self._counters = counters
        self._worker = worker
        self._platforms = platforms
        self._held: dict[asyncio.Task[bool | None], Claim] = {}
        self.crew = Crew(self._claim, self._think, limit, poll_seconds, one_by_one=one_by_one)

    async def renew_leases(self) -> None:
        """Keep what is being answered ours; a turn whose lease is lost is broken off."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            held = list(self._held.items())
            await asyncio.gather(*(self._renew(task, claim) for task, claim in held))

    async def look_again(self, person: str) -> None:
        """This person may have taken back what they had asked; then nobody thinks about it more."""
        theirs = [(t, c) for t, c in self._held.items() if c.message.sender.id == person]
        await asyncio.gather(*(self._renew(task, claim) for task, claim in theirs))

    async def _renew(self, task: asyncio.Task[bool | None], claim: Claim) -> None:
        try:
            await self._store.renew(claim)
        except Stale:
            if task in self._held:
                log.warning("lease_lost", message=claim.message.id)
                task.cancel()
        except Unavailable as error:
            log.warning("lease_not_renewed", message=claim.message.id, why=str(error))

    async def _claim(self, room: int) -> Sequence[Claim]:
        return await self._store.claim(self._worker, room, self._platforms)

    async def _think(self, claim: Claim) -> bool | None:
        """Answer one message, whatever happens. False when nothing waits behind it."""
        task = asyncio.current_task()
        assert task is not None
        self._held[task] = claim
        try:
            return await self._attempt(claim)
        except Stale:
            self._counters["stale"] += 1
            log.warning("lease_lost", message=claim.message.id)
        except Unavailable as error:
            if error.who == DATABASE:
                await self._wait_for_database(claim)
            else:
                await self._again(claim, str(error))
        except Exception as error:
            log.exception("turn_failed", message=claim.message.id, attempt=claim.attempts)
            await self._again(claim, type(error).__name__)
        finally:
            del self._held[task]
            self._answered()
        return None

    async def _attempt(self, claim: Claim) -> bool | None:
        if claim.attempts > MAX_ATTEMPTS:
            await self._give_up(claim, "its worker died every time")
            return None
        async with asyncio.timeout(TURN_SECONDS):
            more = await self._concierge.answer(claim, self._show)
        self._owes(claim.message.conversation.key)
        self._counters["answered"] += 1
        return more

    async def _again(self, claim: Claim, why: str) -> None:
        """Try the message later; after the last attempt give it up with one apology."""
        try:
            if claim.attempts >= MAX_ATTEMPTS:
                await self._give_up(claim, why)
            else:
                pause = timedelta(seconds=0.2 * 4 ** (claim.attempts - 1))
                await self._store.retry_later(claim, why, self._clock.now() + pause)
        except CaravanError as error:  # the lease ends by itself
            log.warning("could_not_give_back", message=claim.message.id, why=str(error))

    async def _wait_for_database(self, claim: Claim) -> None:
        """What could not be written is no fault of the message: its try does not count."""
        try:
            await self._store.put_back(claim, self._clock.now() + DATABASE_PAUSE)
        except CaravanError as error:  # the lease ends by itself
            log.warning("could_not_put_back", message=claim.message.id, why=str(error))

    async def _give_up(self, claim: Claim, why: str) -> None:
        await self._store.give_up(claim, why, _apology(claim))
        self._counters["given_up"] += 1


def _apology(claim: Claim) -> Reply | None:
    if not claim.message.addressed:
        return None
    return Reply(
        id=turn_id("apology", claim.message.id, 1),
        seq=0,
        final=True,
        conversation=claim.message.conversation,
        parts=(Text(markdown=APOLOGY),),
        answers=claim.message.id,
    )
