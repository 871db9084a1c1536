"""What is taken back in the same breath: "in June. wait, July", "5 days, no 4", "not May, June"."""

from __future__ import annotations

import re

from adapters.models.reader.almanac import MONTHS, WEEKDAYS
from adapters.models.reader.text import NUMBER, fold
from core.wishes import Wish

_MARK = re.compile(
    r"(?:[.,;!?…-]\s*|\s)(?:(?:no|oh|hmm+|ah|or)[, ]+)?(?:wait|sorry|oops|actually|i mean|i meant|"
    r"scratch that|correction|make (?:it|that)|rather)\b[\s,:;.!-]*|[.,;!?…-]\s*no\s*,\s+"
)
_COUNT = re.compile(
    rf"(?P<before>.*\b)(?P<old>{NUMBER})(?P<of>\s+[a-z]+\b[^\d.!?]{{0,20}})[.,;!?-]\s*(?:no|sorry|"
    rf"wait|"
    rf"i mean|make (?:it|that)|rather|actually)(?: wait)?,?\s+(?P<new>{NUMBER})\W*",
    re.I,
)
_THEN = "|".join(sorted((*MONTHS, *WEEKDAYS), key=len, reverse=True))
NOT_THEN = re.compile(
    rf"\bnot (?:in |on |the )*(?:\d{{1,2}}(?:st|nd|rd|th)? ?(?:of )?)?(?:{_THEN})\b"
    r"(?=\s*(?:[,;]|but)\s*(?:in |on |the )*[\w])"
)
NOT_EVER = re.compile(
    rf"(?<!why )(?<!if )\bnot (?:in )?(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b"
    r"(?=\s*(?:[.!]|$))"
)
# Of these the last word counts; what is liked or refused may well be said in two breaths.
ALSO = re.compile(r"\b(?:also|too|as well|and|plus)\b")
_SLOTS = ("when", "budget", "party", "pace", "arrive_at", "leave_at", "destinations", "origin")


def counted_anew(text: str) -> str:
    """ "5 days. no 4" as "4 days"; any other text as it is."""
    m = _COUNT.fullmatch(text.strip())
    return f"{m['before']}{m['new']}{m['of'].rstrip()}" if m else text


def second_thought(text: str) -> tuple[str, str] | None:
    """What was said first and what after it; None when nothing is taken back."""
    marks = [m for m in _MARK.finditer(fold(text)) if m.start() > 2]
    if not marks:
        return None
    return text[: marks[-1].start()], text[marks[-1].end() :]


def with_second_thought(wish: Wish, first: Wish, then: Wish, words: str) -> Wish:
    """`wish`, read from both, with what was said `then` where it replaces what was said `first`.

    `words` are those said then: "actually also Madeira" replaces no town.
    """
    merged = first.reversed_by(then)
    unsaid = (None, ())
    if ALSO.search(fold(words)):
        then = then.model_copy(update={"destinations": ()})
    again = [
        n for n in _SLOTS if getattr(then, n) not in unsaid and getattr(first, n) not in unsaid
    ]
    return wish.model_copy(update={name: getattr(merged, name) for name in again})
