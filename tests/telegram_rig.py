"""What the tests of the Telegram adapter share: an inbox in memory, a time that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters.chat.telegram import TelegramAdapter, WebhookSettings
from core.errors import Unavailable
from core.messages import Conversation, Inbound, InboundMessage, Mode, Part, Reply
from core.ports import Inbox
from tests.fake_telegram import FakeTelegram

NOW = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)
SECRET = "a-secret-of-twenty-chars"
ANN = Conversation(platform="telegram", chat_id="7")
FRIENDS = Conversation(platform="telegram", chat_id="-42", mode=Mode.GROUP)


class StillClock:
    def now(self) -> datetime:
        return NOW


class Time:
    """A monotonic clock whose sleepers wake at once, as late as they wished."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


class MemoryInbox(Inbox):
    """Keeps what is accepted, by id. `down` refuses everything; `chokes_on` is a bug in a store."""

    def __init__(self) -> None:
        self.kept: dict[str, Inbound] = {}
        self.batches: list[int] = []
        self.buried: dict[str, tuple[str, str]] = {}
        self.down = False
        self.chokes_on = ""
        self._changed = asyncio.Condition()

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        if self.down:
            raise Unavailable("database", "down in this test")
        if self.chokes_on and any(self.chokes_on in str(one) for one in inbound):
            raise OverflowError("the store has a bug")
        self.batches.append(len(inbound))
        before = len(self.kept)
        async with self._changed:
            self.kept.update({one.id: one for one in inbound})
            self._changed.notify_all()
        return len(self.kept) - before

    async def bury(self, platform: str, external_id: str, raw: str, why: str) -> None:
        if self.down:
            raise Unavailable("database", "down in this test")
        raw.encode()
        self.buried[external_id] = (raw, why)

    async def has(self, count: int) -> None:
        """Wait until so many are kept."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.kept) >= count)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.kept.values() if isinstance(one, InboundMessage)]


def adapter_for(
    telegram: FakeTelegram, time: Time | None = None, webhook: WebhookSettings | None = None
) -> TelegramAdapter:
    time = time or Time()
    return TelegramAdapter(
        telegram.token,
        telegram.url,
        StillClock(),
        webhook=webhook,
        monotonic=time,
        sleep=time.sleep,
    )


@asynccontextmanager
async def running(adapter: TelegramAdapter, inbox: MemoryInbox) -> AsyncIterator[None]:
    """The adapter takes updates in while the block runs."""
    ready = asyncio.Event()
    task = asyncio.create_task(adapter.run(inbox, ready.set))
    waiting = asyncio.create_task(ready.wait())
    done, _ = await asyncio.wait({task, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    try:
        if task in done:
            task.result()
        assert waiting in done
        yield
    finally:
        for one in (task, waiting):
            one.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        await adapter.aclose()


def reply(
    *parts: Part, to: Conversation = ANN, id: str = "r1", seq: int = 9, final: bool = True
) -> Reply:
    return Reply(id=id, seq=seq, final=final, conversation=to, parts=parts, answers=f"answers-{id}")
