"""What Caravan says unasked: "stop weather", "quiet hours 21 to 9", "why did I get this?".

Only whole messages are read so: "stop the museums" and "a quiet week" are about the trip.
"""

from __future__ import annotations

import re
from datetime import date, time

from adapters.models.reader.dates import find_when
from adapters.models.reader.in_plan import weekday_in
from adapters.models.reader.text import Said, number
from core.notices.asking import NoticesSaid
from core.notices.state import Kind
from core.reading import Intent, ReadingContext, Request

_EDGE = r"(?:(?:please|ok|okay|hey|well|and|so|caravan|can you|could you|would you)[ ,:]+)*"
_END = r"(?:[ ,]+(?:please|thanks|thank you|again|for now|any ?more|from now on|now))*"
_NOTE = r"(?:notices?|notifications?|messages?|updates?|changes?|news|reminders?|alerts?|pings?)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.ALERT,
        rf"(?:(?:severe|official|grave|extreme|storm|emergency)(?: weather)? (?:warnings?|alerts?|"
        rf"{_NOTE})|severe weather|(?:weather )?warnings?|alerts?)",
    ),
    (Kind.WEATHER, rf"(?:weather|rain|forecasts?)(?: forecasts?)?(?: {_NOTE})?"),
    (Kind.EVENT, rf"(?:events?|concerts?)(?: {_NOTE})?"),
    (Kind.PACKING, rf"packing(?: lists?)?(?: {_NOTE})?"),
    (Kind.OUTLOOK, rf"(?:outlooks?|previews?|countdowns?)(?: {_NOTE})?"),
    (Kind.FINAL_CHECK, rf"(?:final|evening|last) checks?(?: {_NOTE})?"),
    (
        Kind.MORNING,
        rf"(?:morning|daily)(?: (?:briefs?|briefings?|plans?|summar(?:y|ies)|{_NOTE}))",
    ),
    (Kind.CHECK_IN, rf"check-? ?in(?: {_NOTE})?"),
    (Kind.REMINDER, r"(?:booking |booked )?reminders?"),
    (Kind.AFTER, rf"(?:words )?(?:after|post)[- ](?:the[- ])?trip(?: {_NOTE})?"),
)
_FOUND = (Kind.WEATHER, Kind.EVENT)
_KIND = "|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in _KINDS)
_ALL = (
    r"(?P<all>(?:all |all the |all your |the |these |those |your |any )?"
    r"(?:notices?|notifications?|messages?|updates?|pings?))"
)
_THE = r"(?:(?:the|all|all the|your|any|those|these|more|any more|sending|sending me|sending us) )*"
_HERE = r"(?P<here>(?: (?:for|on|about|in|of) (?:this|the|our|that) trip))?"
# "No concerts" and "I don't want events" are about the trip, so they are not among these; what a
# button says is. Severe warnings are stopped by that word alone.
_OWN = (
    r"(?!severe|official|grave|extreme|storm|emergency)"
    r"(?=[\w -]*\b(?:notices?|notifications?|reminders?|outlooks?|lists?|briefs?|checks?)\b)"
)
_OFF = (
    r"(?:stop|mute|silence|no more|turn off|switch off|disable|unsubscribe from|"
    r"(?:don't|do not|dont) send(?: me| us)?|stop sending(?: me| us)?)"
)
_ON = r"(?:start|unmute|turn on|switch on|enable|resume|bring back)"
_STOP = (
    re.compile(rf"{_EDGE}{_OFF} {_THE}(?:{_KIND}|{_ALL}){_HERE}{_END}"),
    re.compile(rf"{_EDGE}(?:turn |switch )?(?:the )?(?:{_KIND}|{_ALL}) off{_HERE}{_END}"),
    re.compile(rf"{_EDGE}(?:mute|silence)(?: (?:caravan|yourself))?(?P<all>){_HERE}{_END}"),
    re.compile(rf"{_EDGE}unsubscribe(?P<all>){_END}"),
    re.compile(rf"{_EDGE}no {_OWN}(?:{_KIND}|{_ALL}(?= (?:for|on|about) )){_HERE}{_END}"),
)
_START = (
    re.compile(rf"{_EDGE}{_ON} {_THE}(?:{_KIND}|{_ALL})(?: back| on)*{_HERE}{_END}"),
    re.compile(rf"{_EDGE}(?:the )?(?:{_KIND}|{_ALL})(?: back)? on{_HERE}{_END}"),
    re.compile(rf"{_EDGE}(?:unmute|unsnooze)(?P<all>){_HERE}{_END}"),
)
_TRIP = re.compile(
    rf"{_EDGE}(?P<do>mute|silence|unmute) (?:this|the|our) trip(?: (?:{_NOTE}))?{_END}"
)
_SPAN = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|a few) ?"
    r"(?P<unit>h|hours?|days?|d|weeks?)"
)
_SNOOZE = re.compile(
    rf"{_EDGE}(?:snooze|pause|(?:remind|tell|ask|message|write)(?: me| us)? later|"
    r"leave (?:me|us) (?:alone|in peace)|no (?:messages|notices|notifications|pings)|"
    rf"(?:stop|mute|silence|turn off)(?= (?:(?:the|all|your) )*{_NOTE}\b))"
    rf"(?: (?:this|it|that|everything|them|all|(?:the |all |your )?{_NOTE}))?"
    rf"(?:,? (?:for )?{_SPAN}|,? (?:un)?til+ (?P<until>[\w .]{{3,30}}?))?{_END}"
)
_CLOCK = r"(?P<{0}h>\d{{1,2}})(?:[:.h](?P<{0}m>[0-5]\d))?(?: ?(?P<{0}p>am|pm|a\.m\.?|p\.m\.?)| ?h)?"
_BETWEEN = (
    rf"{_CLOCK.format('a')} ?(?:to|until|till|til|and|-|–) ?{_CLOCK.format('b')}"
    rf"(?: in the morning| o'?clock)?"
)
_QUIET = re.compile(
    rf"{_EDGE}(?:(?:set |change |make )?(?:my |our |the )?quiet(?: hours?| time)?(?: to)?|"
    rf"(?:be |keep |stay )?quiet|do not disturb|don'?t disturb(?: me| us)?|"
    rf"no {_NOTE}|(?:don't|do not|dont) (?:message|write|text|notify|ping|wake|send)(?: to)?"
    rf"(?: me| us)?(?: anything| {_NOTE})?)"
    rf":? (?:from |between |at night )?{_BETWEEN}{_END}"
)
_SILENCE = (
    rf"(?:no {_NOTE}|(?:don't|do not|dont|never) (?:message|write|text|notify|ping|wake|disturb|"
    rf"bother|send)(?: to)?(?: me| us)?(?: anything| {_NOTE})?|(?:be|keep|stay) quiet|"
    r"leave (?:me|us) (?:alone|in peace))"
)
_PART = re.compile(
    rf"{_EDGE}{_SILENCE} (?:(?:in|on|at|during) (?:the |my )?(?P<part>morning|evening|night)s?"
    rf"(?: time)?|(?P<side>before|until|till|after) {_CLOCK.format('a')}(?: o'?clock)?){_END}"
)
_PARTS = {"morning": (None, time(12)), "evening": (time(18), None), "night": (time(22), time(8))}
_CHANGES = (
    r"(?P<changes>(?:about )?changes|(?:when|if|once) (?:something|anything|the plan|the trip|it) "
    r"(?:changes|has changed|is changed))"
)
_ONLY = re.compile(
    rf"{_EDGE}(?:only|just) (?P<verb>(?:tell|message|notify|write|send|ping|warn|inform|update|"
    r"alert)(?: to)?(?: me| us)?(?: about| of| on| for| with| (?:when|if) (?:there is|there's))? )?"
    rf"(?:the |bad |important )*(?:{_KIND}|{_CHANGES}){_END}"
)
_NO_QUIET = re.compile(
    rf"{_EDGE}(?:no quiet hours|(?:turn |switch )?(?:the )?quiet hours off|"
    rf"(?:turn|switch) off (?:the )?quiet hours|stop (?:the )?quiet hours){_END}"
)
_CAP = re.compile(
    rf"{_EDGE}(?:send (?:me |us )?)?(?:at most|max\.?|maximum|not more than|no more than|only|"
    rf"up to) (?P<count>\d{{1,2}}|one|two|three|four|five) {_NOTE} (?:a|per|each|every) day{_END}"
)
_WHY = re.compile(
    rf"{_EDGE}why (?:(?:did|do|have|am|are) (?:i|we) (?:just )?(?:get|got|gotten|getting|receiv\w+|"
    rf"seeing|see|sent)|(?:did|are|do|have) you (?:just )?(?:send|sending|sent|tell|telling|told|"
    rf"write|writing|written|messag\w+|notif\w+|say|saying|said|wake|ping)(?: (?:to )?(?:me|us))?)"
    rf"(?: (?:this|that|it|these|those|here|the last))?(?: {_NOTE})?{_END}[ ?]*|"
    rf"why (?:this|that|the last) (?:notice|notification|message|reminder)[ ?]*"
)
_SHOW = re.compile(
    rf"{_EDGE}(?:show (?:me )?)?(?:my |our |the )?(?:notices?|notifications?|notice settings|"
    r"notification settings|quiet hours|do not disturb)[ ?]*|"
    r"(?:what|which) (?:notices|notifications) (?:do|will|can|would|should) (?:i|we) "
    r"(?:get|receive|expect)[ ?]*|(?:when|what) (?:do|will|would) you "
    r"(?:write|message|notify|tell|send)(?: to)? (?:me|us)(?: (?:by yourself|unasked|next))?[ ?]*"
)


