"""Places in a message: where to, where from, where not, where one has been already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.models.reader.ordinary import ORDINARY
from adapters.models.reader.spots import LIST_GAP, PlaceHit, PlaceNames, Spot, find_spots
from adapters.models.reader.text import Said, fold
from core.wishes import Mention


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
# "swap Porto for Lisbon", "replace Porto with Lisbon", "rather Lisbon than Porto"
_GIVEN_UP = re.compile(r"\b(?:swap|replace|exchange|trade|switch|substitute)\s+(?:out\s+)?$")
_FOR_ANOTHER = re.compile(r"\s*(?:for|with|by|to)\s")
_THAN = re.compile(r"\b(?:rather|prefer|better)\s[^.,;!?]{1,30}\sthan\s+(?:in\s+)?$")
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
_TO = re.compile(r"\s*(?:to|->|-+>|→|-|nach|a|bis|vers|para|>)\s*(?:the )?")
_COUNTRY_WORDS = re.compile(
    r"\b(?:the country|country|caucasus|tbilisi|batumi|not the (?:us )?state|"
    r"khachapuri|ex-soviet)\b"
)
_STATE_WORDS = re.compile(
    r"\b(?:the state|us state|state of|usa|u\.s\.|united states|america|"
    r"atlanta|savannah|not the country)\b"
)


_INSIDE = re.compile(r"\s*,?\s*(?:in\s+|\()?(?:the\s+)?")


def find_places(
    said: Said, names: PlaceNames, asked: str = "", stops: Sequence[str] = ()
) -> Places:
    """The places of a message with their roles; what was recognised is claimed.

    What names one of the plan's `stops` is no small town of that name far away.
    """
    spots = [s for s in find_spots(said, names, asked) if not _is_stop(said, s, stops)]
    spots = [s for s in spots if not _is_passport(said, s)]
    found = Places()
    if spots:
        _assign(said, _qualified(said, spots), found, asked)
    elif unknown := _UNKNOWN.match(said.text):
        start, end = unknown.span("name")
        if said.free(start, end) and fold(unknown["name"]) not in ORDINARY:
            said.claim(start, end)
            found.destinations.append(Mention(text=unknown["name"]))
    return found


def _is_stop(said: Said, spot: Spot, stops: Sequence[str]) -> bool:
    """True for words of a stop's title, and for what there are tickets to, if no great place."""
    if any(h.id.startswith(("atlas:", "country:", "region:")) for h in spot.hits):
        return False
    words = set(_LETTERS.findall(said.low[spot.start : spot.end]))
    if any(words <= set(_LETTERS.findall(fold(title))) for title in stops):
        return not _PLANS.search(said.low[: spot.start])
    return bool(_TICKETS.match(said.low, spot.end))


def _is_passport(said: Said, spot: Spot) -> bool:
    """ "I'm American", "on a German passport": who travels, not where to."""
    if not any(h.kind == "country" for h in spot.hits):
        return False
    return bool(_I_AM.search(said.low[: spot.start]) or _PASSPORT.match(said.low, spot.end))


_I_AM = re.compile(r"\b(?:i'?m|i am|we'?re|we are|as)\s+(?:an? )?$")
_PASSPORT = re.compile(r"\s+(?:passports?|citizens?|nationals?|id\b|licen[cs]e)")
_LETTERS = re.compile(r"\w+")
_PLANS = re.compile(r"\b(?:plan|trip to)\s+$")
_TICKETS = re.compile(r"\s+tickets?\b")
# A capital after "plan" is a name, also one that nobody knows; better to ask than to overlook it.
_UNKNOWN = re.compile(
    r"\s*(?:[Pp]lease )?(?:[Pp]lan|[Tt]rip to|[Gg]o(?:ing)? to|[Ff]ly to|[Vv]isit)\s+"
    r"(?:me |a trip to |a weekend in |a week in )?"
    r"(?P<name>(?!I\b|[A-Z]+\b)[A-Z\u00c0-\u024f][\w'\u2019-]{2,}(?: [A-Z][\w'\u2019-]+)*)"
)
# A new order answers no question ("plan Lisbon ...", when the origin was asked for).
_ORDER = re.compile(r"\s*(?:please )?(?:plan|let'?s|make|create|build|show|trip to|go to)\b")


def _qualified(said: Said, spots: list[Spot]) -> list[Spot]:
    """ "Paris, Texas" and "Porto in Portugal": the second only tells which one is meant."""
    out: list[Spot] = []
    for spot in spots:
        if out and spot.hits and spot.hits[0].kind in ("country", "state") and out[-1].hits:
            gap = said.low[out[-1].end : spot.start]
            area = spot.hits[0]
            if _INSIDE.fullmatch(gap) and _may_lie_in(out[-1], area):
                narrowed = tuple(h for h in (out[-1].small or out[-1].hits) if _lies_in(h, area))
                if narrowed:
                    out[-1] = Spot(out[-1].start, out[-1].end, narrowed)
                    continue
        out.append(spot)
    return out


def _may_lie_in(spot: Spot, area: PlaceHit) -> bool:
    """True for towns, and for a name that is a state or a country ("Georgia, USA")."""
    kinds = {hit.kind for hit in spot.hits}
    both = {"country", "state"} <= kinds and area.kind == "country"
    return both or spot.hits[0].kind not in ("country", "state")


def _lies_in(hit: PlaceHit, area: PlaceHit) -> bool:
    if hit.country != area.country or hit.kind == "country":
        return False
    return area.kind == "country" or hit.region == area.id or hit.id.startswith("atlas:")


def _mention(said: Said, spot: Spot) -> tuple[Mention, PlaceHit | None]:
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


def _assign(said: Said, spots: list[Spot], found: Places, asked: str) -> None:
    roles: list[str] = []
    for i, spot in enumerate(spots):
        role = _role(said, spot)
        if i and not role:
            gap = said.low[spots[i - 1].end : spot.start]
            if LIST_GAP.fullmatch(gap) and roles[i - 1] in ("avoid", "visited"):
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
        answers = asked == "origin" and not _ORDER.match(said.low)
        _put(found, mention, role or ("origin" if answers else ""))
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


def _role(said: Said, spot: Spot) -> str:
    before, after = said.low[max(0, spot.start - 48) : spot.start], said.low[spot.end :]
    if _VISITED.search(before):
        return "visited"
    if (
        _AVOID.search(before)
        and not re.search(r"(?:why|if|whether|or) not\s+(?:go to |visit |to |in )*$", before)
        and not re.search(r"\bno\s*,\s*$", before)
    ):
        return "avoid"
    if _THAN.search(before) or (_GIVEN_UP.search(before) and _FOR_ANOTHER.match(after)):
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
