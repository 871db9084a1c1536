"""What a question is about, in its own words: a stop, a sight, a phrase, what is to be booked."""

from __future__ import annotations

import re
from decimal import Decimal

from adapters.models.reader.text import NUMBER, Said, number
from core.reading import Topic

_WHY = re.compile(
    r"\b(?:why|how come|what's the reason|for what reason|warum|wieso|por que|"
    r"porque|pourquoi|perche)\b"
)
_WHY_ABOUT = re.compile(
    r"\b(?:why|how come|what's the reason)\s+(?:is|are|was|were|do|does|did|"
    r"should|would|have|has|am|not|isn't|aren't|no|don't|doesn't|go to|on "
    r"earth)?\s*(?:you |we |i |it )?(?:put|pick(?:ed)?|choos?en?|chose|"
    r"suggest(?:ed)?|recommend(?:ed)?|include[d]?|have|go to|going to|visit|"
    r"see|plan(?:ned)?|skip(?:ped)?|drop|remove|left out|leave out)?\s*(?:the |a |our |to "
    r")?(?P<what>.+?)"
    r"(?:\s+(?:on (?:that|the|this|day|mon|tue|wed|thu|fri|sat|sun)|in the "
    r"(?:plan|morning|afternoon|evening|itinerary|list)|so (?:early|late|long|"
    r"far)|that day|at (?:that|this|\d)|first|last|there|instead|included|"
    r"planned|dropped|removed|gone|before|after|not|scheduled|missing|on day)\b.*)?[\s?!.]*$"
)


def why_about(said: Said) -> str | None:
    """What a why question is about ("museum", "first stop", "Sintra"); None when it is not one."""
    if not _WHY.search(said.low):
        return None
    m = _WHY_ABOUT.search(said.low)
    if not m:
        return ""
    words = said.text[m.start("what") : m.end("what")].strip(" ?!.,")
    return "" if words.casefold() in ("that", "this", "it", "not", "is that", "so") else words[:80]


_OPEN_ABOUT = re.compile(
    r"\b(?:is|are|will|when (?:does|do|is|are)|what time (?:does|do|"
    r"is))\s+(?:the )?(?P<what>.+?)\s+(?:be )?(?:open|close|closed|shut|"
    r"opening)\b|\bopening (?:hours|times) (?:of|for|at) (?:the "
    r")?(?P<what2>[^?.!]+)"
)
_CLOSED_ABOUT = re.compile(
    r"\b(?:the |our )?(?P<what>[\w' -]{3,50}?)\s+(?:is|was|are|were|"
    r"'s)\s+(?:\w+ )?(?:closed|shut|sold out|not open)\b"
)
_SAY_ABOUT = re.compile(
    r"\bsay\s+[\"']?(?P<what>.{1,80}?)[\"']?(?:\s+in\s+\w+)?[\s?!.]*$|"
    r"\btranslate\s+[\"']?(?P<what2>.{1,80}?)[\"']?(?:\s+(?:in)?to\s+\w+)?[\s?!.]*$|"
    r"\bmean(?:ing)? of\s+(?P<what3>.+?)[\s?!.]*$"
)
_COST_ABOUT = re.compile(
    r"\b(?:plan|budget|pay|spend|cost|costs|much) (?:for|on|is|are|does|"
    r"do)\s+(?:the |a |an )?(?P<what>[^?.!,]+)"
)
_BOOK_ABOUT = re.compile(
    r"\b(?:book|reserve|buy|order|call|pay for|pay)\s+(?:me |us |for )?(?:the "
    r"|a |an |our |my )?(?P<what>[^?.!,]+)"
)


def about(said: Said, topic: Topic) -> str:
    """The words naming the thing that is asked about; empty when none stand out."""
    pattern = {
        Topic.HOURS: _OPEN_ABOUT,
        Topic.CLOSED: _CLOSED_ABOUT,
        Topic.PHRASES: _SAY_ABOUT,
        Topic.COST: _COST_ABOUT,
        Topic.BOOKING: _BOOK_ABOUT,
    }.get(topic)
    m = pattern.search(said.low) if pattern else None
    if not m or not m.lastgroup:
        return ""
    group = next(g for g in m.groupdict() if m[g])
    words = said.text[m.start(group) : m.end(group)].strip(" ?!.,\"'")
    words = re.sub(
        r"\s+(?:for (?:me|us)|please|pls|now|today|tomorrow|on \w+day)$", "", words, flags=re.I
    )
    return "" if words.casefold() in ("it", "that", "this", "they", "everything") else words[:80]


_TROUBLES = (
    ("passport", r"passports?|id card|my id"),
    ("stolen", r"stolen|robbed|mugged|pickpocket\w*|wallet|purse|phone|bag|card|luggage"),
    ("doctor", r"doctor|sick|ill|fever|pharmacy|hurt|injured|food poisoning|throwing up|unwell"),
)
_BY_VEHICLE = re.compile(r"\b(?:flights?|planes?|trains?|bus|ferry|connection|airline)\b")
_MINUTES = re.compile(
    rf"\b(?P<half>half an hour)\b|\b(?P<n>an?|{NUMBER})(?P<and> and a half)?[\s-]*"
    r"(?P<unit>hours?|hrs?|h|min(?:ute)?s?)\b"
)


def kind_of_trouble(said: Said) -> str:
    """ "passport", "stolen" or "doctor"; empty for anything else that is urgent."""
    return next((k for k, words in _TROUBLES if re.search(rf"\b(?:{words})\b", said.low)), "")


def minutes_late(said: Said) -> Decimal | None:
    """How late somebody is on a day in town; an hour when not told. None for a late vehicle."""
    if _BY_VEHICLE.search(said.low):
        return None
    m = _MINUTES.search(said.low)
    if m is None:
        return Decimal(60)
    if m["half"]:
        return Decimal(30)
    count = Decimal(1 if m["n"] in ("a", "an") else number(m["n"]) or 1)
    hours = m["unit"].startswith("h")
    return (count + (Decimal("0.5") if m["and"] else 0)) * (60 if hours else 1)
