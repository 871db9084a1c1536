"""Draws docs/caravan.svg: a real conversation with the real product, without key or network."""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from adapters.chat.console import hard_breaks
from bot.clock import SystemClock
from bot.settings import load_settings
from bot.wiring import Parts, build
from core.messages import Conversation, InboundMessage, Person, Reply, Text
from core.ports import Claim

SAID = (
    "somewhere warm for a long weekend mid april, not too touristy, 1200 euros with flights, "
    "from Berlin",
    "plan the second one from thursday to monday",
    "why is the first stop on that day?",
)
LINES = 16  # of an answer; the rest is what a plan is: more of the same


async def picture() -> str:
    console = Console(record=True, width=100, file=io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            {"CARAVAN_DATABASE": f"{folder}/picture.sqlite", "CARAVAN_LIVE": "off"}
        )
        app = await build(settings, Parts(clock=SystemClock(), adapters=[]))
        for number, text in enumerate(SAID):
            console.print(f"\n[bold cyan]you ›[/bold cyan] {text}\n")
            console.print(Markdown(await _answer(app, number, text)))
        await app.aclose()
    drawn = console.export_svg(title="Caravan")
    # A picture fetches nothing: the reader's own monospace font will do.
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.S)


async def _answer(app: object, number: int, text: str) -> str:
    store, concierge = app.store, app.concierge  # type: ignore[attr-defined]
    message = InboundMessage(
        id=f"picture:{number}",
        conversation=Conversation(platform="console", chat_id="picture"),
        sender=Person(id="console:you"),
        text=text,
        sent_at=SystemClock().now(),
    )
    await store.accept([message])
    [claim] = await store.claim("picture", 1)
    assert isinstance(claim, Claim)
    drafts: list[Reply] = []
    await concierge.answer(claim, drafts.append)
    [delivery] = await store.claim_replies("picture", 1)
    await store.sent(delivery, ["shown"])
    said = "\n".join(p.markdown for p in delivery.reply.parts if isinstance(p, Text))
    lines = said.splitlines()
    kept = lines[:LINES]
    if len(lines) > LINES:
        kept.append("\n…")
    return hard_breaks("\n".join(kept))


if __name__ == "__main__":
    Path("docs").mkdir(exist_ok=True)
    Path("docs/caravan.svg").write_text(asyncio.run(picture()), encoding="utf-8")
