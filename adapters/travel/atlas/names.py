"""Place names made comparable: no case, no accents, no punctuation; scripts stay as they are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e"}
)
# Accents of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic. Vowel signs of
# Thai or Hindi are letters of the word and stay.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0652]")
_NOT_A_WORD = re.compile(r"[\s\-‐-―_.,;:!?()/\"“”«»]+")
_APOSTROPHES = re.compile("['’‘`´ʻʼʹ]")


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """The name as it is compared: "São Paulo" -> "sao paulo", "Köln" -> "koln"."""
    apart = unicodedata.normalize("NFKD", name.casefold()).casefold()
    bare = _APOSTROPHES.sub("", _ACCENTS.sub("", apart)).translate(_LETTERS)
    return unicodedata.normalize("NFC", _NOT_A_WORD.sub(" ", bare).strip())
