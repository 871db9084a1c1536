"""Text at the edges: one gate for what comes in, literal text in our Markdown, plain text out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 8_000
MAX_MARKS = 8  # combining marks on one letter; living scripts need at most four or five
MAX_NAME = 64

_ZWNJ, _ZWJ = "\u200c", "\u200d"
# NFC makes a text at most three times longer, and stripping makes it shorter: reading this much of
# a huge text is enough to fill the cap, whatever its other megabytes hold.
_READ = 4 * MAX_CHARS
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls but tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # tags, hidden selectors
    "]"
)
# A joiner means something between letters of scripts that join, and inside emoji; next to ASCII
# it only hides one word from a reader that compares words ("/st<ZWJ>art").
_JOINER = re.compile(f"(?<![^\x00-\x7f])[{_ZWNJ}{_ZWJ}]+|[{_ZWNJ}{_ZWJ}]+(?![^\x00-\x7f])")
_REPEATED = re.compile("([\u200c\u200d\ufe0e\ufe0f])\\1+")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&$])")
_LIST_START = re.compile(r"^(\d*)([-+=:]|(?<=\d)[.)])")


@dataclass(frozen=True)
class Gated:
    """Text that is safe to keep, compare and put into a prompt; `cut` when it was too long."""

    text: str
    cut: bool


def gate(text: str, limit: int = MAX_CHARS) -> Gated:
    """`text` as valid NFC without NUL, lone surrogates, controls, bidi marks and hidden characters.

    Tabs and line feeds stay, other line ends become line feeds. At most MAX_MARKS combining marks
    stay on a letter and at most `limit` (up to 8,000) characters in all, cut between graphemes.
    """
    read = text[:_READ]
    if not read.isascii():
        read = _JOINER.sub("", _HIDDEN.sub("", _BREAKS.sub("\n", read)))
        read = unicodedata.normalize("NFC", _fewer_marks(_REPEATED.sub(r"\1", read)))
    elif not read.isprintable():
        read = _HIDDEN.sub("", _BREAKS.sub("\n", read))
    read = read.strip()
    limit = min(limit, MAX_CHARS)
    if len(read) > limit:
        return Gated(read[: border_before(read, limit)].rstrip(), cut=True)
    return Gated(read, cut=len(text) > _READ)


def name(text: str, limit: int = MAX_NAME) -> str:
    """A person's, chat's or file's name: gated, on one line, cut at `limit`."""
    one_line = " ".join(gate(text[: 8 * limit]).text.split())
    return one_line[: border_before(one_line, limit)].rstrip()


def escape(text: str) -> str:
    """`text` as Markdown that shows exactly these characters, on one line (F4, F7).

    For everything that people or providers wrote: place names, titles, names of members.
    """
    one_line = " ".join(gate(text).text.split())
    return _LIST_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", one_line))


# --- Markdown as plain text --------------------------------------------------------------------

_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}).*$", re.MULTILINE)
_TABLE_RULE = re.compile(r"^ *\|?[ :|-]*-[ :|-]*\|[ :|-]*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6} +", re.MULTILINE)
_LINK = re.compile(r"!?\[((?:\\.|[^\]\\])*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_STRONG = re.compile(r"(?<![\\*])(\*\*|__|~~)(?=\S)(.+?)(?<=[^\s\\])\1", re.DOTALL)
_SOFT = re.compile(r"(?<![\\\w*])(\*|_)(?=\S)([^*_\n]*[^\s\\*_])\1(?![\w*])")
_CODE = re.compile(r"(?<!\\)`([^`\n]+)`")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(markdown: str) -> str:
    """Our Markdown as text for a screen without formatting; a link becomes "label (address)"."""
    text = _TABLE_RULE.sub("", _FENCE.sub("", markdown))
    text = _HEADING.sub("", text)
    text = _LINK.sub(lambda m: m[1] if m[1] == m[2] else f"{m[1]} ({m[2]})", text)
    text = _CODE.sub(r"\1", text)
    text = _SOFT.sub(r"\2", _STRONG.sub(r"\2", text))
    return _ESCAPED.sub(r"\1", text).strip("\n")


# --- characters as people see them -------------------------------------------------------------

_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
    "\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011d46\U00011f02"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89"
)
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]")
_EXTENDING = re.compile("[\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units, as Telegram and JavaScript count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_border(text: str, index: int) -> bool:
    """Whether cutting before `text[index]` keeps every grapheme cluster whole (UAX 29).

    Cautious: it may say no where the standard says yes (unassigned characters), never yes where
    the standard says no.
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before < "\u0300" and after < "\u0300":
        return not (before == "\r" and after == "\n") and after != "\xad"
    if unicodedata.category(after) in ("Mn", "Me", "Mc", "Cf", "Cn") or _EXTENDING.match(after):
        return False
    if before in _PREPENDED or before == _ZWJ or unicodedata.category(before) == "Cn":
        return False
    if _JAMO.match(after) or (_JAMO.match(before) and "\uac00" <= after <= "\ud7a3"):
        return False
    if _is_regional(before) and _is_regional(after):
        return _regionals_before(text, index) % 2 == 0
    return not _conjoins(text, index)


def border_before(text: str, index: int) -> int:
    """The last border at or before `index`; `index` itself inside one endless cluster."""
    for at in range(min(index, len(text)), 0, -1):
        if is_border(text, at):
            return at
    return min(index, len(text))


def _fewer_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        if char >= "\u0300" and unicodedata.category(char) in ("Mn", "Me"):
            run += 1
            if run > MAX_MARKS:
                continue
        else:
            run = 0
        kept.append(char)
    return "".join(kept)


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _regionals_before(text: str, index: int) -> int:
    count = 0
    while index - count > 0 and _is_regional(text[index - count - 1]):
        count += 1
    return count


def _conjoins(text: str, index: int) -> bool:
    """An Indic consonant, a virama and a consonant are one cluster (GB9c)."""
    at = index - 1
    while at > 0 and (text[at] == _ZWJ or unicodedata.category(text[at]) == "Mn"):
        if unicodedata.combining(text[at]) == 9:
            return True
        at -= 1
    return False
