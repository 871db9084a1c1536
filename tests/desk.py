"""What the tests of store and runtime share: short words for messages, replies and outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from core.messages import (
    Capabilities,
    Conversation,
    InboundMessage,
    Mode,
    Person,
    Reply,
    Text,
)
from core.ports import Claim, Entry, Inbox, Outcome, Store

PLATFORM = "desk"
START = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)
PATIENCE = 20.0


class HandClock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def passes(self, **span: float) -> None:
        self._now += timedelta(**span)


def place(chat: str = "1") -> Conversation:
    mode = Mode.GROUP if chat.startswith("-") else Mode.SOLO
    return Conversation(platform=PLATFORM, chat_id=chat, mode=mode)


def message(
    id: str, text: str = "", *, chat: str = "1", who: str = "ana", **more: object
) -> InboundMessage:
    values = {
        "id": id,
        "conversation": place(chat),
        "sender": Person(id=f"{PLATFORM}:{who}", name=who.capitalize()),
        "text": text or f"text of {id}",
        "sent_at": START,
        **more,
    }
    return InboundMessage.model_validate(values)


def reply_to(m: InboundMessage, text: str = "") -> Reply:
    return Reply(
        id=f"reply-{m.id}",
        seq=1,
        final=True,
        conversation=m.conversation,
        parts=(Text(markdown=text or f"answer to {m.id}"),),
        answers=m.id,
    )


def outcome(m: InboundMessage, **more: object) -> Outcome:
    history = (
        Entry("user", m.text, said_at=m.sent_at, tokens=3),
        Entry("assistant", f"answer to {m.id}", said_at=m.sent_at, tokens=4),
    )
    values: dict[str, object] = {"replies": (reply_to(m),), "history": history, **more}
    return Outcome(**values)  # type: ignore[arg-type]


def words(reply: Reply) -> str:
    return "".join(p.markdown for p in reply.parts if isinstance(p, Text))


async def claimed(store: Store, worker: str = "w") -> Claim:
    """The only message that can be claimed now."""
    [claim] = await store.claim(worker, 10)
    return claim


async def answered(store: Store, *messages: InboundMessage) -> None:
    """Accept and answer each message."""
    for one in messages:
        await store.accept([one])
        claim = await claimed(store)
        await store.commit_turn(claim, outcome(claim.message))


async def until(true: Callable[[], object]) -> None:
    """Wait for a condition that other tasks or processes bring about."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for may happen in another process
            await asyncio.sleep(0.005)


class DeskChat:
    """A chat in memory. `faults` are raised by the next sends, one each; `gate` holds sends up."""

    platform = PLATFORM
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        drafts=True,
        files=True,
        pins=True,
        max_text=4_000,
        seconds_between_edits=0,
    )

    def __init__(self) -> None:
        self.inbox: Inbox | None = None
        self.sent: list[Reply] = []
        self.resent: list[str] = []
        self.tries: list[str] = []
        self.screen: list[str] = []  # drafts and finals in the order they were shown
        self.faults: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        self.inbox = inbox
        ready()
        await asyncio.Event().wait()

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        self.tries.append(reply.answers)
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(reply)
        self.screen.append(f"final {reply.answers}")
        if resend:
            self.resent.append(reply.answers)
        return [str(len(self.sent))]

    async def show(self, reply: Reply) -> None:
        self.screen.append(f"draft {reply.answers} {reply.seq}")

    async def aclose(self) -> None:
        return None

    @property
    def answers(self) -> list[str]:
        return [r.answers for r in self.sent]
