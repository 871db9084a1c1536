"""How long: "4 days", "a week", "long weekend".

One rule: N days are N-1 nights, because the day of arrival and the day of departure both count as
days. A week is 7 nights, a month 30, a weekend 2, a long weekend 3, a fortnight 14.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from adapters.models.reader.text import NUMBER, Said, number


class Length(NamedTuple):
    nights: int
    weekend: bool
    start: int
    end: int


LENGTH = re.compile(
    rf"\b(?:(?P<low>{NUMBER})\s*(?:-|to|or|bis|a|o)\s*)?(?P<n>{NUMBER}|a "
    rf"couple of|couple of|couple|a few|few|several|"
    r"a|an|one|eine|einen|una|une|uma|un|um|zwei|drei|vier|funf|sieben|dos|"
    r"tres|cuatro|cinco|siete|deux|trois|quatre|"
    r"cinq|sept|dois|duas|quatro|sete|due|tre|quattro|cinque|sette)"
    r"[\s-]*(?:full |whole |nice |quiet |short )?(?P<unit>days?|nights?|"
    r"weeks?|months?|fortnights?|dayz|tage|tagen|nachte|"
    r"wochen?|dias?|noches?|semanas?|jours?|nuits?|semaines?|noites?|"
    r"giorn[oi]|nott[ei]|settiman[ae])\b"
    r"(?!-end|\s*(?:ago|before|after|later|earlier|old|ahead|in advance|"
    r"longer|shorter|more|less|extra))"
)


_LONG_WEEKEND = re.compile(
    r"\b(?:long|extended|3[ -]day|three[ -]day)[ -]?(?:weekend|wekend|weeknd|"
    r"we)\b|\bverlangertes wochenende\b|\bpuente\b"
)


WEEKEND = re.compile(
    r"\b(?:(?P<how>next|this|coming|the coming|last|first)\s+)?(?:weekend|"
    r"wekend|weeknd|weekned|wochenende|fin de semana|finde|week-end|fim de "
    r"semana)\b"
    r"(?P<after>\s+after next|\s+after|\s+of(?=\s+(?:the\s+)?\d))?"
)


_WEEK_WORDS = re.compile(r"\b(?:week-?long|weeklong|one-week|for the week)\b|\bfortnight\b")


_MONEY_RATE = re.compile(
    r"(?:\d|per|€|\$|£|euros?|bucks|dollars?|eur|usd|pounds|quid|once|twice|"
    r"times|hours?|stops?)\s*$"
)


def find_length(said: Said) -> Length | None:
    for m in _LONG_WEEKEND.finditer(said.low):
        if said.free(m.start(), m.end()):
            said.claim(m.start(), m.end())
            return Length(3, True, m.start(), m.end())
    for m in LENGTH.finditer(said.low):
        if not said.free(m.start(), m.end()):
            continue
        nights = _nights(said, m)
        if nights is not None and 0 <= nights < 10_000:
            said.claim(m.start(), m.end())
            return Length(nights, False, m.start(), m.end())
    for m in _WEEK_WORDS.finditer(said.low):
        if said.free(m.start(), m.end()):
            said.claim(m.start(), m.end())
            return Length(14 if "fortnight" in m.group() else 7, False, m.start(), m.end())
    for m in WEEKEND.finditer(said.low):
        if said.free(m.start(), m.end()):
            said.claim(m.start(), m.end())
            return Length(2, True, m.start(), m.end())
    return None


_FEW = {"a couple of": 2, "couple of": 2, "couple": 2, "a few": 4, "few": 4, "several": 5}


def _nights(said: Said, m: re.Match[str]) -> int | None:
    n, unit = _FEW.get(m["n"]) or number(m["n"]), m["unit"]
    if n is None:
        return None
    before, after = said.low[: m.start()], said.low[m.end() :]
    if n == 1 and m["n"] in ("a", "an"):
        if _MONEY_RATE.search(before):
            return None  # "50 bucks a day"
        if unit.startswith("day") and not re.match(r"[\s-]*trip", after):
            return None if not before.endswith("for ") else 0
    if re.search(r"\b(?:per|every|each|next)\s*$", before):
        return None
    if unit.startswith("month"):  # "8 months" may be a baby's age
        return None if re.search(r"\b(?:of|aged?|is|baby|by)\s*$", before) else 30 * n
    if unit[0] == "n":
        return n
    if unit.startswith("fortnight"):
        return 14 * n
    if unit.startswith(("week", "woche", "sem", "sett")):
        return 7 * n
    return n - 1
