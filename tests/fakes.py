"""Fakes at the ports that any test of the road may use: a clock, a chat, a concierge, messages."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.runtime import Runtime
from core.messages import (
    Capabilities,
    Conversation,
    Inbound,
    InboundMessage,
    Mode,
    Person,
    Reply,
    Text,
)
from core.ports import Claim, Entry, Inbox, Outcome, Store

START = datetime(2030, 1, 1, 9, 0, tzinfo=UTC)
PATIENCE = 20.0


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def passes(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class RunningClock(FakeClock):
    """Every look at it is a second later: whatever has to wait, waits for a short while only."""

    def now(self) -> datetime:
        self.passes(1)
        return super().now()


# --- words -------------------------------------------------------------------------------------


def chat(chat_id: str = "7") -> Conversation:
    """A private chat, or a group when the id begins with a minus."""
    mode = Mode.GROUP if chat_id.startswith("-") else Mode.SOLO
    return Conversation(platform="telegram", chat_id=chat_id, mode=mode)


def message(number: int | str, text: str = "hello", to: str = "7", **more: Any) -> InboundMessage:
    """A message with delivery id and ref `number`; in a private chat its person is the chat's."""
    where = chat(to)
    who = "ana" if where.mode is Mode.GROUP else to
    values: dict[str, Any] = {
        "id": f"telegram:1:{number}",
        "conversation": where,
        "sender": Person(id=f"telegram:{who}", name="Ana"),
        "text": text,
        "sent_at": START,
        "ref": str(number),
        **more,
    }
    return InboundMessage.model_validate(values)


def reply(to: InboundMessage, text: str = "", **more: Any) -> Reply:
    values: dict[str, Any] = {
        "id": f"reply-{to.id}",
        "seq": 0,
        "final": True,
        "conversation": to.conversation,
        "parts": (Text(markdown=text or f"You said {to.text}"),),
        "answers": to.id,
        **more,
    }
    return Reply.model_validate(values)


def text_of(said: Reply) -> str:
    return "\n".join(p.markdown for p in said.parts if isinstance(p, Text))


# --- a chat platform ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A reply that people see. `resent` is set when it may be there a second time."""

    reply: Reply
    resent: bool

    @property
    def chat(self) -> str:
        return self.reply.conversation.chat_id

    @property
    def text(self) -> str:
        return text_of(self.reply)


class ScriptedChat:
    """A platform in memory: keeps what is sent and shown, and fails as it is told.

    `chat.fails(NotNow(37, "429"))` fails the next send; `chat.fails(error, to="7")` the next one to
    that chat. `chat.stuck.add("7")` makes sends there hang.
    """

    platform = "telegram"
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        drafts=True,
        files=True,
        pins=True,
        max_text=4_096,
        utf16=True,
        seconds_between_edits=0,
    )

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.tried: list[Sent] = []
        self.screens: dict[str, list[Reply]] = defaultdict(list)  # drafts and finals, as shown
        self.stuck: set[str] = set()
        self._failures: list[tuple[str, Exception]] = []
        self._inbox: Inbox | None = None
        self._news = asyncio.Condition()

    def fails(self, error: Exception, to: str = "") -> None:
        self._failures.append((to, error))

    async def says(self, *inbound: Inbound) -> int:
        """People write; returns how many messages were new."""
        assert self._inbox is not None, "the runtime does not run"
        return await self._inbox.accept(inbound)

    async def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait for a condition; it is asked again after whatever happens here."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: bool(true()))

    def texts(self, chat_id: str = "7") -> list[str]:
        """What stands in the chat."""
        return [s.text for s in self.sent if s.chat == chat_id]

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        self._inbox = inbox
        ready()
        await self._tell()
        try:
            await asyncio.Event().wait()
        finally:
            self._inbox = None

    @property
    def takes_messages(self) -> bool:
        return self._inbox is not None

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        attempt = Sent(reply, resend)
        self.tried.append(attempt)
        await self._tell()
        if attempt.chat in self.stuck:
            await asyncio.Event().wait()
        for failure in self._failures:
            to, error = failure
            if to in ("", attempt.chat):
                self._failures.remove(failure)
                raise error
        self.sent.append(attempt)
        self.screens[attempt.chat].append(reply)
        await self._tell()
        return [str(len(self.sent))]

    async def show(self, reply: Reply) -> None:
        self.screens[reply.conversation.chat_id].append(reply)
        await self._tell()

    async def aclose(self) -> None:
        return None

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


# --- a concierge -------------------------------------------------------------------------------


@dataclass
class Echo:
    """Answers "You said ...", through the store like the real one. `thinks` runs before that.

    What waits in a group is answered together: "You said m1 and m2".
    """

    store: Store
    thinks: Callable[[Claim], Awaitable[None]] | None = None
    calls: list[str] = field(default_factory=list)  # message ids, in the order of beginning
    drafts: int = 0

    async def answer(self, claim: Claim, show: Callable[[Reply], None]) -> None:
        self.calls.append(claim.message.id)
        if self.thinks is not None:
            await self.thinks(claim)
        heard = claim.message
        for seq in range(self.drafts):
            show(reply(heard, f"draft {seq}", seq=seq, final=False))
            await asyncio.sleep(0)
        opened = await self.store.open_turn(heard)
        said = " and ".join(m.text for m in (heard, *claim.also))
        outcome = Outcome(
            replies=(reply(heard, f"You said {said}", seq=self.drafts),),
            history=(
                Entry("user", heard.text),
                *(Entry("user", m.text, of=m.id) for m in claim.also),
                Entry("assistant", f"You said {said}"),
            ),
            session=opened.session.model_copy(update={"turns": opened.session.turns + 1}),
            also=claim.also,
        )
        await self.store.commit_turn(claim, outcome)


@asynccontextmanager
async def running(runtime: Runtime, *chats: ScriptedChat) -> AsyncIterator[asyncio.Event]:
    """The runtime works while the block runs, then drains. Yields the event that stops it."""
    stop = asyncio.Event()
    task = asyncio.create_task(runtime.run(stop))
    try:
        for one in chats:
            await one.until(lambda one=one: one.takes_messages)
        yield stop
    finally:
        stop.set()
        await task
