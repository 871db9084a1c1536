"""What no trip can be: no days, nobody, no money."""

from __future__ import annotations

import re
from typing import Literal

from adapters.models.reader.text import Said

Nonsense = Literal["", "days", "people", "money"]

_ZERO = r"(?<![\d.,:/-])(?:0|zero|-\d+|minus \w+)"
_NO_DAYS = re.compile(rf"{_ZERO}[ -]?(?:days?|weeks?)\b(?! (?:longer|more|later|earlier|extra))")
_NOBODY = re.compile(
    rf"{_ZERO} (?:people|persons?|adults?|travell?ers?|of us|pax|guests?|friends)\b"
)
_NO_MONEY = re.compile(
    r"\b(?:budget|under|below|max(?:imum)?|up to|at most|spend|only|limit)\b[^\d.,;\n]{0,15}"
    r"-?0+(?:[.,]0+)?(?![\d.,]*\d)\s*(?:€|\$|£|[a-z]{3}\b|euros?|dollars?|pounds?)?"
    r"(?!\s*(?:days?|nights?|km|h\b|hours?|people|stops?|stars?|°|degrees))"
)
_CURRENCY = (
    r"(?:€|\$|£|¥|eur|euros?|usd|dollars?|bucks|gbp|pounds?|quid|chf|francs?|jpy|yen|cents?|money)"
)
_NO_SUM = re.compile(
    rf"(?<![\d.,:/-])(?<!\d )(?:(?:0+(?:[.,]0+)?|zero) ?{_CURRENCY}(?!\w)"
    rf"|{_CURRENCY} ?0+(?:[.,]0+)?(?![\d.,]*\d)(?!\w)"
    r"|(?:have |with |on )?(?:no|without(?: any)?) (?:money|budget)(?! (?:limit|issue|problem|"
    r"matter|object|constraint|concern|worr|belt|exchange|change|is no|no object))(?=$|[\s,.;!]))"
)


def find_nonsense(said: Said) -> Nonsense:
    """What is impossible in the message, the first that is found; empty when all can be."""
    low = said.low
    if _NO_DAYS.search(low):
        return "days"
    if _NOBODY.search(low):
        return "people"
    if _NO_MONEY.search(low) or _NO_SUM.search(low):
        return "money"
    return ""
