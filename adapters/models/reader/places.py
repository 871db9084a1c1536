"""Places in a message: where to, where from, where not, where one has been already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from adapters.models.reader.ordinary import ORDINARY, TOWN_TOO, is_ordinary
from adapters.models.reader.text import Said, Word, fold
from core.wishes import Mention


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
        """Places called exactly `name` (folded), local names, aliases and IATA codes included, best first."""
        ...

    def guess(self, name: str) -> Sequence[PlaceHit]:
        """Well-known places whose name is nearly `name`, best first."""
        ...


@dataclass
class Places:
    """What a message says about places."""

    destinations: list[Mention] = field(default_factory=list)
    origin: Mention | None = None
    avoid: list[Mention] = field(default_factory=list)
    visited: list[Mention] = field(default_factory=list)
    home: Mention | None = None
    hits: dict[str, PlaceHit] = field(default_factory=dict)  # by mention text
    swapped: bool = False  # "not Porto, Lisbon"


class _Spot(NamedTuple):
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

_ORIGIN = re.compile(
    r"\b(?:from|leaving|leave from|depart(?:ing|ure)?(?: is)?(?: from)?|"
    r"fly(?:ing)? (?:out of|from)|out of|starting (?:in|from|at)|beginning "
    r"(?:in|from|at)|start(?:s)? (?:in|from)|"
    r"(?:i|we) live in|live in|living in|lives in|based in|home is|home town "
    r"is|home is in|located in|currently in|resident of|von|ab|aus|desde|"
    r"salimos de|saliendo de|depuis|au depart de|"
    r"partendo da|saindo de|moro em|vivo en|wohne in|j'habite a|abito a|"
    r"origin(?: is)?|home airport(?: is)?)[\s:]+(?:the )?(?:city of )?$"
)
_HOME = re.compile(
    r"(?:\b(?:i|we) live in|\bi'm based in|\bbased in|\bmy home(?: ?town| "
    r"city)? is(?: in)?|\bhome (?:airport )?is(?: in)?|\bi'm from|\bim from|"
    r"\bi am from|\bi come from|\bmoro em|\bvivo en|\bich wohne in|\bj'habite "
    r"a|\babito a)\s+(?:the )?$"
)
_AVOID = re.compile(
    r"\b(?:not|nor|neither|no|no more|anything but|anywhere but|everything "
    r"but|everywhere but|nothing in|never|except(?: for)?|but not|"
    r"avoid(?:ing)?|other than|besides|apart from|"
    r"without|(?:don't|dont|do not|doesn't|didn't) (?:want|like|fancy|need|"
    r"show|suggest|recommend)|hate|hated|instead of|rather than|sick of|tired "
    r"of|forget(?: about)?|nicht|kein|sin|pas|senza|sem|ausser|"
    r"(?:rule|leave|take) out|done with|bored of|remove|drop|exclude|excluding)"
    r"(?:\s+(?:to|in|go|going|go to|going to|to go to|to go back to|about|"
    r"back to|again to|too|another|trips? to|visit|to visit|see|to "
    r"see))*\s+(?:the\s+)?$"
)
_VISITED = re.compile(
    r"\b(?:been (?:to|in)|visited|already (?:saw|seen|did|done|know|went to|"
    r"explored)|(?:was|were) (?:already )?in|went to|have done|have seen|i've "
    r"seen|i've done|done|"
    r"(?:i|we) (?:already )?(?:know|did)|travelled to|traveled to|war "
    r"(?:schon )?in|estuve en|suis alle a|sono stato a)\s+(?:the\s+)?$"
)
_OUT = re.compile(
    r"\s*(?:is|are|'s)?\s*(?:out\b|off the (?:table|list)|a no\b|no thanks|"
    r"not (?:for me|again|an option)|too (?:expensive|far|crowded|touristy|"
    r"hot|cold|busy)\b)"
)
_BEEN = re.compile(
    r"[^.!?]{0,30}\b(?:been there|already (?:been|visited|seen)|been to (?:both|all|it))"
)
_AND = re.compile(
    r"\s*(?:,|,?\s*(?:and|or|nor|&|\+|/|y|o|und|oder|et|ou|e|vs\.?|versus|"
    r"then|and then|as well as|plus))\s*(?:maybe |also |the |to |in |from )?"
)
_TO = re.compile(r"\s*(?:to|->|-+>|→|-|nach|a|bis|vers|para|>)\s*(?:the )?")
_COUNTRY_WORDS = re.compile(
    r"\b(?:the country|country|caucasus|tbilisi|batumi|not the (?:us )?state|"
    r"khachapuri|ex-soviet)\b"
)
_STATE_WORDS = re.compile(
    r"\b(?:the state|us state|state of|usa|u\.s\.|united states|america|"
    r"atlanta|savannah|not the country)\b"
)


def find_places(said: Said, names: PlaceNames, asked: str = "") -> Places:
    """The places of a message with their roles; what was recognised is claimed."""
    spots = _spots(said, names, asked)
    found = Places()
    if spots:
        _assign(said, _qualified(said, spots), found, asked)
    return found


def _spots(said: Said, names: PlaceNames, asked: str) -> list[_Spot]:
    words = said.words
    short = len([w for w in words if said.free(w.start, w.end) and w.text not in ORDINARY]) <= 2
    spots: list[_Spot] = []
    i = 0
    while i < len(words):
        step = 1
        word = words[i]
        if said.free(word.start, word.end) and word.text not in _JOIN - {
            "la",
            "le",
            "los",
            "las",
            "el",
            "the",
        }:
            spot, used = _longest(
                said, names, i, spots, short and asked in ("destination", "origin")
            )
            if spot:
                spots.append(spot)
                said.claim(spot.start, spot.end)
                step = used
        i += step
    return spots


def _longest(
    said: Said, names: PlaceNames, i: int, before: list[_Spot], answering: bool
) -> tuple[_Spot | None, int]:
    """The place that begins at word `i`, the longest name first, and how many words it takes."""
    words = said.words
    most = 1
    while most < 4 and i + most < len(words):
        gap = said.low[words[i + most - 1].end : words[i + most].start]
        nxt = words[i + most]
        if not _GAP.fullmatch(gap) or not said.free(nxt.start, nxt.end):
            break
        most += 1
    for find in (_exact, _typo):
        for size in range(most, 0, -1):
            part = words[i : i + size]
            if _hardly_a_name(said, part):
                continue
            spot = find(said, names, part, before, answering)
            if spot:
                return spot, size
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
    said: Said, names: PlaceNames, part: list[Word], before: list[_Spot], answering: bool
) -> _Spot | None:
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
        return _Spot(start, end, (), "region")
    written = said.text[start:end]
    code = len(part) == 1 and len(name) == 3 and written.isupper() and not said.shouted
    if len(part) == 1 and len(name) <= 3 and not code and name in ORDINARY:
        return None
    strength = _strength(said, part, before, answering)
    if (
        len(part) == 1
        and (is_ordinary(name) or name in TOWN_TOO)
        and not _town_after_all(said, part[0], answering)
    ):
        return None
    if (
        len(name) < 4
        and not code
        and strength < 2
        and name not in ("rio", "fez", "ulm", "usa", "uk", "uae", "us", "goa", "nyc", "bcn")
    ):
        return None
    hits = names.find(written.upper() if code else name)
    if code and not hits:
        return None
    good = tuple(h for h in hits if _plausible(h, strength, code))
    return _Spot(start, end, good, small=tuple(hits)) if good else None


def _country_code(said: Said, start: int, end: int) -> bool:
    return said.text[start:end].isupper() or said.low[start:end] != "us"


def _typo(
    said: Said, names: PlaceNames, part: list[Word], before: list[_Spot], answering: bool
) -> _Spot | None:
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
        same_start = fold(hit.name)[:1] == name[0] or hit.id.startswith(("atlas:", "country:"))
        known = _known(hit) or (strength == 2 and hit.population >= 100_000)
        if hit.score >= least and known and same_start:
            return _Spot(start, end, (hit,))
    return None


def _known(hit: PlaceHit) -> bool:
    return hit.id.startswith(("atlas:", "country:", "region:")) or hit.population >= 500_000


def _plausible(hit: PlaceHit, strength: int, code: bool) -> bool:
    """Whether so small a place can be meant where it stands: 0 anywhere, 1 after "to", 2 in capitals."""
    if code or _known(hit):
        return True
    return hit.population >= (150_000, 25_000, 0)[strength]


def _strength(said: Said, part: list[Word], before: list[_Spot], answering: bool) -> int:
    """How much the position speaks for a place: 0 nothing, 1 a word before it, 2 a capital or a list."""
    start = part[0].start
    if answering:
        return 2
    if _capital(said, part) and not _SENTENCE_START.search(said.text[:start]):
        return 2
    if before and _AND.fullmatch(said.low[before[-1].end : start]):
        return 2
    previous = re.search(r"([^\W\d_']+)\W{1,2}$", said.low[:start])
    if previous and previous[1] == "the":
        previous = re.search(r"([^\W\d_']+)\W{1,2}the\s$", said.low[:start])
    return int(bool(previous and previous[1] in _STRONG))


def _town_after_all(said: Said, word: Word, answering: bool) -> bool:
    """ "to nice in may", "Split for a week", "in Nice": a town; "nice!", "split the bill": not."""
    if word.text not in TOWN_TOO:
        return False
    if answering and len(said.words) <= 2:
        return True
    before, after = said.low[: word.start], said.low[word.end :]
    capital = said.text[word.start].isupper() and not said.shouted
    if capital and not _SENTENCE_START.search(said.text[: word.start]):
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


def _qualified(said: Said, spots: list[_Spot]) -> list[_Spot]:
    """ "Paris, Texas" and "Porto in Portugal": the second only tells which one is meant."""
    out: list[_Spot] = []
    for spot in spots:
        if out and spot.hits and spot.hits[0].kind in ("country", "state") and out[-1].hits:
            gap = said.low[out[-1].end : spot.start]
            area = spot.hits[0]
            if re.fullmatch(r"\s*,?\s*(?:in\s+|\()?(?:the\s+)?", gap) and out[-1].hits[
                0
            ].kind not in ("country", "state"):
                narrowed = tuple(h for h in (out[-1].small or out[-1].hits) if _lies_in(h, area))
                if narrowed:
                    out[-1] = _Spot(out[-1].start, out[-1].end, narrowed)
                    continue
        out.append(spot)
    return out


def _lies_in(hit: PlaceHit, area: PlaceHit) -> bool:
    if hit.country != area.country or hit.kind in ("country", "state"):
        return False
    return area.kind == "country" or hit.region == area.id or hit.id.startswith("atlas:")


def _mention(said: Said, spot: _Spot) -> tuple[Mention, PlaceHit | None]:
    text = said.text[spot.start : spot.end]
    if not spot.hits:
        return Mention(text=text, kind=spot.kind), None
    kinds = {h.kind: h for h in reversed(spot.hits)}
    if "country" in kinds and "state" in kinds:
        if _STATE_WORDS.search(said.low) and not re.search(r"not the (?:us )?state", said.low):
            return Mention(text=text, kind="state", id=kinds["state"].id), kinds["state"]
        if _COUNTRY_WORDS.search(said.low):
            return Mention(text=text, kind="country", id=kinds["country"].id), kinds["country"]
        return Mention(text=text), None
    hit = spot.hits[0]
    kind = hit.kind if hit.kind in ("country", "state") else "city"
    if hit.kind in ("island", "region", "park"):
        kind = hit.kind
    return Mention(text=text, kind=kind, id=hit.id), hit


def _assign(said: Said, spots: list[_Spot], found: Places, asked: str) -> None:
    roles: list[str] = []
    for i, spot in enumerate(spots):
        role = _role(said, spot)
        if i and not role:
            gap = said.low[spots[i - 1].end : spot.start]
            if _AND.fullmatch(gap) and roles[i - 1] in ("avoid", "visited"):
                comma_pair = gap.strip() == "," and len(spots) == 2 and roles[i - 1] == "avoid"
                role = "" if comma_pair else roles[i - 1]
                found.swapped = found.swapped or comma_pair
            elif _TO.fullmatch(gap) and roles[i - 1] in ("", "origin") and len(spots) == 2:
                roles[i - 1] = "origin"
        roles.append(role)
    for spot, role in zip(spots, roles, strict=True):
        mention, hit = _mention(said, spot)
        if hit:
            found.hits[mention.text] = hit
        _put(found, mention, role or ("origin" if asked == "origin" else ""))
        if role == "origin" and _HOME.search(said.low[: spot.start]):
            found.home = mention


def _put(found: Places, mention: Mention, role: str) -> None:
    if role == "origin":
        found.origin = found.origin or mention
    elif role == "avoid":
        found.avoid.append(mention)
    elif role == "visited":
        found.visited.append(mention)
    elif all(
        fold(m.text) != fold(mention.text) and (not m.id or m.id != mention.id)
        for m in found.destinations
    ):
        found.destinations.append(mention)


def _role(said: Said, spot: _Spot) -> str:
    before, after = said.low[max(0, spot.start - 48) : spot.start], said.low[spot.end :]
    if _VISITED.search(before):
        return "visited"
    if (
        _AVOID.search(before)
        and not re.search(r"(?:why|if|whether|or) not\s+(?:go to |visit |to |in )*$", before)
        and not re.search(r"\bno\s*,\s*$", before)
    ):
        return "avoid"
    if _ORIGIN.search(before):
        return "origin"
    if re.match(
        r"\s*(?:is|'s) (?:my|our) (?:home|starting|departure)|\s+(?:as|is) (?:the "
        r")?(?:origin|start)",
        after,
    ):
        return "origin"
    if _BEEN.match(after):
        return "visited"
    return "avoid" if _OUT.match(after) else ""
