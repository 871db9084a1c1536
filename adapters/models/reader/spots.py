"""Which words of a message are the name of a place, and which only look like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from adapters.models.reader.ordinary import ORDINARY, TOWN_TOO, is_ordinary
from adapters.models.reader.text import Said, Word, fold


class PlaceHit(NamedTuple):
    """One place of a name. `score` is 1 for the exact (folded) name, less for a likely typo."""

    id: str  # "atlas:lisbon", "geonames:2267057", "country:PT", "region:US.GA"
    name: str
    kind: str  # city | island | region | park | town | country | state
    country: str  # ISO 3166-1 alpha-2
    score: float = 1.0
    population: int = 0
    region: str = ""  # the state's id, for a town in a country with states


class PlaceNames(Protocol):
    """Names of the world, in memory or in a local file: fast, and never over the network."""

    def find(self, name: str) -> Sequence[PlaceHit]:
        """Places of exactly that (folded) name, best first; aliases and IATA codes too."""
        ...

    def guess(self, name: str) -> Sequence[PlaceHit]:
        """Well-known places whose name is nearly `name`, best first."""
        ...


class Spot(NamedTuple):
    """`hits` can be meant where they stand; `small` can be when their state or country is named."""

    start: int
    end: int
    hits: tuple[PlaceHit, ...]
    kind: str = ""
    small: tuple[PlaceHit, ...] = ()


# "Europe" and its like narrow a search but are no place to plan for.
_AREAS = frozenset(
    "europe asia africa oceania scandinavia caribbean mediterranean balkans alps baltics benelux "
    "adriatic nordics riviera".split()
) | frozenset(
    f"{side} {area}"
    for area, sides in {
        "asia": ("southeast", "south east", "south", "east", "central"),
        "america": ("south", "north", "latin", "central"),
        "europe": ("eastern", "western", "southern", "northern", "central"),
        "africa": ("north", "east", "west", "southern"),
        "east": ("middle", "far"),
        "riviera": ("french", "italian"),
    }.items()
    for side in sides
)


_JOIN = frozenset(
    "de del della di da do dos das la le les los las el al of the am an der "
    "sur on upon and in lo en a e y "
    "et und o or to for".split()
)


_STRONG = frozenset(
    "to in from visit visiting explore exploring near around into towards "
    "toward via see seeing discover than reach "
    "nach auf von aus ab bei para en desde a hacia vers depuis pres da em "
    "ate verso per tour touring love try do "
    "avoid except but not instead make rather prefer pick choose of outside "
    "leaving is live between through over at "
    "for about like no weekend days week trip itinerary plan nights city break".split()
)


_SURE = frozenset(
    "to in from visit visiting explore near around into towards toward via "
    "discover nach desde vers hacia reach aus von "
    "leaving outside than avoid".split()
)


_VERB_TO = re.compile(
    r"\b(?:like|want|love|need|have|time|interested|believed?|way|able|happy|"
    r"ready|prefer|how)\s+(?:to|in)\s+(?:the\s+)?$"
)


_AFTER_TOWN = re.compile(
    r"\s*(?:$|[,.!?;:)]|(?:for|in|on|with|from|and|or|this|next|please|pls|"
    r"around|during|by|at|to|trip|then|over|mid|end|late|early|first|budget|"
    r"instead|vs|maybe|\d)\b)"
)


_CAPITAL_START_OK = re.compile(r"\s*(?:for|in|or|and|vs|from|\d|on|this|next|instead|please)\b")


_SENTENCE_START = re.compile(r"(?:^|[.!?;:\n\"(-]\s*|^\W+)$")


_GAP = re.compile(r"(?:[ \t]{1,2}|[ ]?[-–/.][ ]?|\. |'s )")


LIST_GAP = re.compile(
    r"\s*(?:,|,?\s*(?:and|or|nor|&|\+|/|y|o|und|oder|et|ou|e|vs\.?|versus|"
    r"then|and then|as well as|plus))\s*(?:maybe |also |the |to |in |from )?"
)


# Joining words that no name begins with, other than "Los Angeles" and "The Hague".
_NEVER_FIRST = _JOIN - {"la", "le", "los", "las", "el", "the"}


def find_spots(said: Said, names: PlaceNames, asked: str) -> list[Spot]:
    words = said.words
    short = len([w for w in words if said.free(w.start, w.end) and w.text not in ORDINARY]) <= 2
    spots: list[Spot] = []
    i = 0
    while i < len(words):
        step = 1
        word = words[i]
        if said.free(word.start, word.end) and _may_begin(said, i):
            spot, used = _longest(
                said, names, i, spots, short and asked in ("destination", "origin")
            )
            if spot:
                spots.append(spot)
                said.claim(spot.start, spot.end)
                step = used
        i += step
    return spots


def _may_begin(said: Said, i: int) -> bool:
    """Joining words begin no name, but "Del Rio" and "Des Moines" do with two capitals."""
    pair = said.words[i : i + 2]
    return pair[0].text not in _NEVER_FIRST or (
        len(pair) == 2 and all(said.text[w.start].isupper() for w in pair) and not said.shouted
    )


def _longest(
    said: Said, names: PlaceNames, i: int, before: list[Spot], answering: bool
) -> tuple[Spot | None, int]:
    """The place that begins at word `i`, the longest name first, and how many words it takes."""
    words = said.words
    most = 1
    while most < 4 and i + most < len(words):
        gap = said.low[words[i + most - 1].end : words[i + most].start]
        nxt = words[i + most]
        if not _GAP.fullmatch(gap) or not said.free(nxt.start, nxt.end):
            break
        most += 1
    parts = [words[i : i + size] for size in range(most, 0, -1)]
    parts = [part for part in parts if not _hardly_a_name(said, part)]
    for find in (_exact, _typo):
        for part in parts:
            spot = find(said, names, part, before, answering)
            if spot:
                return spot, len(part)
    return None, 1


def _hardly_a_name(said: Said, part: list[Word]) -> bool:
    """True for "in the", "long beach" in lower case, and names that end in a joining word."""
    if part[-1].text in _JOIN:
        return True
    if len(part) == 1 or (len(part) == 2 and part[0].text == "the"):
        return False
    return all(w.text in ORDINARY or w.text in _JOIN for w in part) and not _capital(said, part)


def _capital(said: Said, part: list[Word]) -> bool:
    return not said.shouted and all(said.text[w.start].isupper() or w.text in _JOIN for w in part)


def _exact(
    said: Said, names: PlaceNames, part: list[Word], before: list[Spot], answering: bool
) -> Spot | None:
    start, end = part[0].start, part[-1].end
    if said.low[start:end].endswith("'s"):
        end -= 2
    name = said.low[start:end]
    if part[0].text == "the" and len(part) > 1 and name not in ("the hague", "the gambia"):
        return None
    if (
        name.isdecimal()
        or len(name) < 2
        or (
            len(part) == 1
            and name in ("us", "uk", "usa", "uae")
            and not _country_code(said, start, end)
        )
    ):
        return None
    if name in _AREAS:
        return Spot(start, end, (), "region")
    written = said.text[start:end]
    code = len(part) == 1 and len(name) == 3 and written.isupper() and not said.shouted
    if len(part) == 1 and len(name) <= 3 and not code and name in ORDINARY:
        return None
    if (
        len(part) == 1
        and (is_ordinary(name) or name in TOWN_TOO)
        and not _town_after_all(said, part[0], answering)
    ):
        return None
    # No town has a digit in its name, and most words are no town: the rest is for those that are.
    if any(map(str.isdigit, name)):
        return None
    hits = names.find(written.upper() if code else name)
    if not hits:
        return None
    strength = _strength(said, part, before, answering)
    if (
        len(name) < 4
        and not code
        and strength < 2
        and name not in ("rio", "fez", "ulm", "usa", "uk", "uae", "us", "goa", "nyc", "bcn")
    ):
        return None
    good = tuple(h for h in hits if _plausible(h, strength, code))
    return Spot(start, end, good, small=tuple(hits)) if good else None


def _country_code(said: Said, start: int, end: int) -> bool:
    return said.text[start:end].isupper() or said.low[start:end] != "us"


def _typo(
    said: Said, names: PlaceNames, part: list[Word], before: list[Spot], answering: bool
) -> Spot | None:
    """A well-known place that is only misspelt: "Barcelna", "Lisbonn"."""
    start, end = part[0].start, part[-1].end
    name = said.low[start:end]
    if len(name) < (5 if len(part) == 1 else 7) or any(c.isdigit() for c in name):
        return None
    if any(is_ordinary(w.text) or w.text in _JOIN for w in part) or names.find(name):
        return None
    strength = _strength(said, part, before, answering)
    least = 0.86 if strength == 0 else 0.8
    for hit in names.guess(name):
        if len(name) < 6 and abs(len(fold(hit.name)) - len(name)) > 1:
            continue  # "madre" is no Madeira
        same_start = fold(hit.name)[:1] == name[0] or hit.id.startswith(("atlas:", "country:"))
        known = _known(hit) or (strength == 2 and hit.population >= 100_000)
        if hit.score >= least and known and same_start:
            return Spot(start, end, (hit,))
    return None


def _known(hit: PlaceHit) -> bool:
    return hit.id.startswith(("atlas:", "country:", "region:")) or hit.population >= 500_000


def _plausible(hit: PlaceHit, strength: int, code: bool) -> bool:
    """Whether so small a place can be meant where it stands (see `_strength`)."""
    if code or _known(hit):
        return True
    return hit.population >= (150_000, 25_000, 0)[strength]


def _strength(said: Said, part: list[Word], before: list[Spot], answering: bool) -> int:
    """How much speaks for a place: 0 nothing, 1 the word before it, 2 a capital or a list."""
    start = part[0].start
    if answering:
        return 2
    if _capital(said, part) and not _SENTENCE_START.search(said.text[max(0, start - 24) : start]):
        return 2
    if before and LIST_GAP.fullmatch(said.low[before[-1].end : start]):
        return 2
    previous = re.search(r"([^\W\d_']+)\W{1,2}$", said.low[max(0, start - 40) : start])
    if previous and previous[1] == "the":
        previous = re.search(r"([^\W\d_']+)\W{1,2}the\s$", said.low[max(0, start - 40) : start])
    return int(bool(previous and previous[1] in _STRONG))


def _town_after_all(said: Said, word: Word, answering: bool) -> bool:
    """ "to nice in may", "Split for a week", "in Nice": a town; "nice!", "split the bill": not."""
    if word.text not in TOWN_TOO:
        return False
    if answering and len(said.words) <= 2:
        return True
    before, after = said.low[: word.start], said.low[word.end :]
    capital = said.text[word.start].isupper() and not said.shouted
    if capital and not _SENTENCE_START.search(said.text[max(0, word.start - 24) : word.start]):
        return True
    if capital and _CAPITAL_START_OK.match(after):
        return word.text != "reading" or not re.match(r"\s*(?:for|in the|on)", after)
    previous = before.split()[-1] if before.split() else ""
    if previous not in _SURE or not (
        _AFTER_TOWN.match(after) or not said.free(word.end, min(len(said.low), word.end + 2))
    ):
        return False
    return not _VERB_TO.search(before) or (
        previous == "to" and bool(re.search(r"\b(?:go|fly|travel|trip|get|head)\s+to\s+$", before))
    )
