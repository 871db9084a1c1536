"""The terminal: pleasant for a person, plain for a pipe.

With a terminal: Markdown by rich, choices by number, a live line while Caravan works. Without one:
one message a line of standard input, each final reply in plain text, and the end of input ends it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner

from core.messages import (
    Capabilities,
    Choices,
    Conversation,
    File,
    InboundMessage,
    Person,
    Pin,
    Reply,
    Text,
)
from core.ports import Clock, Inbox
from core.text import gate, plain

PLATFORM = "console"
PERSON = Person(id="console:you", name="")
ANSWER_SECONDS = 180.0
GOODBYE = {"/quit", "/exit", "/bye"}


class ConsoleAdapter:
    """The ChatAdapter of a terminal or a pipe. Ends when the input ends.

    `run_id` tells two runs apart. At a terminal the conversation goes on where it stopped; a pipe
    begins a new one each time. Files are written into `folder`.
    """

    platform = PLATFORM

    def __init__(
        self,
        clock: Clock,
        run_id: str,
        folder: Path,
        *,
        stdin: TextIO = sys.stdin,
        stdout: TextIO = sys.stdout,
    ) -> None:
        self._clock = clock
        self._run_id = run_id
        self._folder = folder
        self._stdin = stdin
        self._stdout = stdout
        self._interactive = stdin.isatty() and stdout.isatty()
        self._rich = Console(file=stdout) if self._interactive else None
        self._answered = asyncio.Event()
        self._live: Live | None = None
        self._count = 0
        chat = "terminal" if self._interactive else f"pipe-{run_id}"
        self.conversation = Conversation(platform=PLATFORM, chat_id=chat)
        self.capabilities = Capabilities(
            buttons=False,
            edits=self._interactive,
            drafts=self._interactive,
            files=True,
            pins=False,
            max_text=1_000_000,
            seconds_between_edits=0.15,
        )

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        """Read lines until the input ends; the next line is read after the answer was shown."""
        ready()
        if self._rich is not None:
            self._rich.print("[bold]Caravan[/bold]  [dim]/help for help, Ctrl-D to leave[/dim]\n")
            await self._take(inbox, "/start")
        while True:
            line = await asyncio.to_thread(self._read_line)
            if line is None:
                return
            if line.strip().lower() in GOODBYE:
                return
            if line.strip():
                await self._take(inbox, line)

    def _read_line(self) -> str | None:
        """One line, None at the end of input. Blocks, so it runs in a thread."""
        if self._rich is not None:
            try:
                return self._rich.input("[bold cyan]you ›[/bold cyan] ")
            except (EOFError, KeyboardInterrupt):
                return None
        line = self._stdin.readline()
        return line.rstrip("\n") if line else None

    async def _take(self, inbox: Inbox, line: str) -> None:
        self._count += 1
        self._answered.clear()
        gated = gate(line)
        message = InboundMessage(
            id=f"{PLATFORM}:{self._run_id}:{self._count}",
            conversation=self.conversation,
            sender=PERSON,
            text=gated.text,
            sent_at=self._clock.now(),
            ref=str(self._count),
        )
        if self._rich is not None:
            self._live = Live(
                Spinner("dots", text="thinking…"), console=self._rich, transient=True
            )
            self._live.start()
        await inbox.accept([message])
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answered.wait()
        except TimeoutError:
            self._print("No answer came in time; your message is kept.")
        finally:
            self._stop_live()

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        self._stop_live()
        for part in reply.parts:
            if isinstance(part, Text):
                self._print(part.markdown)
            elif isinstance(part, Choices):
                listed = "\n".join(f"{n}. {o.label}" for n, o in enumerate(part.options, 1))
                self._print(listed)
            elif isinstance(part, File):
                self._print(f"{part.caption}\nSaved as {self._save(part)}")
            elif isinstance(part, Pin):
                self._print(f"{part.title}: {part.lat:.5f}, {part.lon:.5f}")
        self._answered.set()
        return [f"{reply.id}:{reply.seq}"]

    async def show(self, reply: Reply) -> None:
        if self._live is None:
            return
        texts = [p.markdown for p in reply.parts if isinstance(p, Text)]
        lines = "\n\n".join(texts).splitlines()
        room = max(4, (self._rich.size.height if self._rich else 24) - 6)
        self._live.update(Markdown("\n".join(lines[-room:])))

    async def aclose(self) -> None:
        self._stop_live()

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, markdown: str) -> None:
        if self._rich is not None:
            self._rich.print(Markdown(markdown))
            self._rich.print()
        else:
            self._stdout.write(plain(markdown) + "\n\n")
            self._stdout.flush()

    def _save(self, file: File) -> Path:
        """Write the file under a name of ours; a name that exists gets a number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in file.name)
        safe = safe.lstrip(".-")[:80] or "file"
        target = self._folder / safe
        number = 1
        while target.exists():
            number += 1
            target = self._folder / f"{Path(safe).stem}-{number}{Path(safe).suffix}"
        target.write_bytes(file.content)
        return target


def run_id(now: datetime, pid: int) -> str:
    """Tells this run from every other one on this machine."""
    return f"{now:%Y%m%d%H%M%S%f}-{pid}"
