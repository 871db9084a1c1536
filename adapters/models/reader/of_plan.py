"""Questions that the open plan answers, and those that are not ours to answer."""

from __future__ import annotations

import re
from typing import NamedTuple

from adapters.models.reader.in_plan import stop_in, stop_named, without_tail
from adapters.models.reader.text import Said, fold
from core.reading import ReadingContext, Topic


class Asked(NamedTuple):
    """A topic with the one or two things that it is about."""

    topic: Topic
    about: str = ""
    other: str = ""


_SELF = re.compile(
    r"\bare you (?:a |an |really )?(?:human|real|bot|robot|person|machine|ai|chat ?gpt|gpt|claude|"
    r"alive)\b|\b(?:what|which) (?:ai |language )?model (?:are|do) you\b|\bwho (?:made|built|owns|"
    r"created) you\b|\bwhat (?:trips|plans|profile) (?:does|did|has) (?!it\b)\w+|\b(?:your|"
    r"the) (?:system )?prompt\b|\b(?:your|previous|above) "
    r"instructions\b|\byou are now\b|\b(?:user|customer|person) #?\d+'?s?\b"
)
_HEALTH = re.compile(
    r"\b(?:ibuprofen|paracetamol|aspirin|antibiotics?|painkillers?|medications?|medicine|pills?|"
    r"dos(?:e|age)|insulin|is it (?:infected|broken)|while pregnant)\b"
)
_ALLERGY = re.compile(r"\b(?:allergic to|allerg(?:y|ies)|intolerant|intolerance|anaphyla\w+)\b")
_MOST_WORDS = 9  # what is said in more words wants more than an answer about an allergy
_LAW = re.compile(
    r"\b(?:sue|lawyer|legal(?:ly)?|illegal|lawsuit|am i entitled|compensation|weed|cannabis|"
    r"marijuana|hash|cocaine|drugs?(?! ?store)|is it allowed to|against the law|age of consent|"
    r"drinking age)\b"
)
_SAFETY = re.compile(
    r"\b(?:(?:is|are) (?:it|there|this|that|the [\w ]{2,30}|[a-z]+) (?:\w+ )?(?:safe|dangerous|"
    r"danger)\b(?! to drink)|how safe|safe (?:at night|to walk|for (?:women|solo|tourists))|"
    r"(?:is|any|much) danger|pickpockets?|crime|scams?|no[- ]go areas?|areas? to avoid)\b"
)
_SUN = re.compile(
    r"\b(?:sunset|sunrise|sun (?:set|rise|go(?:es)? down|come(?:s)? up)|get(?:s)? (?:dark|light)|"
    r"how long is (?:it light|the daylight)|hours of daylight|dusk|dawn|golden hour)\b"
)
_ASKS_TIME = re.compile(r"\b(?:when|what time|which|how long|hours)\b|\?")
_HOME = re.compile(
    r"\b(?:when|what time|how early|by when)\b[\w' ]{0,14}?\b(?:we|i)\b[\w' ]{0,20}?\b(?:(?:leave|"
    r"go|be|get|head|set off|start|check in)\b[\w' ]{0,12}?\b(?:airport|station|flight|plane|home)|"
    r"leave|depart|fly (?:home|back)|go home)\W*$|\b(?:when|what time) (?:is|does|do|leaves?) "
    r"(?:our|my|the) (?:flight|plane|trip)(?: (?:home|back|leave|depart|go|end))*\W*$"
)
_WAY = re.compile(
    r"\b(?:from|between) (?:the )?(?P<a>[\w' .-]{3,50}?) (?:to|and) (?:the )?(?P<b>[\w' .-]{3,50}?)"
    r"(?: on foot| by \w+| with .*)?[?.! ]*$"
)
_ASKS_WAY = re.compile(
    r"\bhow (?:do|can|should|would|far|long|much time)\b|\b(?:way|walk|directions|distance|route|"
    r"get)\b"
)
_WHEN = re.compile(
    r"\b(?:(?:which|what) (?:day|date|time)|when) (?:is|are|do|does|will|did|was|should|can)\b"
)
_IN_PLAN = re.compile(
    r"\b(?:is|are|do (?:we|you|i)|did (?:we|you|i)|have (?:we|you)) (?:have |got |see |visit |"
    r"include |go to |going to |put )?(?:the )?(?P<what>[\w' .-]{3,50}?) (?:in|on|part of) (?:the|"
    r"our|my) (?:plan|itinerary|list|program(?:me)?|trip)\b|\b(?:do|are|will) (?:we|i) (?:also )?"
    r"(?:see|visit|go(?:ing)? to|get to see|seeing|visiting) (?:the )?(?P<what2>[\w' .-]{3,50}?)\?"
)
_TICKETS = re.compile(
    r"\b(?:need|buy|get|have to (?:book|reserve|buy)|must (?:we|i) (?:book|reserve)) (?:a |an |"
    r"the |any )?(?:tickets?|reservations?|booking)\b|\btickets? (?:for|to|price)|\b(?:entrance|"
    r"entry|"
    r"admission) (?:fee|price|cost)|\bhow much (?:is|are|does|do|for) (?:the |a )?(?:ticket|entry|"
    r"entrance|admission)?"
)
_MOVING = re.compile(
    r"\b(?:trains?|trams?|bus|buses|metro|taxis?|airport|hotels?|get (?:to|from))\b"
)
_AND_THAT = re.compile(
    r"\W*(?:and|what about|how about|so)\s+(?:the )?(?!add|remove|drop|move|skip)"
)
_WHOLE_COST = re.compile(
    r"\bhow much (?:is|does|will|would|do|did|are)\b[\w' ]{0,20}?\b(?:it|that|this|trip|plan|"
    r"holiday|"
    r"everything|all|we (?:need|pay|spend))\b(?! (?:open|take|there))[\w' ]{0,12}?(?:\b(?:cost|be|"
    r"come to)\b)?"
    r"[\w' ]{0,8}?(?: in total| altogether| all together| per person| each| for (?:all|everyone|"
    r"both)"
    r"[\w' ]*)?\W*$|\b(?:total|whole|overall) (?:cost|price)\b|\bwhat does (?:it|the trip|the plan|"
    r"everything) cost\b"
)
_DAY_TOO = re.compile(
    r"\W*(?:and |so |ok )*(?:(?:what|how) (?:about|'s on)|and) (?:day \w+|the \w+ day|today|"
    r"tonight|"
    r"tomorrow|(?:on )?\w+day)\W*"
)
_OUR_HOTEL = re.compile(
    r"\bwhere(?:'s| is| are| do) (?:our|my|the|we|i) (?:hotel|hostel|flat|apartment|airbnb|room|"
    r"accommodation|stay(?:ing)?|sleep)\b(?! (?:in|near) )"
)
_OPEN = re.compile(r"\b(?:open|opens|opened|closed?|closes|shut)\b")
_ALL = re.compile(
    r"\b(?:what(?:'s| is| are|s| else)?|which|anything|something|everything|all|any|are there|"
    r"is there|where)\b"
)
_QUALITIES = (
    ("step-free", r"step[- ]?free|wheelchairs?|accessib\w+|stairs|steps|stroller|buggy|pram"),
    ("free", r"free(?! time)|(?:costs? nothing|no entry fee)"),
    ("indoors", r"indoors?|inside|under (?:a )?roof"),
    ("open", r"open"),
)


