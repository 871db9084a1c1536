"""Typos in the few words that decide what a message asks for: "wether", "airpot", "musem".

Only small words in lower case are mended, and only into words of this list that are one slip away;
names of places are left to the gazetteer, which forgives slips by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from adapters.models.reader.ordinary import is_ordinary

_KEYS = (
    "weather airport museum museums restaurant restaurants tomorrow arrive arriving arrival beach "
    "beaches cheaper slower faster breakfast pharmacy hospital passport emergency vegetarian "
    "opening tickets ticket money hotel people persons children budget flight flights station "
    "station church churches castle morning evening afternoon weekend february september "
    "november december wednesday thursday saturday pregnant wife umbrella tipping currency "
    "language doctor train metro visa dangerous"
).split()
_REAL = frozenset("whether leather feather teach reach breach tram strain plight".split())
_WORD = re.compile(r"(?<![\w'@/.-])[a-z]{4,12}(?![\w'@/-])")
_LONG = 5  # shorter words have too many neighbours


def mended(text: str, is_place: Callable[[str], bool]) -> str:
    """`text` with such words put right; capitals, places and words that exist stay."""
    return _WORD.sub(lambda m: _mended(m.group(), is_place), text)


def _mended(word: str, is_place: Callable[[str], bool]) -> str:
    if len(word) < _LONG or word in _KEYS or word in _REAL or is_ordinary(word):
        return word
    best = process.extractOne(word, _KEYS, scorer=OSA.distance, score_cutoff=1)
    return best[0] if best is not None and not is_place(word) else word