def notices(said: Said, context: ReadingContext) -> Request | None:
    """A message about notices, and about nothing else."""
    if len(said.text) > 120:
        return None
    low = re.sub(r"\s+", " ", said.low.strip(" .!"))
    asked = _asked(low, context)
    return Request(intent=Intent.NOTICES, confidence=0.95, notices=asked) if asked else None


def _asked(low: str, context: ReadingContext) -> NoticesSaid | None:
    if m := _QUIET.fullmatch(low):
        return _quiet(m)
    if m := _PART.fullmatch(low):
        return _part(m)
    if (m := _ONLY.fullmatch(low)) and (m["verb"] or _kinds(m) != (Kind.EVENT,)):
        return NoticesSaid(do="only", kinds=_kinds(m) or _FOUND)
    if _NO_QUIET.fullmatch(low):
        return NoticesSaid(do="no_quiet")
    if m := _CAP.fullmatch(low):
        return NoticesSaid(do="cap", count=number(m["count"]))
    if _WHY.fullmatch(low):
        return NoticesSaid(do="why")
    if _SHOW.fullmatch(low):
        return NoticesSaid(do="show")
    if m := _TRIP.fullmatch(low):
        return NoticesSaid(do="start" if m["do"] == "unmute" else "stop", here=True)
    for pattern in _START:
        if m := pattern.fullmatch(low):
            return NoticesSaid(do="start", kinds=_kinds(m), here=_is_here(m))
    for pattern in _STOP:
        if m := pattern.fullmatch(low):
            return NoticesSaid(do="stop", kinds=_kinds(m), here=_is_here(m))
    if m := _SNOOZE.fullmatch(low):
        return _snooze(m, context)
    return None


