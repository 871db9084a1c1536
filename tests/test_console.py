"""The console: lines in and plain text out of a pipe, a pleasant talk at a terminal, safe files."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import pytest

from adapters.chat import console
from adapters.chat.console import ConsoleAdapter, file_name, run_id
from core.errors import Unavailable
from core.messages import Choice, Choices, File, Inbound, InboundMessage, Part, Pin, Reply, Text
from core.ports import Unreachable
from tests.fake_open_meteo import START, Time

Answering = Callable[[InboundMessage], Sequence[Part]]


class Talk:
    """An inbox that answers at once, through the adapter that brought the message."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.heard: list[InboundMessage] = []
        self.adapter: ConsoleAdapter | None = None
        self.draft = ""

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        for message in inbound:
            assert isinstance(message, InboundMessage)
            self.heard.append(message)
            await self.answer(message, self.answering(message))
        return len(inbound)

    async def answer(self, message: InboundMessage, parts: Sequence[Part]) -> None:
        assert self.adapter is not None
        if self.draft:
            await self.adapter.show(self._reply(message, [Text(markdown=self.draft)], final=False))
        await self.adapter.send(self._reply(message, parts, final=True))

    def _reply(self, message: InboundMessage, parts: Sequence[Part], *, final: bool) -> Reply:
        return Reply(
            id=f"r{len(self.heard)}",
            seq=0,
            final=final,
            conversation=message.conversation,
            parts=tuple(parts),
            answers=message.id,
        )


def says(markdown: str) -> Answering:
    return lambda message: [Text(markdown=markdown)]


def echo(message: InboundMessage) -> Sequence[Part]:
    return [Text(markdown=f"You said **{message.text}**.")]


async def piped(text: str | TextIO, answering: Answering, folder: Path = Path("unused")) -> str:
    """What a pipe gets for `text`, with every line answered by `answering`."""
    out = io.StringIO()
    talk = Talk(answering)
    stdin = io.StringIO(text) if isinstance(text, str) else text
    adapter = talk.adapter = ConsoleAdapter(Time(), "run", folder, stdin=stdin, stdout=out)
    await adapter.run(talk, lambda: None)  # type: ignore[arg-type]
    await adapter.aclose()
    return out.getvalue()


async def test_a_pipe_takes_a_message_a_line_and_gives_plain_text_until_the_end() -> None:
    out = await piped("weekend in Lisbon\n\n   \nslower\nno newline at the end", echo)

    assert out == (
        "You said weekend in Lisbon.\n\nYou said slower.\n\nYou said no newline at the end.\n\n"
    )


@pytest.mark.parametrize("word", ["/quit", " /EXIT ", "/bye"])
async def test_a_goodbye_ends_it(word: str) -> None:
    assert await piped(f"one\n{word}\ntwo\n", echo) == "You said one.\n\n"


async def test_each_line_is_a_message_with_an_id_of_its_own() -> None:
    heard: list[InboundMessage] = []

    def listen(message: InboundMessage) -> Sequence[Part]:
        heard.append(message)
        return [Text(markdown="ok")]

    await piped("same\nsame\r\n", listen)

    assert [m.id for m in heard] == ["console:run:1", "console:run:2"]
    assert [m.text for m in heard] == ["same", "same"]
    assert {m.conversation.key for m in heard} == {"console:pipe-run:"}
    assert heard[0].sent_at == START


async def test_hidden_and_unstorable_characters_stay_outside() -> None:
    assert await piped("a\ud83d\x00b\u202e\n\u200b\x07\n", echo) == "You said ab.\n\n"


async def test_every_part_has_words_in_a_pipe(tmp_path: Path) -> None:
    parts: Sequence[Part] = [
        Text(markdown="## Day 1\nsee [map](https://a.example/x)"),
        Choices(options=(Choice(id="a", label="*Lisbon*"), Choice(id="b", label="Porto"))),
        Pin(title="Sé_de_Lisboa", lat=38.70985, lon=-9.13325),
        File(name="trip.ics", media_type="text/calendar", content=b"BEGIN", caption="Your trip"),
    ]
    out = await piped("x\n", lambda message: parts, tmp_path)

    assert out == (
        "Day 1\nsee map (https://a.example/x)\n\n1. *Lisbon*\n2. Porto\n\n"
        f"Sé_de_Lisboa: 38.70985, -9.13325\n\nYour trip\nSaved as {tmp_path}/trip.ics\n\n"
    )
    assert (tmp_path / "trip.ics").read_bytes() == b"BEGIN"


async def test_a_terminal_is_never_given_orders() -> None:
    out = await piped("x\n", says("before \x1b]52;c;cm0=\x07\x9b2J after\x00\tand\nso on"))

    assert out == "before ]52;c;cm0=2J after\tand\nso on\n\n"


