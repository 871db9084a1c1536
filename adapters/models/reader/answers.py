"""A bare number that answers the question asked last: "12", "make it 600", "about five"."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from adapters.models.reader.money import amount_of
from adapters.models.reader.text import Said, number
from core.reading import ReadingContext
from core.wishes import Budget, Party, When, Wish

_BARE = re.compile(
    r"\W*(?:(?:ok|okay|well|then|so|make (?:it|that)|let's say|say|about|around|maybe|max|maximum|"
    r"up to|at most|only|just|we are|for|up)\W+)*(?P<n>\d[\d.,' ]*|[a-z]+)\s*(?P<k>k)?"
    r"(?:\s+(?:then|max|please|at most|is fine|is ok))?\W*"
)


def answered(said: Said, context: ReadingContext) -> Wish | None:
    """The wish that a bare number is, when people, money or days were asked for; else None."""
    read = _READERS.get(context.asked)
    m = _BARE.fullmatch(said.low) if read else None
    if read is None or m is None:
        return None
    digits = m["n"].strip()
    if digits[0].isdigit():
        amount = amount_of(digits.rstrip(".,'"), m["k"] or "")
        return read(amount) if amount else None
    word = number(digits)
    return read(Decimal(word)) if word else None


def _people(count: Decimal) -> Wish | None:
    return Wish(party=Party(adults=int(count))) if count < 10_000 else None


def _days(count: Decimal) -> Wish | None:
    return Wish(when=When(nights=int(count) - 1)) if count < 1_000 else None


def _money(amount: Decimal) -> Wish:
    return Wish(budget=Budget(amount=amount))


_READERS: dict[str, Callable[[Decimal], Wish | None]] = {
    "people": _people,
    "money": _money,
    "days": _days,
}
