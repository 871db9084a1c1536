"""Days and stops of a plan that a message names."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rapidfuzz import fuzz, process

from adapters.models.reader.almanac import WEEKDAYS, next_weekday
from adapters.models.reader.ordinary import is_ordinary
from adapters.models.reader.text import NUMBER, ORDINALS, Said, fold, number

WEEKDAY = "|".join(w for w in sorted(WEEKDAYS, key=len, reverse=True) if w != "mar")
ORDINAL = "|".join(ORDINALS)
_DAY_WORDS = re.compile(rf"\b(?:day\s*#?\s*(?P<n>{NUMBER})\b|(?:the\s+)?(?P<o>{ORDINAL})\s+day\b)")
_EVE = re.compile(r"\b(?:(?P<x>christmas|xmas)|new year'?s?) eve\b")
_WEEKDAY = re.compile(rf"\b(?P<w>{WEEKDAY})\b")
_TAIL = re.compile(
    r"\s*(?:\b(?:please|pls|plz|thanks|thx|from the (?:plan|list|trip|"
    r"itinerary)|from (?:our|my) (?:plan|trip)|from day \d+|to the (?:plan|"
    r"list|trip|itinerary)|to (?:our|my) (?:plan|trip)|on day \d+|to day \d+|"
    r"in the plan|instead|too|as well|if possible|maybe|then|somewhere|this "
    r"time|entirely|completely|altogether|again|on (?:the )?\w+ day|on \w+day|"
    r"to \w+day)\b|q\w+z\b|[.!?,:;)])+\s*$"
)


def day_in(said: Said) -> int | None:
    """The number in "day 2" or "the second day"."""
    m = _DAY_WORDS.search(said.low)
    if not m:
        return None
    return number(m["n"]) if m["n"] else ORDINALS[m["o"]]


def weekday_in(said: Said, today: date) -> date | None:
    """The next date of the weekday that is named, today included."""
    if re.search(r"\btomorrow\b", said.low):
        return today + timedelta(1)
    if re.search(r"\b(?:today|tonight)\b", said.low):
        return today
    if eve := _EVE.search(said.low):
        day = date(today.year, 12, 24 if eve["x"] else 31)
        return day if day >= today else day.replace(year=today.year + 1)
    m = _WEEKDAY.search(said.low)
    if not m or (len(m["w"]) < 4 and not re.search(r"\b(?:on|the|for)\s+$", said.low[: m.start()])):
        return None
    return next_weekday(WEEKDAYS[m["w"]], today - timedelta(1))


def stop_named(words: str, stops: tuple[str, ...]) -> str:
    """The title of the stop that `words` name; `words` themselves, cleaned, when none is close."""
    words = without_tail(words)
    if not stops or not words:
        return words[:80]
    best = process.extractOne(
        fold(words), [fold(s) for s in stops], scorer=fuzz.WRatio, score_cutoff=80
    )
    wanted = set(fold(words).split())
    if best is None or not _all_named(wanted, fold(stops[best[2]])):
        return words[:80]
    several = [s for s in stops if wanted <= set(fold(s).split())]
    if len(several) > 1 and all(fold(s) != fold(words) for s in several):
        return words[:80]  # two are called like that: who has the plan asks which
    return stops[best[2]]


def _all_named(wanted: set[str], title: str) -> bool:
    """False when a word is in no title: the design museum is not the national museum."""
    held = title.split()
    told = (w for w in wanted if len(w) > 3 and w.isalpha())
    return all(any(fuzz.ratio(w, t) >= 70 or w in t or t in w for t in held) for w in told)


def stop_in(said: Said, stops: tuple[str, ...]) -> str:
    """The stop whose title is (nearly) contained in the message; empty when none is."""
    if not stops:
        return ""
    titles = [fold(s) for s in stops]
    for title, stop in zip(titles, stops, strict=True):
        if title in said.low:
            return stop
    for m in re.finditer(r"\bthe (\w{4,})\b", said.low):
        same = [s for t, s in zip(titles, stops, strict=True) if m[1] in t.split()]
        if len(same) == 1:  # "the castle", when there is only one
            return same[0]
    for word in said.words:
        if len(word.text) > 4 and not is_ordinary(word.text):
            same = [s for t, s in zip(titles, stops, strict=True) if word.text in t.split()]
            if len(same) == 1:  # "sintra", "jeronimos"
                return same[0]
    best = process.extractOne(said.low, titles, scorer=fuzz.partial_ratio, score_cutoff=84)
    if best and len(titles[best[2]]) >= 5:
        return stops[best[2]]
    return ""


def without_tail(words: str) -> str:
    """What is named, without "please", "from the plan" and the like around it."""
    previous = None
    words = words.strip()
    while previous != words:
        previous = words
        tail = _TAIL.search(fold(words))
        if tail:
            words = words[: tail.start()].strip()
    return re.sub(
        r"^(?:the|a|an|our|that|this|visiting|going to|a visit to|some)\s+", "", words, flags=re.I
    ).strip(" .,!?")
