"""Until when a vote runs: "until Friday 18:00", "by tomorrow noon", "for 2 hours", "48 h"."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from adapters.models.reader.points import find_days
from adapters.models.reader.text import NUMBER_WORDS, Said, clean
from core.groups.asking import Deadline

MAX_DAYS = 365

_SPAN = re.compile(
    r"^(?:for |in |within |closes? in |ends? in |open for )?(?:the next )?"
    r"(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|ten|twelve|half an)\s*"
    r"(?P<unit>min(?:ute)?s?|h|hrs?|hours?|d|days?|weeks?)$"
)
_UNTIL = re.compile(
    r"^(?:(?:open |runs? |running )?(?:until|till|til)|by|before|closes?(?: on| at)?|"
    r"ends?(?: on| at)?|deadline:?)\s+(?P<what>.+)$"
)
_CLOCK = re.compile(
    r"\b(?:at |by )?(?P<h>[01]?\d|2[0-4])(?:[:.h](?P<m>[0-5]\d)\s*(?P<ap>[ap]\.?m\.?)?|"
    r"\s*(?P<ap2>[ap]\.?m\.?)|\s*(?:o'?clock|uhr)|(?<=at \d)(?!\d)|(?<=at \d\d)(?!\d))"
)
_WORDS = {
    "midnight": time(0, 0),
    "noon": time(12, 0),
    "midday": time(12, 0),
    "lunch": time(12, 0),
    "tonight": time(22, 0),
    "evening": time(20, 0),
    "afternoon": time(17, 0),
    "morning": time(10, 0),
    "end of the day": time(23, 59),
    "end of day": time(23, 59),
}
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}


def deadline_in(piece: str, today: date) -> Deadline | None:
    """The deadline that the whole piece states; None when it states none."""
    said = Said(clean(piece))
    low = said.low.strip(" .!")
    if (span := _SPAN.match(low)) is not None:
        word = span["n"]
        unit = _MINUTES[span["unit"][0]]
        if word == "half an":
            return Deadline(minutes=unit // 2)
        return Deadline(minutes=(int(word) if word.isdigit() else NUMBER_WORDS[word]) * unit)
    m = _UNTIL.match(low)
    if m is None:
        return None
    what = m["what"]
    at, rest = _clock(what)
    on = _day(rest, today)
    if at is None and on is None:
        return None
    return Deadline(on=on, at=at)


def _clock(what: str) -> tuple[time | None, str]:
    """The time of day, and the words without it."""
    m = _CLOCK.search(what)
    if m is not None:
        hour, minute = int(m["h"]), int(m["m"] or 0)
        half = (m["ap"] or m["ap2"] or "")[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        rest = what[: m.start()] + what[m.end() :]
        return (time(hour % 24, minute) if hour < 24 or not minute else None), rest
    for word, at in _WORDS.items():
        if re.search(rf"\b{word}\b", what):
            return at, what
    return None, what


def _day(what: str, today: date) -> date | None:
    if re.search(r"\b(?:today|tonight|this evening|this afternoon)\b", what):
        return today
    if re.search(r"\b(?:tomorrow|tmrw|tomorow)\b", what):
        return today + timedelta(days=1)
    found = find_days(
        Said(re.sub(r"\s+(?:at|evening|morning|noon|afternoon)\b.*$", "", f"on {what}")), today
    )
    day = found.first or found.last
    return day if day is not None and (day - today).days <= MAX_DAYS else None
