"""The runtime: takes messages in, thinks, shows, and stops without losing anything.

Thinking: the next message of each conversation, one at a time and in order inside it, many
conversations at once. Showing: stored replies in order inside a conversation, drafts beside them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog

from bot.drafts import Drafts
from core.concierge import turn_id
from core.errors import CaravanError, Stale, Unavailable
from core.fit import fit
from core.messages import ConversationMoved, Inbound, Reply, Text
from core.ports import (
    ChatAdapter,
    Claim,
    Clock,
    Delivery,
    Inbox,
    Moved,
    NotNow,
    Refused,
    Store,
    Uncertain,
    Unreachable,
)

MAX_ATTEMPTS = 5
RENEW_SECONDS = 20.0
POLL_SECONDS = 1.0
RESEND_AFTER = timedelta(seconds=2)
DRAIN_SECONDS = 10.0
APOLOGY = (
    "I am sorry: I could not answer your last message, because of a mistake of mine. "
    "It is noted. Please ask in other words; everything else works."
)
log = structlog.get_logger(__name__)


class Answers(Protocol):
    """The part of the concierge that the runtime needs."""

    async def answer(self, claim: Claim, show: Any) -> None: ...


class Runtime:
    """One process's share of the work. `worker` names it in the database."""

    def __init__(
        self,
        store: Store,
        concierge: Answers,
        adapters: Sequence[ChatAdapter],
        clock: Clock,
        *,
        worker: str = "",
        max_thinking: int = 256,
        max_sending: int = 256,
    ) -> None:
        self._store = store
        self._concierge = concierge
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self._clock = clock
        self._worker = worker or f"worker-{secrets.token_hex(6)}"
        self._max = {"think": max_thinking, "send": max_sending}
        self._wake = {"think": asyncio.Event(), "send": asyncio.Event()}
        self._tasks: dict[str, set[asyncio.Task[None]]] = {"think": set(), "send": set()}
        self._drafts = Drafts(self._adapters)
        self._stopping = False
        self.counters: Counter[str] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, or until every adapter's input has ended; then drain.

        Raises what an adapter raises (Misconfigured: a wrong token).
        """
        inbox = _Intake(self._store, self._wake["think"])
        intake = {
            asyncio.create_task(a.run(inbox, lambda: None), name=f"intake-{p}")
            for p, a in self._adapters.items()
        }
        loops = [asyncio.create_task(self._thinking()), asyncio.create_task(self._showing())]
        stopped = asyncio.create_task(stop.wait())
        failure: BaseException | None = None
        try:
            pending: set[asyncio.Task[Any]] = set(intake)
            while pending and not stop.is_set() and failure is None:
                done, _ = await asyncio.wait(
                    {*pending, *loops, stopped}, return_when=asyncio.FIRST_COMPLETED
                )
                pending -= done
                failure = next((t.exception() for t in done if t is not stopped), None)
        finally:
            stopped.cancel()
            await _cancel(*intake)
            await self._drain(loops)
        if failure is not None:
            raise failure

    async def _drain(self, loops: Sequence[asyncio.Task[None]]) -> None:
        """Finish what is being answered and sent, up to a limit; give the rest back."""
        self._stopping = True
        for event in self._wake.values():
            event.set()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._tasks["think"]:
                    await asyncio.wait(self._tasks["think"])
                await asyncio.gather(*loops, return_exceptions=True)
                while self._tasks["send"]:
                    await asyncio.wait(self._tasks["send"])
        except TimeoutError:
            log.warning("drain_timed_out", left=len(self._tasks["think"]))
        await _cancel(*loops, *self._tasks["think"], *self._tasks["send"])
        await self._drafts.aclose()
        await self._store.release(self._worker)

    # --- thinking ------------------------------------------------------------------------------

    async def _thinking(self) -> None:
        while not self._stopping:
            claims: list[Claim] = []
            room = self._max["think"] - len(self._tasks["think"])
            self._wake["think"].clear()
            if room > 0:
                claims = await self._patiently(self._store.claim(self._worker, room), [])
            for claim in claims:
                self._start("think", self._think(claim))
            if not claims:
                await self._rest("think")

    async def _think(self, claim: Claim) -> None:
        """Answer one message, whatever happens; never raises."""
        renewing = asyncio.create_task(self._renew(claim))
        try:
            if claim.attempts > MAX_ATTEMPTS:
                await self._store.give_up(claim, "its worker died every time", _apology(claim))
                self.counters["given_up"] += 1
            else:
                await self._concierge.answer(claim, self._drafts.show)
                self.counters["answered"] += 1
        except Stale:
            self.counters["stale"] += 1
            log.warning("lease_lost", message=claim.message.id)
        except Unavailable as error:
            await self._again(claim, str(error))
        except Exception as error:
            log.exception("turn_failed", message=claim.message.id, attempt=claim.attempts)
            await self._again(claim, type(error).__name__)
        finally:
            renewing.cancel()
        self._wake["send"].set()

    async def _again(self, claim: Claim, why: str) -> None:
        """Try the message later; after the last attempt give it up with one apology."""
        try:
            if claim.attempts >= MAX_ATTEMPTS:
                await self._store.give_up(claim, why, _apology(claim))
                self.counters["given_up"] += 1
            else:
                pause = timedelta(seconds=0.2 * 4 ** (claim.attempts - 1))
                await self._store.retry_later(claim, why, self._clock.now() + pause)
        except CaravanError as error:  # the lease ends by itself
            log.warning("could_not_give_back", message=claim.message.id, why=str(error))

    async def _renew(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                claim = await self._store.renew(claim)
            except Stale:
                return
            except Unavailable:
                continue

    # --- showing -------------------------------------------------------------------------------

    async def _showing(self) -> None:
        while not (self._stopping and not self._tasks["think"]):
            found: list[Delivery] = []
            room = self._max["send"] - len(self._tasks["send"])
            self._wake["send"].clear()
            if room > 0:
                found = await self._patiently(self._store.claim_replies(self._worker, room), [])
            for delivery in found:
                self._start("send", self._send(delivery))
            if not found:
                await self._rest("send")
        # What was committed while stopping still goes out.
        for delivery in await self._patiently(
            self._store.claim_replies(self._worker, self._max["send"]), []
        ):
            self._start("send", self._send(delivery))

    async def _send(self, delivery: Delivery) -> None:
        """Bring one stored reply out and mark what became of it; never raises."""
        try:
            await self._deliver(delivery)
        except Unavailable as error:  # the mark was not written; the lease ends by itself
            log.warning("not_marked", reply=delivery.reply.id, why=str(error))
        except Exception:
            log.exception("send_failed", reply=delivery.reply.id)
            await self._store.uncertain(delivery, "bug", self._clock.now() + RESEND_AFTER)
        self._wake["send"].set()

    async def _deliver(self, delivery: Delivery) -> None:
        reply = delivery.reply
        adapter = self._adapters.get(reply.conversation.platform)
        now = self._clock.now()
        if adapter is None:
            await self._store.send_later(
                delivery, "its platform is not running", now + timedelta(minutes=5)
            )
            return
        await self._drafts.finish(reply)
        if delivery.resend:
            self.counters["resent"] += 1
            log.warning("resent", reply=reply.id)
        try:
            ids = await adapter.send(fit(reply, adapter.capabilities), resend=delivery.resend)
        except NotNow as error:
            later = now + timedelta(seconds=error.seconds)
            await self._store.send_later(delivery, error.why, later)
        except Uncertain as error:
            await self._store.uncertain(delivery, str(error), now + RESEND_AFTER)
        except Unreachable as error:
            await self._store.close(reply.conversation.key, str(error))
        except Moved as error:
            moved = ConversationMoved(
                id=f"moved:{reply.conversation.key}>{error.new.key}",
                old_key=reply.conversation.key,
                new=error.new,
            )
            await self._store.send_later(delivery, "the chat has moved", now)
            await self._store.accept([moved])
        except Refused as error:
            log.error("refused_by_platform", reply=reply.id, why=str(error))
            await self._store.not_sent(delivery, str(error))
        else:
            await self._store.sent(delivery, ids)
            self.counters["sent"] += 1

    # --- both ----------------------------------------------------------------------------------

    def _start(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[kind].add(task)
        task.add_done_callback(lambda done: self._ended(kind, done))

    def _ended(self, kind: str, task: asyncio.Task[None]) -> None:
        self._tasks[kind].discard(task)
        self._wake[kind].set()

    async def _rest(self, kind: str) -> None:
        """Until something new is known, or it is time to look by ourselves."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake[kind].wait()
        except TimeoutError:
            pass

    async def _patiently(self, asked: Coroutine[Any, Any, Any], otherwise: Any) -> Any:
        """The answer of the store; a pause and `otherwise` when it cannot be reached."""
        try:
            return await asked
        except Unavailable as error:
            log.error("database_unavailable", why=str(error))
            await asyncio.sleep(POLL_SECONDS)
            return otherwise


class _Intake:
    """The inbox as adapters see it: what was stored is worked on at once."""

    def __init__(self, store: Inbox, wake: asyncio.Event) -> None:
        self._store = store
        self._wake = wake

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        new = await self._store.accept(inbound)
        if new:
            self._wake.set()
        return new

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


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


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
