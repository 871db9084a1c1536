"""The product as it is, whose final replies repeat the mark (q12x3z) of the message they answer.

A load driver recognises the answer to each of its messages by such a mark. A language model that
echoes it needs no help; without a model this launcher appends it.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Sequence
from typing import Any

import uvloop

from adapters.chat.telegram import rates
from bot.settings import load_settings
from bot.telemetry import set_up_logging
from bot.wiring import Parts, build, keep_what_is_loaded
from core.messages import Inbound, InboundMessage, Reply, Text
from core.ports import Store

MARK = re.compile(r"q\d+x\d+z")


class Marks:
    """Remembers the mark of each inbound message until it is answered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.of: dict[str, str] = {}

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        self._remember(inbound)
        return await self._store.accept(inbound)

    async def claim(self, *asked: Any) -> Any:
        claims = await self._store.claim(*asked)
        self._remember([claim.message for claim in claims])
        return claims

    def _remember(self, inbound: Sequence[Inbound]) -> None:
        for one in inbound:
            if isinstance(one, InboundMessage) and (found := MARK.search(one.text)):
                self.of[one.id] = found[0]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def marked(reply: Reply, mark: str) -> Reply:
    """The reply with `mark` at the end of its last text."""
    parts = list(reply.parts)
    for index in reversed(range(len(parts))):
        part = parts[index]
        if isinstance(part, Text):
            parts[index] = Text(markdown=f"{part.markdown} {mark}")
            break
    return reply.model_copy(update={"parts": tuple(parts)})


async def main() -> None:
    set_up_logging("ERROR")
    # A driver with one chat writes faster than a person; what is measured is cost, not patience.
    rates.CHAT_PER_SECOND = rates.CHAT_BURST = 1_000.0
    marks: Marks | None = None

    def wrap(store: Store) -> Any:
        nonlocal marks
        marks = Marks(store)
        return marks

    app = await build(load_settings(), Parts(wrap_store=wrap))
    keep_what_is_loaded()
    assert marks is not None
    for adapter in app.adapters:
        send = adapter.send

        async def with_mark(
            reply: Reply, *, resend: bool = False, send: Any = send, marks: Marks = marks
        ) -> Sequence[str]:
            mark = marks.of.get(reply.answers, "")
            ids: Sequence[str] = await send(marked(reply, mark) if mark else reply, resend=resend)
            return ids

        adapter.send = with_mark  # type: ignore[method-assign]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await app.runtime.run(stop)
    finally:
        await app.aclose()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
