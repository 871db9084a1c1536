"""The message as the reader sees it: cleaned, folded, in words, with what was read already."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import NamedTuple

MAX_CHARS = 2000

_PLAIN = {
    ord(odd): plain
    for plain, odds in {
        "'": "’‘‛´`ʼ＇",
        '"': "“”„«»",
        "-": "‐‑‒–—―−",
        "/": "⁄∕",
    }.items()
    for odd in odds
}
_UNSEEN = frozenset(("Cf", "Cs", "Co", "Cn"))
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_ASCII_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def _folding() -> dict[int, str]:
    """Accented Latin letters to their base letter, one to one, so that positions stay the same."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    return table | {ord(k): v for k, v in zip("ßøØłŁđĐıæœåÅ", "soOlLdDiaoaA", strict=True)}


_FOLD = _folding()


def clean(text: str) -> str:
    """`text` without what nobody sees (control, bidi, tag, zero-width), at most 2,000 long."""
    text = text[: 2 * MAX_CHARS]
    if text.isascii():
        return _ASCII_CONTROL.sub(" ", text).strip()[:MAX_CHARS]
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN))[:MAX_CHARS]
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if kind in _UNSEEN or ord(char) in _VARIATION_SELECTORS:
            continue
        kept.append(" " if kind in ("Cc", "Zs", "Zl", "Zp") else char)
    return "".join(kept).strip()


def fold(text: str) -> str:
    """Lower case without accents, of the same length."""
    if text.isascii():
        return text.lower()
    lowered = text.translate(_FOLD).lower()
    return lowered if len(lowered) == len(text) else text.translate(_FOLD)


class Word(NamedTuple):
    """One word, folded, and where it stands."""

    text: str
    start: int
    end: int


_WORD = re.compile(r"[^\W_]+(?:['.&][^\W_]+)*")


class Said:
    """A cleaned message. `low` is folded and has the same positions as `text`.

    Readers claim what they understood, so that a month is not read again as a town.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        # SHOUTING has no capitals to go by.
        self.shouted = len(text) > 6 and text.upper() == text and " " in text
        self.low = fold(text)
        self.words = [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(self.low)]
        self.bag = frozenset(w.text for w in self.words)
        self._taken = bytearray(len(text))

    @cached_property
    def has_digit(self) -> bool:
        return any(c.isdigit() for c in self.low)

    def claim(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\1" * (end - start)

    def free(self, start: int, end: int) -> bool:
        return not any(self._taken[start:end])

    def rest(self) -> str:
        """The folded words that nobody claimed."""
        return " ".join(w.text for w in self.words if self.free(w.start, w.end))


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()

NUMBER_WORDS: dict[str, int] = (
    {word: n for n, word in enumerate(_UNITS)}
    | {word: 10 * (n + 2) for n, word in enumerate(_TENS)}
    | {"a": 1, "an": 1, "couple": 2, "pair": 2, "dozen": 12, "half a dozen": 6}
    | {"zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "zehn": 10}
    | {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "diez": 10}
    | {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "dix": 10}
    | {"dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "dez": 10}
    | {"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "dieci": 10}
    | {"ein": 1, "eine": 1, "einen": 1, "una": 1, "uno": 1, "un": 1, "une": 1, "um": 1, "uma": 1}
)

ORDINALS: dict[str, int] = {
    word: n
    for n, words in enumerate(
        (
            "first 1st",
            "second 2nd",
            "third 3rd",
            "fourth 4th",
            "fifth 5th",
            "sixth 6th",
            "seventh 7th",
            "eighth 8th",
            "ninth 9th",
            "tenth 10th",
        ),
        start=1,
    )
    for word in words.split()
}

# A small number as people write it; single letters ("a") only where a reader asks for them.
NUMBER = (
    r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty)"
)


def number(word: str) -> int | None:
    """The value of "7" or "seven"; None for other words."""
    return int(word) if word.isdecimal() else NUMBER_WORDS.get(word)
