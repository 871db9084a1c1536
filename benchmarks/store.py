"""What the store's part of one message costs: CPU per message, alone and with many conversations.

python -m benchmarks.store [conversations ...]      (1 and 200 when none are given)
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from adapters.stores.sqlite import SqliteStore
from bot.cli import _loop_factory
from bot.clock import SystemClock
from core.messages import Choice, Choices, Conversation, InboundMessage, Person, Reply, Text
from core.ports import Claim, Entry, Outcome
from core.session import Session

MESSAGES = 3_000
ANSWER = "Lisbon fits: about 21 °C in mid April, 3.5 h from Berlin. " * 12
OFFERED = tuple(Choice(id=f"plan:lisbon:{n}", label=f"Plan Lisbon {n}") for n in range(5))


class Bench:
    """The road without flows and platforms: every step a conversation takes through the store."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._clock = SystemClock()

    async def say(self, chat: str, number: int) -> None:
        """One message comes in."""
        message = InboundMessage(
            id=f"telegram:1:{chat}-{number}",
            conversation=Conversation(platform="telegram", chat_id=chat),
            sender=Person(id=f"telegram:{chat}", name="Ana", language="en"),
            text="somewhere warm for a long weekend in mid April, not too touristy",
            sent_at=self._clock.now(),
            ref=str(number),
        )
        await self._store.accept([message])

    async def work(self, total: int) -> None:
        """Claim, answer, send until everything is said."""
        said = 0
        while said < total:
            claims = await self._store.claim("bench", 256)
            await asyncio.gather(*(self._answer(claim) for claim in claims))
            deliveries = await self._store.claim_replies("bench", 256)
            await asyncio.gather(*(self._store.sent(d, ["77"]) for d in deliveries))
            said += len(deliveries)

    async def _answer(self, claim: Claim) -> None:
        message = claim.message
        opened = await self._store.open_turn(message)
        now = self._clock.now()
        session = Session(
            conversation=message.conversation.key,
            module="brainstorm",
            suggested=("lisbon", "madeira", "seville", "crete", "nice"),
            offered=OFFERED,
            turns=opened.session.turns + 1,
        )
        reply = Reply(
            id=f"reply-{message.id}",
            seq=4,
            final=True,
            conversation=message.conversation,
            parts=(Text(markdown=ANSWER), Choices(options=OFFERED)),
            answers=message.id,
        )
        history = (
            Entry("user", message.text, said_at=message.sent_at, tokens=16),
            Entry("assistant", ANSWER, said_at=now, tokens=200),
        )
        await self._store.commit_turn(claim, Outcome((reply,), history, session))


async def measure(conversations: int) -> tuple[float, float]:
    """CPU and wall milliseconds per message, in rounds of one message per conversation."""
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "bench.sqlite", SystemClock())
        bench = Bench(store)
        rounds = max(1, MESSAGES // conversations)
        cpu, wall = time.process_time(), time.perf_counter()
        for number in range(rounds):
            await asyncio.gather(*(bench.say(str(c), number) for c in range(conversations)))
            await bench.work(conversations)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        await store.aclose()
    count = rounds * conversations
    return cpu / count * 1e3, wall / count * 1e3


def main() -> None:
    for conversations in [int(a) for a in sys.argv[1:]] or [1, 200]:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            cpu, wall = runner.run(measure(conversations))
        print(f"{conversations:4} conversations: {cpu:.2f} ms CPU, {wall:.2f} ms per message")


if __name__ == "__main__":
    main()
