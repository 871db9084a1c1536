"""How many towns of a country or region a traveller wants, and whether that is left to us."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.models.reader.text import NUMBER, Said, number
from core.wishes import Mention

_KINDS = (
    r"(?:(?:different|distinct|unique|separate|various|big|major|main|nice|beautiful|small|old|"
    r"great|interesting|lovely|charming) )*"
)
_MORE = r"(?:(?P<more>other|more|further|additional) )?"
_TOWNS = re.compile(rf"\b(?P<n>{NUMBER})\s+{_MORE}{_KINDS}(?:cities|towns)\b")
_ONE_MORE = re.compile(r"\b(?P<n>1|one) (?P<more>other|more|further|additional) (?:city|town)\b")
_CITY_TRIP = re.compile(rf"\b(?P<n>{NUMBER})[- ](?:city|town)\b(?! (?:hall|centre|center|break))")
_SOME = re.compile(
    rf"\b(?:several|multiple|some|a few|a number of) {_KINDS}(?:cities|towns)\b"
    r"|\b(?:multi-?|several-)(?:city|town)\b|\bcity[- ]hopping\b"
)
_COUPLE = re.compile(rf"\ba couple of {_KINDS}(?:cities|towns)\b")
_TOUR = r"(?:tour|round ?trip|road ?trip|circuit|loop|grand tour)"
_GOING = r"(?:travel\w*|trip|journey|dr[io]v\w+|go|going|backpack\w*|wander\w*|weeks?|days)"
_BEFORE = re.compile(
    rf"(?:\b{_TOUR}\s+(?:of|in|through|around|across|round|over)|\btouring(?: around| through)?|"
    rf"\bthrough|\bacross|\ball over|\b{_GOING} (?:a)?round)\s+(?:the\s+)?$"
)
_AFTER = re.compile(rf"\s+{_TOUR}\b")
_AREAS = ("country", "state", "region")


@dataclass
class Several:
    """`more` is True when the count is told beside towns that are named."""

    count: int | None = None
    more: bool = False
    tour: bool | None = None


def find_several(said: Said) -> Several:
    """Reads and claims the words about a number of towns; asked before places are read."""
    low = said.low
    for pattern in (_TOWNS, _ONE_MORE, _CITY_TRIP):
        if m := pattern.search(low):
            said.claim(*m.span())
            return Several(number(m["n"]), more=bool(m.groupdict().get("more")))
    if m := _COUPLE.search(low):
        said.claim(*m.span())
        return Several(2)
    if m := _SOME.search(low):
        said.claim(*m.span())
        return Several(tour=True)
    return Several()


def wants_tour(said: Said, destinations: Sequence[Mention]) -> bool:
    """ "a tour of Portugal", "two weeks through Italy", "a Japan round trip"."""
    for mention in destinations:
        if mention.kind not in _AREAS and (mention.kind or mention.id):
            continue
        start = said.text.find(mention.text)
        if start < 0:
            continue
        before, after = said.low[:start], said.low[start + len(mention.text) :]
        if _BEFORE.search(before) or _AFTER.match(after):
            return True
    return False


def in_all(several: Several, destinations: Sequence[Mention]) -> int | None:
    """How many towns there are to be, with the ones that were named ("Rome and two more towns")."""
    if several.count is None or not several.more:
        return several.count
    return several.count + sum(m.kind not in _AREAS for m in destinations)