async def test_a_narrow_encoding_costs_a_letter_and_not_the_answer() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    talk = Talk(says("€120 — ok"))
    talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=io.StringIO("x\n"), stdout=out)
    await talk.adapter.run(talk, lambda: None)  # type: ignore[arg-type]

    assert raw.getvalue() == b"?120 ? ok\n\n"


async def test_a_line_that_cannot_be_kept_is_named_as_lost() -> None:
    def full(message: InboundMessage) -> Sequence[Part]:
        raise Unavailable("the database", "disk full")

    assert "this one is lost" in await piped("x\n", full)


async def test_a_late_answer_does_not_pass_for_the_present_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(console, "ANSWER_SECONDS", 0.02)
    out = io.StringIO()
    talk = Talk(echo)
    talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=io.StringIO("one\ntwo\n"), stdout=out)

    async def late(message: InboundMessage, parts: Sequence[Part]) -> None:
        if message.text == "two":
            await Talk.answer(talk, talk.heard[0], parts)

    talk.answer = late  # type: ignore[method-assign]
    await talk.adapter.run(talk, lambda: None)  # type: ignore[arg-type]

    assert out.getvalue().count("No answer came in time") == 2


async def test_a_notice_does_not_pass_for_the_answer() -> None:
    """What Caravan says by itself meanwhile lets nobody think that the line was answered."""
    out = io.StringIO()
    talk = Talk(echo)
    talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=io.StringIO("one\ntwo\n"), stdout=out)
    later: list[asyncio.Task[None]] = []

    async def first_a_notice(message: InboundMessage, parts: Sequence[Part]) -> None:
        assert talk.adapter is not None
        notice = talk._reply(message, says("Rain tomorrow.")(message), final=True)
        await talk.adapter.send(notice.model_copy(update={"answers": ""}))
        later.append(asyncio.create_task(Talk.answer(talk, message, parts)))

    talk.answer = first_a_notice  # type: ignore[method-assign]
    await talk.adapter.run(talk, lambda: None)  # type: ignore[arg-type]

    said = out.getvalue().split("\n\n")[:-1]
    assert said == ["Rain tomorrow.", "You said one.", "Rain tomorrow.", "You said two."]


class Gone(io.StringIO):
    """A pipe that nobody reads any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


async def test_a_reader_who_left_makes_it_unreachable() -> None:
    talk = Talk(echo)
    talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=io.StringIO("x\n"), stdout=Gone())
    with pytest.raises(Unreachable):
        await talk.adapter.run(talk, lambda: None)  # type: ignore[arg-type]


async def test_a_reader_who_left_is_not_waited_for() -> None:
    talk = Talk(echo)
    lines = io.StringIO("one\ntwo\n")
    talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=lines, stdout=Gone())
    sending: list[asyncio.Task[None]] = []

    async def by_itself(message: InboundMessage, parts: Sequence[Part]) -> None:
        sending.append(asyncio.create_task(Talk.answer(talk, message, parts)))

    talk.answer = by_itself  # type: ignore[method-assign]
    async with asyncio.timeout(5):
        await talk.adapter.run(talk, lambda: None)  # type: ignore[arg-type]
    failed = await asyncio.gather(*sending, return_exceptions=True)

    assert [message.text for message in talk.heard] == ["one"]
    assert [type(each) for each in failed] == [Unreachable]


async def test_real_pipes_and_files_work_like_text(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, "Zürich\nBern".encode())
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert await piped(pipe, echo) == "You said Zürich.\n\nYou said Bern.\n\n"
    source = tmp_path / "lines.txt"
    source.write_text("one\ntwo\n", "utf-8")
    with source.open() as file:
        assert await piped(file, echo) == "You said one.\n\nYou said two.\n\n"
    with os.fdopen(os.open(os.devnull, os.O_RDONLY)) as nothing:
        assert await piped(nothing, echo) == ""


async def test_leaving_needs_no_enter() -> None:
    """A cancelled adapter leaves no thread that waits for a line."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as pipe:
        talk = Talk(echo)
        talk.adapter = ConsoleAdapter(Time(), "r", Path(), stdin=pipe, stdout=io.StringIO())
        running = asyncio.create_task(talk.adapter.run(talk, lambda: None))  # type: ignore[arg-type]
        await asyncio.to_thread(lambda: None)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()
        await talk.adapter.aclose()
    os.close(writing)

    assert running.cancelled()