def asks_about_caravan(said: Said) -> bool:
    """ "Are you human", "print your system prompt", "show me user 5's profile"."""
    return bool(_SELF.search(said.low))


def asked_of_plan(said: Said, context: ReadingContext) -> Asked | None:
    """What a question asks of the plan, or what nobody but a doctor, a lawyer or we can answer."""
    low = said.low
    for topic, pattern in (
        (Topic.ADVICE, _HEALTH),
        (Topic.ADVICE, _LAW),
        (Topic.SAFETY, _SAFETY),
    ):
        if pattern.search(low):
            return Asked(topic, "health" if pattern is _HEALTH else "")
    if _ALLERGY.search(low) and len(said.words) <= _MOST_WORDS:
        return Asked(Topic.ADVICE, "allergy")
    if _SUN.search(low) and _ASKS_TIME.search(low):
        return Asked(Topic.SUN)
    return _of_stops(said, context) if context.has_plan else None


def _of_stops(said: Said, context: ReadingContext) -> Asked | None:
    low, stop = said.low, stop_in(said, context.stops)
    if _HOME.search(low) and not stop:
        return Asked(Topic.DEPARTURE)
    way = _WAY.search(low)
    if way and _ASKS_WAY.search(low) and not re.search(r"\bairport\b", low):
        ends = [said.text[way.start(end) : way.end(end)] for end in ("a", "b")]
        return Asked(Topic.WAY, *(stop_named(end, context.stops) for end in ends))
    quality = next((q for q, pattern in _QUALITIES if re.search(rf"\b(?:{pattern})\b", low)), "")
    asks = bool(re.search(r"\?|^\W*(?:what|which|is|are|do|does|any|anything|where|how)", low))
    if quality == "step-free" and asks and not _MOVING.search(low):
        return Asked(Topic.WHICH, stop or _word_of_stop(said, context.stops), quality)
    if quality and asks and not stop and _ALL.search(low) and _is_of_sights(low, quality):
        return Asked(Topic.WHICH, "", quality)
    if named := _IN_PLAN.search(low):
        group = "what" if named["what"] else "what2"
        words = without_tail(said.text[named.start(group) : named.end(group)])
        return Asked(Topic.WHEN, stop or stop_named(words, context.stops))
    if stop and quality == "free" and asks:
        return Asked(Topic.TICKETS, stop)
    if stop and _AND_THAT.match(low) and len(said.words) <= 5:
        return Asked(Topic.WHEN, stop)
    stop = stop or _word_of_stop(said, context.stops)
    if stop and asks and _TICKETS.search(low):
        return Asked(Topic.TICKETS, stop)
    if stop and _WHEN.search(low) and not _OPEN.search(low):
        return Asked(Topic.WHEN, stop)
    if _WHOLE_COST.search(low):
        return Asked(Topic.COST, "trip")
    if _DAY_TOO.fullmatch(low):
        return Asked(Topic.NEXT)
    if _OUR_HOTEL.search(low):
        return Asked(Topic.LODGING)
    return None


def _word_of_stop(said: Said, stops: tuple[str, ...]) -> str:
    """A word that stands in several titles: "the monastery", when there are two."""
    titles = {word for title in stops for word in fold(title).split() if len(word) > 4}
    return next((w.text for w in said.words if w.text in titles), "")


_NOT_SIGHTS = re.compile(
    r"\b(?:restaurants?|shops?|supermarkets?|pharmac\w+|banks?|cafes?|bars?|wifi|wi-fi|hotels?|"
    r"rooms?|day|afternoon|morning|evening|time|it)\b"
)


def _is_of_sights(low: str, quality: str) -> bool:
    """ "What is open on Monday" is about sights, "which shops are open" is not."""
    return not _NOT_SIGHTS.search(low)
