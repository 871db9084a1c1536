"""At which hours Caravan may write unasked: "quiet hours 21 to 9", "nothing after 9 pm", "only in
the mornings"."""

from __future__ import annotations

import re
from datetime import time

from adapters.models.reader.notice_words import EDGE, END, NOTE, SILENCE
from core.notices.asking import NoticesSaid

_CLOCK = (
    r"(?:(?P<{0}w>noon|midday|midnight)|(?P<{0}h>\d{{1,2}})(?:[:.h](?P<{0}m>[0-5]\d))?"
    r"(?: ?(?P<{0}p>am|pm|a\.m\.?|p\.m\.?)| ?h)?(?: ?o'?clock)?)"
)
_WORDS = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_TWO = (
    rf"{_CLOCK.format('a')} ?(?:to|until|till|til|and|-|–) ?{_CLOCK.format('b')}"
    r"(?: in the morning)?"
)
_QUIET = re.compile(
    rf"{EDGE}(?:(?:set |change |make )?(?:my |our |the )?quiet(?: hours?| time)?(?: to)?|"
    rf"do not disturb|don'?t disturb(?: me| us)?|{SILENCE}|nothing):? "
    rf"(?:from |between |at night )?{_TWO}{END}"
)
_ONE = (
    rf"(?:(?:in|on|at|during) (?:the |my )?(?P<part>morning|afternoon|evening|night)s?(?: time)?|"
    rf"(?P<side>before|until|till|after|past|later than|earlier than) {_CLOCK.format('a')}"
    r"(?: in the (?P<half>morning|evening)| at night)?)"
)
_PART = re.compile(rf"{EDGE}{SILENCE} {_ONE}{END}")
# "Nothing after 9 pm" may be said of the days of a plan as well; its flow says what it did.
_NOTHING = re.compile(
    rf"{EDGE}nothing (?:more )?(?P<side>before|after|past|later than|earlier than) "
    rf"{_CLOCK.format('a')}(?: in the (?P<half>morning|evening)| at night)?{END}"
)
_PARTS = {
    "morning": (None, time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(18), None),
    "night": (time(22), time(8)),
}
_ASK = (
    rf"(?:(?:write|message|text|notify|ping|tell|contact|send)(?: to)?(?: me| us)?(?: {NOTE})?|"
    rf"{NOTE})"
)
_ONLY = re.compile(
    rf"{EDGE}(?:(?:only|just) {_ASK}|{_ASK} (?:only|just)|only) "
    r"(?:(?:in|on|at|during) (?:the )?(?P<part>morning|afternoon|evening|day|daytime)s?(?: time)?|"
    rf"(?:from |between )?{_TWO}|(?P<side>before|after) {_CLOCK.format('c')}){END}"
)
_OPEN = {
    "morning": (time(8), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(18), time(22)),
    "day": (time(8), time(20)),
    "daytime": (time(8), time(20)),
}
_NO_QUIET = re.compile(
    rf"{EDGE}(?:no quiet hours|(?:turn |switch )?(?:the )?quiet hours off|"
    rf"(?:turn|switch) off (?:the )?quiet hours|stop (?:the )?quiet hours|"
    rf"(?:you (?:can|may) )?(?:write|message|text)(?: to)?(?: me| us)? "
    rf"(?:at )?any ?time(?: of (?:the )?day| you (?:want|like))?){END}"
)
_WEEKDAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_DAYS = re.compile(
    rf"{EDGE}(?:(?:{SILENCE}|quiet|silent|nothing) (?:(?:on|at|during|over|for) )?(?:the |my )?"
    rf"(?:week-?ends?|week-?days|work ?days|(?:{_WEEKDAYS}|week-?ends?)(?: and (?:on )?"
    rf"{_WEEKDAYS})?)|"
    rf"(?:only|just) (?:{_ASK} )?(?:on|at) (?:the )?(?:week-?ends?|week-?days|work ?days|"
    rf"{_WEEKDAYS})){END}"
)
_TIMES = re.compile(
    rf"{EDGE}(?:(?:write|message|text|notify|tell|send|remind|wake)(?: to)?(?: me| us)?"
    rf"(?: (?:the |a |my |an )?[\w -]{{3,30}}?)? (?:every|each|always at|daily) ?"
    rf"(?:morning|evening|day|night)?(?: at| around)? {_CLOCK.format('a')}|"
    rf"(?:send|give)(?: me| us)? (?:the |my )?(?:morning|daily|packing|outlook|evening|final)"
    rf"(?: \w+)? (?:at {_CLOCK.format('b')}|earlier|later)){END}"
)