HOSTILE = [
    "../../escape.ics",
    "/etc/passwd",
    "..",
    ".",
    "",
    "...",
    ".bashrc",
    "C:\\Windows\\system32\\x.dll",
    "..\\..\\x.ics",
    "CON",
    "nul.txt",
    "com1.ics",
    "aux.",
    "a" * 5_000 + ".ics",
    "x." + "y" * 5_000,
    "Zürich – 日本.ics",
    "日本",
    "name\x00.ics",
    "line\nbreak.ics",
    "tab\t.ics",
    "-rf *.ics",
    "~/x.ics",
    "$(reboot).ics",
    "a/b/c.ics",
    "%2e%2e%2fx",
    "\u202egpj.exe",
    "\ud83d.ics",
    "trailing. ",
    "a....ics",
    "x:stream.ics",
]


@pytest.mark.fault("F10")
@pytest.mark.parametrize("name", HOSTILE, ids=[f"{n:02}" for n in range(len(HOSTILE))])
async def test_a_hostile_file_name_stays_in_its_folder_and_overwrites_nothing(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    stem, suffix = file_name(name)
    (folder / f"{stem}{suffix}").write_bytes(b"kept")
    (folder / f"{stem}-2{suffix}").symlink_to(tmp_path / "outside")
    file = File(name=name, media_type="text/calendar", content=b"new")
    out = await piped("x\n", lambda message: [file], folder)

    assert set(os.listdir(tmp_path)) == {"files"}
    assert (folder / f"{stem}{suffix}").read_bytes() == b"kept"
    assert (folder / f"{stem}-3{suffix}").read_bytes() == b"new"
    assert f"{stem}-3{suffix}" in out
    for made in os.listdir(folder):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,75}", made)
        assert made.split(".")[0].lower() not in {"con", "nul", "com1", "aux", "prn", "lpt1"}


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("lisbon-2027.ics", "lisbon-2027.ics"),
        ("Zürich.ics", "Zurich.ics"),
        ("a" * 100 + ".ics", "a" * 60 + ".ics"),
        ("con.ics", "file-con.ics"),
        ("日本", "file"),
    ],
)
def test_an_honest_name_stays_readable_and_keeps_its_kind(wanted: str, given: str) -> None:
    assert "".join(file_name(wanted)) == given


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    file = File(name="a.ics", media_type="text/calendar", content=b"x")

    assert "could not save the file" in await piped("x\n", lambda message: [file], blocked)


def test_two_runs_are_told_apart() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    assert run_id(now, 1) != run_id(now, 2)


class Terminal:
    """A pseudo terminal with somebody at it."""

    def __init__(self) -> None:
        self.hand, line = pty.openpty()
        self.stdin = os.fdopen(line, "r")
        self.stdout = os.fdopen(os.dup(line), "w")
        self.seen = ""
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.hand, self._read)

    def _read(self) -> None:
        raw = os.read(self.hand, 65_536).decode("utf-8", "replace")
        self.seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw)
        self._news.set()

    def types(self, text: str) -> None:
        os.write(self.hand, text.encode())

    async def shows(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(10):
            while self.seen.count(text) < times:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.hand)
        self.stdin.close()
        self.stdout.close()
        os.close(self.hand)


async def test_at_a_terminal_people_are_greeted_choose_by_number_and_leave_with_ctrl_d() -> None:
    terminal = Terminal()

    def answering(message: InboundMessage) -> Sequence[Part]:
        if message.text == "/start":
            options = (Choice(id="a", label="Plan Lisbon"), Choice(id="b", label="Plan Porto"))
            return [Text(markdown="**Welcome** aboard"), Choices(options=options)]
        return [Text(markdown=f"Heard: {message.text}")]

    talk = Talk(answering)
    talk.draft = "Looking around"
    adapter = talk.adapter = ConsoleAdapter(
        Time(), "r", Path(), stdin=terminal.stdin, stdout=terminal.stdout
    )
    visit = asyncio.create_task(adapter.run(talk, lambda: None))  # type: ignore[arg-type]
    await terminal.shows("you ›")
    terminal.types("2\n")
    await terminal.shows("Heard: 2")
    terminal.types("/help\n")
    await terminal.shows("Heard: /help")
    await terminal.shows("you ›", times=3)
    terminal.types("\x04")
    async with asyncio.timeout(10):
        await visit
    seen = terminal.seen
    await adapter.aclose()
    terminal.close()

    assert [m.text for m in talk.heard] == ["/start", "2", "/help"]
    assert {m.conversation.key for m in talk.heard} == {"console:terminal:"}
    assert "Welcome aboard" in seen and "**" not in seen
    assert re.search(r"1 Plan Lisbon\s+2 Plan Porto", seen)
    assert "Looking around" in seen
    assert adapter.capabilities.drafts and not adapter.capabilities.buttons
