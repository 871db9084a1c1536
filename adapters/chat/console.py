"""The terminal: pleasant for a person, plain for a pipe.

With a terminal: Markdown by rich, choices by number, a live line while Caravan works. Without one:
one message a line of standard input, each final reply in plain text, and the end of input ends it.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import select
import sys
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner

from core.errors import Unavailable
from core.messages import (
    Capabilities,
    Choice,
    Choices,
    Conversation,
    File,
    InboundMessage,
    Part,
    Person,
    Pin,
    Reply,
    Text,
)
from core.ports import Clock, Inbox, Unreachable
from core.text import escape, gate, plain

PLATFORM = "console"
PERSON = Person(id="console:you", name="")
ANSWER_SECONDS = 180.0
GOODBYE = {"/quit", "/exit", "/bye"}
# What a terminal would obey instead of show: all controls but tab and line feed.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


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
        self._lines = _Lines(stdin)
        self._stdout = stdout
        self._interactive = stdin.isatty() and stdout.isatty()
        self._rich = Console(file=stdout) if self._interactive else None
        self._answered = asyncio.Event()
        self._left = False  # whoever read what we write
        self._asked = ""
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
        """Read lines until the input ends, or nobody reads the answers any more.

        The next line is read after the answer was shown.
        """
        ready()
        if self._rich is not None:
            self._rich.print("[bold]Caravan[/bold]  [dim]/help for help, Ctrl-D to leave[/dim]\n")
            await self._take(inbox, "/start")
        while not self._left:
            if self._rich is not None:
                self._rich.print("[bold cyan]you ›[/bold cyan] ", end="")
            line = await self._lines.next()
            if line is None or line.strip().lower() in GOODBYE:
                return
            if line.strip():
                await self._take(inbox, line)

    async def _take(self, inbox: Inbox, line: str) -> None:
        """Hand one line in, and wait for its answer."""
        self._count += 1
        self._answered.clear()
        message = InboundMessage(
            id=f"{PLATFORM}:{self._run_id}:{self._count}",
            conversation=self.conversation,
            sender=PERSON,
            text=gate(line).text,
            sent_at=self._clock.now(),
            ref=str(self._count),
        )
        if not message.text:
            return
        self._asked = message.id
        if self._rich is not None:
            self._live = Live(Spinner("dots", text="thinking…"), console=self._rich, transient=True)
            self._live.start()
        try:
            await inbox.accept([message])
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answered.wait()
        except Unavailable:
            self._print("I cannot keep messages right now, so this one is lost. Please try later.")
        except TimeoutError:
            self._print("No answer came in time; your message is kept.")
        finally:
            self._stop_live()

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        self._stop_live()
        try:
            for part in reply.parts:
                self._print(self._markdown(part))
        except BrokenPipeError as error:
            self._left = True
            self._answered.set()
            raise Unreachable("nobody reads the pipe any more") from error
        if reply.answers == self._asked:  # no notice, and not a late one to an earlier line
            self._answered.set()
        return [f"{reply.id}:{reply.seq}"]

    def _markdown(self, part: Part) -> str:
        """One part in the terminal's words; a file is written down first."""
        if isinstance(part, Text):
            return part.markdown
        if isinstance(part, Choices):
            return numbered(part.options)
        if isinstance(part, Pin):
            return f"{escape(part.title)}: {part.lat:.5f}, {part.lon:.5f}"
        if not isinstance(part, File):  # a poll, which `fit` has made choices of
            return ""
        try:
            done = f"Saved as {escape(str(self._save(part)))}"
        except OSError as error:
            done = f"I could not save the file here ({error.strerror or type(error).__name__})."
        return f"{escape(part.caption)}\n{done}".lstrip("\n")

    async def show(self, reply: Reply) -> None:
        if self._live is None:
            return
        texts = [p.markdown for p in reply.parts if isinstance(p, Text)]
        lines = "\n\n".join(texts).splitlines()
        room = max(4, (self._rich.size.height if self._rich else 24) - 6)
        shown = _CONTROLS.sub("", "\n".join(lines[-room:]))
        self._live.update(Markdown(hard_breaks(shown)))

    async def aclose(self) -> None:
        self._stop_live()
        self._lines.close()

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, markdown: str) -> None:
        markdown = _CONTROLS.sub("", markdown)
        if self._rich is not None:
            self._rich.print(Markdown(hard_breaks(markdown)))
            self._rich.print()
            return
        text = plain(markdown) + "\n\n"
        # A pipe may have a narrow encoding; a "?" is better than no answer.
        encoding = self._stdout.encoding or "utf-8"
        self._stdout.write(text.encode(encoding, "replace").decode(encoding))
        self._stdout.flush()

    def _save(self, file: File) -> Path:
        """Write the file under a name of ours; a name that exists gets a number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stem, suffix = file_name(file.name)
        for number in count(1):
            target = self._folder / f"{stem}{f'-{number}' if number > 1 else ''}{suffix}"
            try:
                with target.open("xb") as out:  # never through a link, never over a file
                    out.write(file.content)
            except FileExistsError:
                continue
            return target
        raise AssertionError("unreachable")


class _Lines:
    """Lines of a terminal, pipe or file, without holding up the loop or its end.

    A thread waits; when the waiting is cancelled it is woken, so that leaving needs no Enter.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._fd = _descriptor(stream)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._read = ""
        self._ended = False
        self._wake = os.pipe() if self._fd is not None else None

    async def next(self) -> str | None:
        """The next line without its end, None when there are no more."""
        if self._fd is None:
            line = self._stream.readline()
            return line.rstrip("\r\n") if line else None
        while "\n" not in self._read and not self._ended:
            try:
                chunk = await asyncio.to_thread(self._wait, self._fd)
            except asyncio.CancelledError:
                if self._wake is not None:
                    os.write(self._wake[1], b"!")
                raise
            self._ended = not chunk
            self._read += self._decoder.decode(chunk, final=self._ended)
        line, end, self._read = self._read.partition("\n")
        return line.rstrip("\r") if line or end else None

    def _wait(self, fd: int) -> bytes:
        """What is there to read, as soon as there is something; empty at the end or when woken."""
        try:
            if self._wake is not None and sys.platform != "win32":
                ready, _, _ = select.select([fd, self._wake[0]], [], [])
                if self._wake[0] in ready:
                    return b""
            return os.read(fd, 65_536)
        except OSError:  # the terminal is gone
            return b""

    def close(self) -> None:
        if self._wake is not None:
            for end in self._wake:
                os.close(end)
            self._wake = None


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def numbered(options: Sequence[Choice]) -> str:
    return "\n".join(f"{n}. {escape(o.label)}" for n, o in enumerate(options, 1))


_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin|conout|clock)(\.|$)", re.I)


def file_name(wanted: str) -> tuple[str, str]:
    """A stem and a suffix that are safe on every system: ASCII, short, no path, no device."""
    letters = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip(".-_")
    stem, dot, suffix = safe.rpartition(".")
    if not dot or not suffix.isalnum() or len(suffix) > 8:
        stem, suffix = safe, ""
    stem = re.sub(r"\.{2,}", ".", stem)[:60].strip(".-_") or "file"
    if _DEVICES.match(stem):
        stem = f"file-{stem}"
    return stem, f".{suffix}" if suffix else ""


def run_id(now: datetime, pid: int) -> str:
    """Tells this run from every other one on this machine."""
    return f"{now:%Y%m%d%H%M%S%f}-{pid}"


def hard_breaks(markdown: str) -> str:
    """Our lines as lines: Markdown would run those of one paragraph together."""
    return re.sub(r"(?<=\S)\n(?=[^\n\-])", "  \n", markdown)
