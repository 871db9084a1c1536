"""Make a reply fit a platform: split long text, number the choices, link the pins, name the files.

The only place that degrades. Text is cut between blocks, then lines, sentences, words and at last
grapheme clusters; a fence or a table that is cut is closed and opened again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from core.messages import (
    Capabilities,
    Choices,
    File,
    Part,
    Pin,
    PollOver,
    PollPart,
    Reply,
    Text,
)
from core.text import border_before, escape, is_border, units

Measure = Callable[[str], int]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
# A link, a piece of code or an emphasis shows its markup when it is cut in two.
_WHOLE = re.compile(
    r"!?\[(?:\\.|[^\]\\\n]){0,400}\]\(\S{0,2000}\)"
    r"|`[^`\n]{1,400}`|\*\*[^*\n]{1,400}\*\*|__[^_\n]{1,400}__|~~[^~\n]{1,400}~~"
    r"|\*[^*\n]{1,400}\*|_[^_\n]{1,400}_|<?https?://[^\s>]{1,2000}>?|\\."
)
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"')\]»”]*\s+|(?<=[。！？])")
_SPACE = re.compile(r"\s+")


def fit(reply: Reply, capabilities: Capabilities) -> Reply:
    """`reply` with parts that `capabilities` allows; the same reply when nothing has to change."""
    measure = units if capabilities.utf16 else len
    parts: list[Part] = []
    for part in _degrade(reply.parts, capabilities):
        if isinstance(part, Text):
            pieces = split(part.markdown, capabilities.max_text, measure)
            parts += [part] if len(pieces) == 1 else [Text(markdown=p) for p in pieces]
        else:
            parts.append(part)
    if tuple(parts) == reply.parts:
        return reply
    return reply.model_copy(update={"parts": tuple(parts)})


def numbered(choices: Choices) -> str:
    """The options as Markdown lines "1. label", to be answered with a number."""
    return "\n".join(f"{n}. {escape(o.label)}" for n, o in enumerate(choices.options, 1))


def link(pin: Pin) -> str:
    """A pin as a Markdown link to OpenStreetMap."""
    at = f"mlat={pin.lat:.5f}&mlon={pin.lon:.5f}#map=16/{pin.lat:.5f}/{pin.lon:.5f}"
    return f"📍 [{escape(pin.title) or 'On the map'}](https://www.openstreetmap.org/?{at})"


def _degrade(parts: Sequence[Part], can: Capabilities) -> list[Part]:
    shown: list[Part] = []
    for part in parts:
        if isinstance(part, PollOver) and not can.polls:
            continue
        if isinstance(part, PollPart) and not can.polls:
            part = Choices(options=(*part.options, *part.more))
        if isinstance(part, Choices) and not can.buttons:
            _append(shown, numbered(part))
        elif isinstance(part, Pin) and not can.pins:
            _append(shown, link(part))
        elif isinstance(part, File) and not can.files:
            _append(shown, _no_file(part))
        else:
            shown.append(part)
    return shown


def _append(shown: list[Part], markdown: str) -> None:
    last = shown[-1] if shown else None
    if not markdown:
        return
    if isinstance(last, Text):
        shown[-1] = Text(markdown=f"{last.markdown.rstrip()}\n\n{markdown}")
    else:
        shown.append(Text(markdown=markdown))


def _no_file(file: File) -> str:
    what = f"{escape(file.caption)} " if file.caption else ""
    return f"{what}I cannot send the file {escape(file.name)} in this chat."


# --- splitting ---------------------------------------------------------------------------------


def split(markdown: str, limit: int, measure: Measure = len) -> list[str]:
    """`markdown` in pieces of at most `limit`, each of them whole Markdown; at least one piece."""
    if measure is units and len(markdown) * 2 <= limit:
        return [markdown]
    if measure(markdown) <= limit:
        return [markdown]
    pieces: list[str] = []
    current = ""
    for gap, block in _blocks(markdown):
        for first, piece in _fitted(block, limit, measure):
            joined = f"{current}{gap if first else ''}{piece}" if current and first else ""
            if joined and measure(joined) <= limit:
                current = joined
            else:
                pieces.append(current)
                current = piece
    pieces.append(current)
    # A piece that begins with a nested item must not become an indented code block.
    return [p for p in (p.strip(" \n") for p in pieces) if p] or [""]


def _fitted(block: str, limit: int, measure: Measure) -> Iterator[tuple[bool, str]]:
    """The block, or its pieces when it is too long; True for the first of them."""
    if measure(block) <= limit:
        yield True, block
        return
    lines = block.split("\n")
    if _FENCE.match(lines[0]):
        pieces = _split_code(lines, limit, measure)
    elif len(lines) > 2 and _is_table(lines):
        pieces = _split_table(lines, limit, measure)
    else:
        pieces = _pack(lines, "\n", limit, measure, _split_line)
    for number, piece in enumerate(pieces):
        yield number == 0, piece


def _blocks(markdown: str) -> Iterator[tuple[str, str]]:
    """Paragraphs, fenced code and tables, each with the line ends that stood before it."""
    gap, block = "", list[str]()
    fence = ""
    lines = markdown.split("\n")
    for number, line in enumerate(lines):
        if fence:
            block.append(line)
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                yield gap, "\n".join(block)
                gap, block, fence = "\n", [], ""
            continue
        opening = _FENCE.match(line)
        if (opening or not line.strip() or _is_table(lines[number : number + 2])) and block:
            yield gap, "\n".join(block)
            gap, block = "\n", []
        if opening:
            fence = opening.group(1)
            block = [line]
        elif line.strip():
            block.append(line)
        else:
            gap += "\n"
    if block:
        yield gap, "\n".join(block)


def _is_table(lines: Sequence[str]) -> bool:
    return len(lines) > 1 and "|" in lines[0] and bool(_TABLE_RULE.match(lines[1]))


def _split_code(lines: list[str], limit: int, measure: Measure) -> list[str]:
    """The same fence around every piece; an unclosed one is closed."""
    opening = _FENCE.match(lines[0])
    assert opening is not None
    closing = opening.group(1)
    body = lines[1:-1] if lines[-1].strip() == closing and len(lines) > 1 else lines[1:]
    room = limit - measure(f"{lines[0]}\n\n{closing}")
    if room < limit // 4:  # an absurd info string
        return _pack(lines, "\n", limit, measure, _split_word)
    packed = _pack(body, "\n", room, measure, _split_word)
    return [f"{lines[0]}\n{piece}\n{closing}" for piece in packed]


def _split_table(lines: list[str], limit: int, measure: Measure) -> list[str]:
    """The header row is repeated above every piece."""
    head = "\n".join(lines[:2])
    room = limit - measure(head) - 1
    if room < limit // 4 or any(measure(row) > room for row in lines[2:]):
        return _pack(lines, "\n", limit, measure, _split_line)
    return [f"{head}\n{rows}" for rows in _pack(lines[2:], "\n", room, measure, _split_line)]


def _split_line(line: str, limit: int, measure: Measure) -> list[str]:
    """A line by sentences, a sentence by words, a word by grapheme clusters."""
    whole = [m.span() for m in _WHOLE.finditer(line) if measure(m.group()) <= limit]
    sentences = _cut_at(line, _SENTENCE_END, whole)
    return _pack(sentences, "", limit, measure, _split_sentence)


def _split_sentence(sentence: str, limit: int, measure: Measure) -> list[str]:
    whole = [m.span() for m in _WHOLE.finditer(sentence) if measure(m.group()) <= limit]
    return _pack(_cut_at(sentence, _SPACE, whole), "", limit, measure, _split_word)


def _split_word(word: str, limit: int, measure: Measure) -> list[str]:
    """Whole links, code and emphasis first, then as many clusters as have room."""
    pieces: list[str] = []
    while measure(word) > limit:
        end = min(limit, len(word))
        while measure(word[:end]) > limit:
            end -= max(1, (measure(word[:end]) - limit) // 2)
        for match in _WHOLE.finditer(word):
            if 0 < match.start() < end < match.end() and measure(match.group()) <= limit:
                end = match.start()
                break
        end = border_before(word, end)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _cut_at(text: str, where: re.Pattern[str], whole: list[tuple[int, int]]) -> list[str]:
    """`text` cut after every match of `where` that lies outside of `whole` and on a border."""
    cuts = [
        m.end()
        for m in where.finditer(text)
        if is_border(text, m.end()) and not any(a < m.end() < b for a, b in whole)
    ]
    return [text[a:b] for a, b in pairwise([0, *cuts, len(text)]) if a < b]


def _pack(
    pieces: Sequence[str],
    glue: str,
    limit: int,
    measure: Measure,
    smaller: Callable[[str, int, Measure], list[str]],
) -> list[str]:
    """Fill each result up to `limit`; a piece that is too long itself goes to `smaller`."""
    packed: list[str] = []
    current: str | None = None
    for piece in pieces:
        joined = piece if current is None else f"{current}{glue}{piece}"
        if measure(joined) <= limit:
            current = joined
            continue
        if current is not None:
            packed.append(current)
        *full, current = [piece] if measure(piece) <= limit else smaller(piece, limit, measure)
        packed += full
    if current is not None:
        packed.append(current)
    return packed
