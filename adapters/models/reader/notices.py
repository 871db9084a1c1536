"""What Caravan says unasked: "stop weather", "quiet hours 21 to 9", "why did I get this?".

Only whole messages are read so: "stop the museums" and "a quiet week" are about the trip.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from adapters.models.reader.dates import find_when
from adapters.models.reader.in_plan import weekday_in
from adapters.models.reader.notice_hours import hours_said
from adapters.models.reader.notice_talk import follow_up, mended
from adapters.models.reader.notice_words import EDGE, END, NOTE
from adapters.models.reader.text import Said, number
from core.notices.asking import NoticesSaid
from core.notices.state import Kind
from core.reading import Intent, ReadingContext, Request

_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.ALERT,
        rf"(?:(?:severe|official|grave|extreme|storm|emergency)(?: weather)? (?:warnings?|alerts?|"
        rf"{NOTE})|severe weather|(?:weather )?warnings?|alerts?)",
    ),
    (Kind.WEATHER, rf"(?:weather|rain|forecasts?)(?: forecasts?)?(?: {NOTE})?"),
    (Kind.EVENT, rf"(?:events?|concerts?)(?: {NOTE})?"),
    (Kind.PACKING, rf"packing(?: lists?)?(?: {NOTE})?"),
    (Kind.OUTLOOK, rf"(?:outlooks?|previews?|countdowns?)(?: {NOTE})?"),
    (Kind.FINAL_CHECK, rf"(?:final|evening|last) checks?(?: {NOTE})?"),
    (
        Kind.MORNING,
        rf"(?:morning|daily)(?: (?:briefs?|briefings?|plans?|summar(?:y|ies)|{NOTE}))",
    ),
    (Kind.CHECK_IN, rf"check-? ?in(?: {NOTE})?"),
    (Kind.REMINDER, r"(?:booking |booked )?reminders?"),
    (Kind.AFTER, rf"(?:words )?(?:after|post)[- ](?:the[- ])?trip(?: {NOTE})?"),
)
_FOUND = (Kind.WEATHER, Kind.EVENT)
_ONE = "|".join(pattern for _, pattern in _KINDS)
_AND = r"(?:,? (?:and|or|nor)|,)(?: (?:the|no|all))? "
_KIND = "|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in _KINDS)
_KIND += rf"|(?P<several>(?:{_ONE})(?:{_AND}(?:{_ONE}))+)"
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
    r"(?:don't|do not|dont) send(?: me| us)?|stop sending(?: me| us)?|"
    r"(?:don't|do not|dont|stop|never) (?:tell(?:ing)?|writ(?:e|ing)|messag(?:e|ing)|warn(?:ing)?|"
    r"inform(?:ing)?|notify(?:ing)?|bother(?:ing)?)(?: to)? (?:me|us) (?:about|of|with|for))"
)
_ON = (
    r"(?:start|unmute|turn on|switch on|enable|resume|bring back|turn|switch|continue|restart|"
    r"(?:start|begin|go on) (?:again )?with|(?:start|resume|keep|go on) sending(?: me| us)?|"
    r"i (?:do )?want|give (?:me|us)|send (?:me|us))"
)
_BACK = r"(?: back| on| again)"
_STOP = (
    re.compile(rf"{EDGE}{_OFF} {_THE}(?:{_KIND}|{_ALL}){_HERE}{END}"),
    re.compile(rf"{EDGE}(?:turn |switch )?(?:the )?(?:{_KIND}|{_ALL}) off{_HERE}{END}"),
    re.compile(rf"{EDGE}(?:mute|silence)(?: (?:caravan|yourself))?(?P<all>){_HERE}{END}"),
    re.compile(rf"{EDGE}unsubscribe(?P<all>){END}"),
    re.compile(rf"{EDGE}no {_OWN}(?:{_KIND}|{_ALL}(?= (?:for|on|about) )){_HERE}{END}"),
)
_START = (
    re.compile(
        rf"{EDGE}(?:start|unmute|turn on|switch on|enable|resume|restart|bring back) "
        rf"{_THE}(?:{_KIND}|{_ALL}){_BACK}*{_HERE}{END}"
    ),
    re.compile(rf"{EDGE}{_ON} {_THE}(?:{_KIND}|{_ALL}){_BACK}+{_HERE}{END}"),
    re.compile(
        rf"{EDGE}(?:start|begin|go on|continue) (?:again )?with {_THE}(?:{_KIND}|{_ALL})"
        rf"{_BACK}*{_HERE}{END}"
    ),
    re.compile(rf"{EDGE}(?:the )?(?:{_KIND}|{_ALL})(?: back)? on{_HERE}{END}"),
    re.compile(rf"{EDGE}(?:turn |switch )?(?P<all>everything|all)(?: back)? on{_HERE}{END}"),
    re.compile(rf"{EDGE}(?:unmute|unsnooze)(?P<all>){_HERE}{END}"),
)
_TRIP = re.compile(rf"{EDGE}(?P<do>mute|silence|unmute) (?:this|the|our) trip(?: (?:{NOTE}))?{END}")
_SPAN = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|a few) ?"
    r"(?P<unit>h|hours?|days?|d|weeks?)"
)
_SNOOZE = re.compile(
    rf"{EDGE}(?:snooze|pause|(?:remind|tell|ask|message|write)(?: me| us)? later|"
    r"leave (?:me|us) (?:alone|in peace)|no (?:messages|notices|notifications|pings)|"
    rf"(?:stop|mute|silence|turn off)(?= (?:(?:the|all|your) )*{NOTE}\b))"
    rf"(?: (?:this|it|that|everything|them|all|(?:the |all |your )?{NOTE}))?"
    rf"(?:,? (?P<today>(?:for )?(?:today|tonight|the rest of the day|this (?:morning|afternoon|"
    rf"evening)))|,? (?:for )?(?:the next )?{_SPAN}|"
    rf",? (?:un)?til+ (?P<until>[\w .]{{3,30}}?))?{END}"
)
_CHANGES = (
    r"(?P<changes>(?:about )?changes|(?:when|if|once) (?:something|anything|the plan|the trip|it) "
    r"(?:changes|has changed|is changed))"
)
_ONLY_RAIN = re.compile(
    rf"{EDGE}(?:(?:tell|message|warn|notify|text)(?: me| us)? (?:only|just)|(?:only|just) (?:tell|"
    rf"message|warn|notify|text)(?: me| us)?) (?:if|when) (?:it (?:rains|will rain|is going to "
    rf"rain|might rain)|the (?:weather|forecast) (?:changes|gets (?:bad|worse)|is bad)){END}"
)
_ONLY = re.compile(
    rf"{EDGE}(?:(?:tell|message|warn|notify|text)(?: me| us)? )?(?:only|just) "
    r"(?P<verb>(?:tell|message|notify|write|send|ping|warn|inform|update|"
    r"alert)(?: to)?(?: me| us)?(?: about| of| on| for| with| (?:when|if) (?:there is|there's))? )?"
    rf"(?:the |bad |important )*(?:{_KIND}|{_CHANGES}){END}"
)
_CAP = re.compile(
    rf"{EDGE}(?:send (?:me |us )?)?(?:at most|max\.?|maximum|not more than|no more than|only|"
    rf"up to) (?P<count>\d{{1,2}}|one|two|three|four|five) {NOTE} (?:a|per|each|every) day{END}"
)
_WHY = re.compile(
    rf"{EDGE}why (?:(?:did|do|have|am|are) (?:i|we) (?:just )?(?:get|got|gotten|getting|receiv\w+|"
    rf"seeing|see|sent)|(?:did|are|do|have) you (?:just )?(?:send|sending|sent|tell|telling|told|"
    rf"write|writing|written|messag\w+|notif\w+|say|saying|said|wake|ping)(?: (?:to )?(?:me|us))?)"
    rf"(?: (?:this|that|it|these|those|here|the last))?(?: {NOTE})?{END}[ ?]*|"
    rf"why (?:this|that|the last) (?:notice|notification|message|reminder)[ ?]*"
)
_POLITE = re.compile(rf"{EDGE}(?<=you )")  # "can you turn them back on?"
_REMIND = re.compile(
    rf"{EDGE}(?P<no>(?:don't|do not|dont|no need to|stop) )?remind(?:ing)? (?:me|us) "
    rf"(?:(?:about|of|to|for|when) )?(?:the |my |our )?"
    rf"(?:(?P<packing>pack(?:ing)?)|(?P<check_in>check-? ?in)(?: (?:for|opens|online).*)?){END}"
)
_SHOW = re.compile(
    rf"{EDGE}(?:show (?:me )?)?(?:my |our |the )?(?:notices?|notifications?|notice settings|"
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
    low = re.sub(r"[’`]", "'", low)
    if _POLITE.match(low):
        low = low.rstrip(" ?")
    asked = _asked(low, context) or follow_up(low, context)
    if asked is None and (right := mended(low)) != low:
        asked = _asked(right, context)
    return Request(intent=Intent.NOTICES, confidence=0.95, notices=asked) if asked else None


def _asked(low: str, context: ReadingContext) -> NoticesSaid | None:
    if hours := hours_said(low):
        return hours
    if _ONLY_RAIN.fullmatch(low):
        return NoticesSaid(do="only", kinds=(Kind.WEATHER,))
    if (m := _ONLY.fullmatch(low)) and (m["verb"] or _kinds(m) != (Kind.EVENT,)):
        return NoticesSaid(do="only", kinds=_kinds(m) or _FOUND)
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
    if m := _REMIND.fullmatch(low):
        return NoticesSaid(do="stop" if m["no"] else "start", kinds=_kinds(m))
    if m := _SNOOZE.fullmatch(low):
        return _snooze(m, context)
    return None


def _kinds(m: re.Match[str]) -> tuple[Kind, ...]:
    found = m.groupdict()
    pieces = re.split(_AND, found.get("several") or "")
    return tuple(
        kind
        for kind, pattern in _KINDS
        if found.get(kind.value) or any(re.fullmatch(pattern, piece) for piece in pieces)
    )


def _is_here(m: re.Match[str]) -> bool:
    return bool(m.groupdict().get("here"))


_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


def _snooze(m: re.Match[str], context: ReadingContext) -> NoticesSaid:
    if m["today"]:
        return NoticesSaid(do="snooze", until=context.today + timedelta(1))
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
    if day == context.today and not re.search(r"\b(?:today|tonight)\b", said.low):
        day += timedelta(7)  # "until Monday", said on a Monday
    return day if day is not None and day > context.today else None
