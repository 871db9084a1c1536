"""Clock times, and the hours of landing and of taking off for home."""

from __future__ import annotations

import re
from datetime import time

from adapters.models.reader.text import Said, number

_HOUR_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_TIME = (
    rf"(?:(?P<h>\d{{1,2}})(?:[:.h](?P<m>[0-5]\d))?|(?P<hw>{_HOUR_WORD}"
    rf"))\s*(?:(?P<ap>a\.?m\b\.?|p\.?m\b\.?)|uhr\b|o'?clock|h\b|hrs\b)?"
    r"(?P<part>\s+(?:in the (?:early |late )?(?:morning|afternoon|evening)|at "
    r"night|tonight))?|(?P<word>noon|midday|midnight)"
)
_CLOCK = re.compile(
    rf"(?P<cue>\b(?:at|by|around|about|@|um|a las|a|vers)\s*(?:about |around )?)?\b(?:{_TIME})"
)
_HALF = re.compile(rf"\bhalf past (?P<h>\d{{1,2}}|{_HOUR_WORD})(?P<ap>\s*(?:am|pm))?")
_ARRIVE = re.compile(
    r"\b(?:land(?:s|ing|ed)?|arriv(?:e|es|ing|al)|get(?:ting)? (?:in|there)|"
    r"touch(?:es|ing)? down|plane (?:lands|comes)|train (?:arrives|gets in)|"
    r"be there|check[- ]?in)\b"
)
_LEAVE = re.compile(
    r"\b(?:fly(?:ing)? (?:home|back|out)|flight (?:home|back|out|leaves|"
    r"departs|goes|is at)|return flight|(?:leav(?:e|es|ing)|depart(?:s|ing|"
    r"ure)?)|take[- ]?off|plane (?:leaves|goes|home)|(?:go|going|come|coming|travel) (?:home|back)|"
    r"head(?:ing)? (?:home|back)|our flight is|train (?:home|leaves|back))\b"
)


def _value(m: re.Match[str]) -> time | None:
    groups = m.groupdict()
    if groups.get("word"):
        return time(0, 0) if groups["word"] == "midnight" else time(12, 0)
    spelled = groups.get("hw") or groups["h"] or ""
    hour = number(spelled)
    if hour is None:
        return None
    minute = int(groups.get("m") or 0)
    half_day, part = groups.get("ap") or "", groups.get("part") or ""
    if (
        half_day.strip().startswith("p")
        or "afternoon" in part
        or "evening" in part
        or "night" in part
    ):
        hour = hour + 12 if hour < 12 else hour
    elif half_day.strip().startswith("a") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 else None


def _clear(m: re.Match[str]) -> bool:
    """A bare number is a time only after "at" or with minutes, am/pm or a part of the day."""
    return bool(
        m["cue"]
        or m["m"]
        or m["ap"]
        or m["part"]
        or m["word"]
        or re.search(r"(?:uhr|clock|\dh|hrs)\s*$", m.group())
    )


def times_in(said: Said) -> list[tuple[time, int, int]]:
    """Every clock time of the message with its position."""
    out = []
    for m in _HALF.finditer(said.low):
        hour = number(m["h"])
        if hour is not None and hour < 24:
            hour += 12 if (m["ap"] or "").strip() == "pm" and hour < 12 else 0
            out.append((time(hour, 30), *m.span()))
    for m in _CLOCK.finditer(said.low):
        if not _clear(m) or any(a <= m.start() < b for _, a, b in out):
            continue
        value = _value(m)
        if value is not None:
            out.append((value, *m.span()))
    return out


_DAY_START = re.compile(
    r"\b(?:(?:not|nothing|never|no (?:sights|sightseeing|museums|plans)|no earlier|not earlier) "
    r"(?:\w+ )?(?:before|than)|(?:start|begin|leave the hotel|go out|set off|get up|wake up|"
    r"sleep(?: in)?)s?(?: the| each| every| our| my| all)*(?: days?| mornings?)?"
    r"(?: later| earlier| late| early)?,? "
    r"(?:not before|no earlier than|only at|only after|from|after|at|until|till|around|about)|"
    r"(?:the |our |all |each |every )days? (?:should |can |must |to )?(?:start|begin)s? "
    r"(?:at|after|from|around)|earliest(?: start)?(?: at| is)?)\s+(?:about |around )?"
    r"(?:(?P<noon>noon|midday)\b|(?P<h>\d{1,2})(?:[:.h](?P<m>[0-5]\d))?\s*"
    r"(?P<ap>a\.?m\b\.?|p\.?m\b\.?)?"
    r"(?!\s*(?:st|nd|rd|th|days?|nights?|[a-z]*(?:march|april|may|june|july)|euros?|km|min)\b|"
    r"[/\d]))"
)
_ON_THE_WAY = re.compile(
    r"\b(?:flights?|plane|train|bus|home|airport|trip|meeting|concert|show|tour)\b"
)
_EARLIEST, _LATEST = time(5), time(14)


def find_day_start(said: Said) -> time | None:
    """ "Not before 10", "start at 9:30": when the days may begin, between 5 and 14 o'clock."""
    m = _DAY_START.search(said.low)
    if m is None or not said.free(*m.span()):
        return None
    clause = re.split(r"[,;.!?](?!\d)", said.low[max(0, m.start() - 30) : m.start()])[-1]
    if _ON_THE_WAY.search(clause) or _ON_THE_WAY.search(said.low[m.start() : m.end()]):
        return None
    hour, minute = int(m["h"] or 12), int(m["m"] or 0)
    if hour > 23 or ((m["ap"] or "").startswith("p") and hour != 12):
        return None
    at = time(hour, minute)
    if not _EARLIEST <= at <= _LATEST:
        return None
    said.claim(*m.span())
    return at


def find_times(said: Said) -> tuple[time | None, time | None]:
    """Landing on the first day and take-off on the last one, as far as they were said."""
    arrive, leave = _ARRIVE.search(said.low), _LEAVE.search(said.low)
    if not arrive and not leave:
        return None, None
    arrive_at = leave_at = None
    for value, start, end in times_in(said):
        if not said.free(start, end):
            continue
        before = said.low[:start]
        a = max((m.start() for m in _ARRIVE.finditer(before)), default=-1)
        b = max((m.start() for m in _LEAVE.finditer(before)), default=-1)
        if a < 0 and b < 0:  # "at 3pm we land"
            after = re.split(r"[,.;!?]", said.low[end:])[0]
            a, b = (
                int(bool(_ARRIVE.search(after))),
                int(bool(_LEAVE.search(after)) and not _ARRIVE.search(after)),
            )
            if not a and not b:
                continue
        said.claim(start, end)
        if a > b and arrive_at is None:
            arrive_at = value
        elif b > a and leave_at is None:
            leave_at = value
    return arrive_at, leave_at