def hours_said(low: str) -> NoticesSaid | None:
    """What a whole message says about hours and days of silence."""
    if m := _QUIET.fullmatch(low):
        return _quiet(_time(m, "a"), _time(m, "b"), bare=not _has_half(m))
    if m := _PART.fullmatch(low):
        return _part(m)
    if m := _NOTHING.fullmatch(low):
        return _part(m).model_copy(update={"vague": True})
    if _DAYS.fullmatch(low):
        return NoticesSaid(do="days")
    if m := _ONLY.fullmatch(low):
        return _only(m)
    if _NO_QUIET.fullmatch(low):
        return NoticesSaid(do="no_quiet")
    if _TIMES.fullmatch(low):
        return NoticesSaid(do="times")
    return None


def _quiet(start: time | None, end: time | None, *, bare: bool) -> NoticesSaid:
    """Both ends as times; "10 to 8" means ten in the evening."""
    if start is None or end is None or start == end:
        return NoticesSaid(do="unclear")
    if bare and end.hour < start.hour <= 12 and start.hour >= 6:
        start = time((start.hour + 12) % 24)
    return NoticesSaid(do="quiet", start=start, end=end)


def _part(m: re.Match[str]) -> NoticesSaid:
    """A part of the day, or all of it before or after an hour; the other end stays as it was.

    "After 9" means nine in the evening.
    """
    if part := m.groupdict().get("part"):
        start, end = _PARTS[part]
        return NoticesSaid(do="quiet", start=start, end=end)
    at = _time(m, "a")
    if at is None:
        return NoticesSaid(do="unclear")
    if m["side"] not in ("after", "past", "later than"):
        return NoticesSaid(do="quiet", end=at)
    if m["half"] != "morning" and not (m["ap"] or m["aw"]) and 5 <= at.hour <= 11:
        at = time(at.hour + 12, at.minute)
    return NoticesSaid(do="quiet", start=at)


def _only(m: re.Match[str]) -> NoticesSaid:
    """The hours that are named are those in which something may be said."""
    if m["part"]:
        opens, closes = _OPEN[m["part"]]
        return NoticesSaid(do="quiet", start=closes, end=opens)
    if m["side"]:
        at = _time(m, "c")
        if at is None:
            return NoticesSaid(do="unclear")
        if m["side"] == "after":
            return NoticesSaid(do="quiet", end=at)
        return NoticesSaid(do="quiet", start=at)
    opening, closing = _time(m, "a"), _time(m, "b")
    if opening is None or closing is None or opening == closing:
        return NoticesSaid(do="unclear")
    if not _has_half(m) and closing < opening and closing.hour < 12:
        closing = time(closing.hour + 12, closing.minute)  # "only between 9 and 6"
    return NoticesSaid(do="quiet", start=closing, end=opening)


def _has_half(m: re.Match[str]) -> bool:
    """Whether an hour is said with its half of the day."""
    found = m.groupdict()
    return any(found.get(name) for name in ("ap", "bp", "am", "bm", "aw", "bw"))


def _time(m: re.Match[str], end: str) -> time | None:
    if word := m[f"{end}w"]:
        return _WORDS[word]
    hour, minute = int(m[f"{end}h"]), int(m[f"{end}m"] or 0)
    half = (m[f"{end}p"] or "")[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour % 24, minute) if hour <= 24 else None
