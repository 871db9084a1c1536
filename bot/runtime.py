"""The runtime: takes messages in, thinks, shows, and stops without losing anything."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from bot.drafts import Drafts
from bot.showing import Showing
from bot.thinking import Answers, Thinking
from core.errors import Unavailable
from core.messages import Inbound, InboundMessage, TurnStopped
from core.ports import ChatAdapter, Clock, Inbox, Store

POLL_SECONDS = 1.0
DRAIN_SECONDS = 10.0
HANG_UP_SECONDS = 5.0  # for an adapter that does not end when it is cancelled
log = structlog.get_logger(__name__)


class Runtime:
    """One process's share of the work. `worker` names it in the database.

    With `prompt_intake` a platform waits for its acknowledgement (Slack, a webhook), so turns begin
    one by one with the intake between them; polling asks for the next messages when it is done, and
    beginnings that share a transaction cost less.
    """

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
        poll_seconds: float = POLL_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
        prompt_intake: bool = True,
    ) -> None:
        self._store = store
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self._worker = worker or f"worker-{secrets.token_hex(6)}"
        self._drain_seconds = drain_seconds
        self.counters: Counter[str] = Counter()
        self._drafts = Drafts(self._adapters)
        self._showing = Showing(
            store,
            self._adapters,
            self._drafts,
            clock,
            self.counters,
            worker=self._worker,
            limit=max_sending,
            poll_seconds=poll_seconds,
        )
        self._thinking = Thinking(
            store,
            concierge,
            clock,
            self._drafts.show,
            self._drafts.owes,
            self._showing.crew.wake,
            self.counters,
            worker=self._worker,
            platforms=self._adapters.keys(),
            limit=max_thinking,
            poll_seconds=poll_seconds,
            one_by_one=prompt_intake,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, or until every adapter's input has ended; then drain.

        Raises what an adapter raises (Misconfigured: a wrong token).
        """
        think, send = self._thinking.crew, self._showing.crew
        inbox = _Intake(self._store, think.wake, send.wake, self._thinking.look_again)
        intake = [
            asyncio.create_task(a.run(inbox, lambda: None), name=f"intake-{p}")
            for p, a in self._adapters.items()
        ]
        loops = [asyncio.create_task(crew.run()) for crew in (think, send)]
        leases = asyncio.create_task(self._thinking.renew_leases())
        try:
            await _until(stop, intake, [*loops, leases])
        finally:
            await _hang_up(intake)
            await self._drain(loops)
            leases.cancel()
            await asyncio.gather(leases, *loops, return_exceptions=True)

    async def _drain(self, loops: Sequence[asyncio.Task[None]]) -> None:
        """Finish what is being answered and sent, up to a limit; give the rest back."""
        think, send = self._thinking.crew, self._showing.crew
        think.stop()
        try:
            async with asyncio.timeout(self._drain_seconds):
                await asyncio.wait(loops[:1])
                await think.finish()
                send.stop()
                await asyncio.wait(loops[1:])
                await send.flush()
        except TimeoutError:
            log.warning("drain_timed_out")
        send.stop()
        for loop in loops:
            loop.cancel()
        left = await think.cancel() + await send.cancel()
        await self._drafts.aclose()
        try:
            await self._store.release(self._worker)
        except Unavailable as error:  # the leases end by themselves
            log.warning("not_released", left=left, why=str(error))


class _Intake:
    """The inbox as adapters see it: what was stored is worked on at once."""

    def __init__(
        self,
        store: Inbox,
        think: Callable[[], None],
        send: Callable[[], None],
        look_again: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._think = think
        self._send = send
        self._look_again = look_again

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        new = await self._store.accept(inbound)
        if new:
            self._think()
            if not all(isinstance(one, InboundMessage) for one in inbound):
                self._send()  # replies may wait for a chat that moved or opened
            for one in inbound:
                if isinstance(one, TurnStopped):
                    await self._look_again(one.sender.id)
        return new

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def _until(
    stop: asyncio.Event, intake: Sequence[asyncio.Task[None]], works: Sequence[asyncio.Task[None]]
) -> None:
    """Returns when it is time to stop; raises what one of the tasks raised."""
    stopped = asyncio.create_task(stop.wait())
    pending: set[asyncio.Task[Any]] = set(intake)
    try:
        while pending and not stop.is_set():
            done, _ = await asyncio.wait(
                {*pending, *works, stopped}, return_when=asyncio.FIRST_COMPLETED
            )
            pending -= done
            for task in done:
                if task is not stopped:
                    task.result()
    finally:
        stopped.cancel()


async def _hang_up(intake: Sequence[asyncio.Task[None]]) -> None:
    """End the intake; what it has not stored it has not acknowledged either."""
    for task in intake:
        task.cancel()
    if intake:
        _, stuck = await asyncio.wait(intake, timeout=HANG_UP_SECONDS)
        for task in stuck:
            log.error("adapter_does_not_end", task=task.get_name())