def _kinds(m: re.Match[str]) -> tuple[Kind, ...]:
    found = m.groupdict()
    return tuple(kind for kind, _ in _KINDS if found.get(kind.value))


def _is_here(m: re.Match[str]) -> bool:
    return bool(m.groupdict().get("here"))


def _quiet(m: re.Match[str]) -> NoticesSaid:
    """Both ends as times; "10 to 8" means ten in the evening."""
    start, end = _hour(m, "a"), _hour(m, "b")
    if start is None or end is None or start == end:
        return NoticesSaid(do="unclear")
    bare = not (m["ap"] or m["bp"] or m["am"] or m["bm"])
    if bare and end.hour < start.hour <= 12 and start.hour >= 6:
        start = time((start.hour + 12) % 24)
    return NoticesSaid(do="quiet", start=start, end=end)


def _part(m: re.Match[str]) -> NoticesSaid:
    """A part of the day, or all of it before or after an hour; the other end stays as it was.

    "After 9" means nine in the evening.
    """
    if m["part"]:
        start, end = _PARTS[m["part"]]
        return NoticesSaid(do="quiet", start=start, end=end)
    at = _hour(m, "a")
    if at is None:
        return NoticesSaid(do="unclear")
    if m["side"] != "after":
        return NoticesSaid(do="quiet", end=at)
    if not (m["ap"] or m["am"]) and 5 <= at.hour <= 11:
        at = time(at.hour + 12)
    return NoticesSaid(do="quiet", start=at)


def _hour(m: re.Match[str], end: str) -> time | None:
    hour, minute = int(m[f"{end}h"]), int(m[f"{end}m"] or 0)
    half = (m[f"{end}p"] or "")[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour % 24, minute) if hour <= 24 else None


_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


def _snooze(m: re.Match[str], context: ReadingContext) -> NoticesSaid:
    if m["unit"]:
        count = 3 if m["count"] == "a few" else number(m["count"]) or 1
        hours = min(count * _HOURS[m["unit"][0]], 24 * 60)
        return NoticesSaid(do="snooze", hours=max(1, hours))
    if m["until"]:
        until = _day(Said(m["until"]), context)
        return NoticesSaid(do="snooze", until=until) if until else NoticesSaid(do="unclear")
    return NoticesSaid(do="snooze", hours=24)


def _day(said: Said, context: ReadingContext) -> date | None:
    """The day that is named, later than today."""
    day = weekday_in(said, context.today)
    if day is None:
        when = find_when(said, context.today)
        day = (when.first or when.earliest or when.last) if when else None
    return day if day is not None and day > context.today else None
