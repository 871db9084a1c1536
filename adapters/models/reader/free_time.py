"""Time of one's own in a plan: "a rest day on Friday", "keep the afternoon of day 3 free"."""

from __future__ import annotations

import re
from datetime import date

from adapters.models.reader.in_plan import ORDINAL, WEEKDAY, day_in, weekday_in
from adapters.models.reader.text import NUMBER, Said
from core.reading import Change, ChangeKind

_DAY = (
    rf"(?:day\s*#?\s*{NUMBER}|(?:the )?(?:{ORDINAL}|last) day|{WEEKDAY}|today|tomorrow|that day|"
    r"the (?:whole )?day)"
)
_PART = r"(?P<part>morning|afternoon|evening)"
_FREE = (
    r"(?:free|off|open|empty|unplanned|for (?:us|me|ourselves|myself)|without (?:plans|program\w*))"
)
_REST = r"(?:a )?(?:rest(?:ing)?|free|lazy|pool|quiet|slow|spare) day"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:leave|keep|make|have|want|need|give us)\b[\w' ]{{0,20}}?\b{_PART}s?\b"
        rf"[\w' ]{{0,20}}?\b{_FREE}\b",
        rf"\bfree {_PART}\b[\w' ]{{0,10}}?\b{_DAY}\b",
        rf"\b{_DAY} {_PART} {_FREE}\b",
        rf"\b(?:leave|keep|make|have|want|need)\b (?:the |our )?{_DAY} (?:completely |all )?"
        rf"(?:{_FREE}|{_REST})\b|\b{_REST} (?:on|for) {_DAY}\b|\bday off on {_DAY}\b|"
        rf"\bnothing (?:planned )?(?:on|for) {_DAY}\b",
        rf"\b(?:skip|cancel|drop|leave out|forget|clear|scrap)\b (?P<rest>(?:the )?rest) of "
        rf"(?:the )?{_DAY}\b",
        rf"\b(?:skip|cancel|drop|remove|delete|clear|scrap|take out) (?:everything|all|all stops) "
        rf"(?:on|from|of|for|planned (?:on|for)) {_DAY}\b",
    )
)


def freed(said: Said, today: date) -> Change | None:
    """The stops of a day, or of a part of it, taken out; None when no time is asked for.

    `what` is "morning", "afternoon", "evening", "rest" (from now on), or "" for the whole day.
    """
    for pattern in _PATTERNS:
        m = pattern.search(said.low)
        if m is None:
            continue
        day = -1 if re.search(r"\blast day\b", said.low) else day_in(said)
        on = None if day else weekday_in(said, today)
        if day is None and on is None:
            continue
        found = m.groupdict()
        what = "rest" if found.get("rest") else found.get("part") or ""
        return Change(kind=ChangeKind.REMOVE, what=what, day=day, on=on)
    return None
