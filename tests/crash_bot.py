"""A whole process that may die at any moment: real store, real runtime, a platform over HTTP.

python -m tests.crash_bot DATABASE URL [--dies-at POINT [--time COUNT]] [--ahead SECONDS]
    [--notices]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.stores.sqlite import SqliteStore
from bot.noticing import Noticing
from bot.runtime import Runtime
from core.messages import Capabilities, Inbound, InboundMessage, Reply
from core.notices.ports import Batch, Settlement
from core.ports import Claim, Delivery, Inbox, NotNow, Outcome, Uncertain
from tests.fakes import Echo, text_of
from tests.notice_rig import PlainComposer

# Where the road can break, in its order. `model_answered` stands for an expensive result that is
# not stored yet; between `sending_marked` and `sent` nobody knows whether the platform has it.
CRASH_POINTS = (
    "accepted",
    "claimed",
    "thinking",
    "model_answered",
    "committed",
    "sending_marked",
    "platform_accepted",
    "sent",
)
NOTICE_POINTS = (
    "notices_claimed",
    "notices_handed_over",
    "sending_marked",
    "platform_accepted",
    "sent",
)
TICK_SECONDS = 0.1


class AheadClock:
    """The system's clock, so many seconds ahead: for leases that others hold."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def dies_at(point: str, count: int) -> Callable[[str], None]:
    left = count

    def at(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


class PointedStore:
    """The store, with a crash point behind each of its promises."""

    def __init__(self, store: SqliteStore, at: Callable[[str], None]) -> None:
        self._store = store
        self._at = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        new = await self._store.accept(inbound)
        if new:
            self._at("accepted")
        return new

    async def claim(self, *arguments: Any) -> list[Claim]:
        claims = await self._store.claim(*arguments)
        if claims:
            self._at("claimed")
        return claims

    async def commit_turn(self, claim: Claim, outcome: Outcome) -> bool:
        self._at("model_answered")
        more = await self._store.commit_turn(claim, outcome)
        self._at("committed")
        return more

    async def claim_replies(self, *arguments: Any) -> list[Delivery]:
        deliveries = await self._store.claim_replies(*arguments)
        if deliveries:
            self._at("sending_marked")
        return deliveries

    async def sent(self, delivery: Delivery, platform_ids: Sequence[str]) -> bool:
        self._at("platform_accepted")
        more = await self._store.sent(delivery, platform_ids)
        self._at("sent")
        return more

    async def claim_notices(self, *arguments: Any) -> list[Batch]:
        batches = await self._store.claim_notices(*arguments)
        if batches:
            self._at("notices_claimed")
        return batches

    async def settle(self, batch: Batch, settlement: Settlement) -> bool:
        settled = await self._store.settle(batch, settlement)
        self._at("notices_handed_over")
        return settled


class HttpChat:
    """Polls messages from a test's server and posts answers to it. Nothing is remembered here."""

    platform = "telegram"
    capabilities = Capabilities(
        buttons=True, edits=False, drafts=False, files=True, pins=True, max_text=4_096
    )

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        """Ask for messages from `offset` on; asking acknowledges everything before it."""
        offset = 0
        while True:
            query = {"offset": str(offset)}
            async with self._http.get(f"{self._url}/updates", params=query) as response:
                updates = await response.json()
            await inbox.accept([InboundMessage.model_validate(u["message"]) for u in updates])
            offset = max([offset, *(u["number"] + 1 for u in updates)])

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        body = {
            "answers": reply.answers,
            "chat": reply.conversation.chat_id,
            "text": text_of(reply),
            "resend": resend,
        }
        try:
            async with self._http.post(f"{self._url}/send", json=body) as response:
                return [str((await response.json())["id"])]
        except aiohttp.ClientConnectorError as error:
            raise NotNow(0.1, str(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain(str(error)) from error

    async def thinks(self, id: str) -> None:
        """Costs a call that the test's server counts, like a model's."""
        async with self._http.post(f"{self._url}/think", json={"id": id}) as response:
            await response.read()

    async def show(self, reply: Reply) -> None:
        return None

    async def aclose(self) -> None:
        await self._http.close()


async def main(
    database: Path, url: str, at: Callable[[str], None], ahead: float, notices: bool
) -> None:
    clock = AheadClock(ahead)
    store: Any = PointedStore(await SqliteStore.open(database, clock), at)
    chat = HttpChat(url)

    async def thinks(claim: Claim) -> None:
        at("thinking")
        await chat.thinks(claim.message.id)

    runtime = Runtime(store, Echo(store, thinks), [chat], clock, poll_seconds=TICK_SECONDS)
    noticing = Noticing(store, clock, PlainComposer())
    ticks = asyncio.create_task(tick(noticing)) if notices else None
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await runtime.run(stop)
    finally:
        if ticks is not None:
            ticks.cancel()
        await chat.aclose()
        await store.aclose()


async def tick(noticing: Noticing) -> None:
    while True:
        await noticing.plan()
        await noticing.send()
        await asyncio.sleep(TICK_SECONDS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("database", type=Path)
    parser.add_argument("url")
    parser.add_argument("--dies-at", choices={*CRASH_POINTS, *NOTICE_POINTS}, default="")
    parser.add_argument("--time", type=int, default=1)
    parser.add_argument("--ahead", type=float, default=0)
    parser.add_argument("--notices", action="store_true")
    given = parser.parse_args()
    at = dies_at(given.dies_at, given.time)
    asyncio.run(main(given.database, given.url, at, given.ahead, given.notices))
