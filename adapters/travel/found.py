"""Places that live sources find around a point, made one: what each knows, never more.

Categories come from the words of a description or from map tags; what has none is no sight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from adapters.travel.great_circle import distance_km
from core.naming import folded
from core.travel import Point, Source

SAME_KM = 0.15


@dataclass(frozen=True)
class Found:
    """One place as one source has it; empty is unknown.

    `key` is its id at the source ("wikipedia-123", "osm-way-2"), `weight` how much is written
    about it (bytes of its article), `opening` the opening hours as OpenStreetMap writes them.
    """

    key: str
    name: str
    point: Point
    source: Source
    category: str = ""
    local_name: str = ""
    wikidata: str = ""
    opening: str = ""
    free: bool | None = None
    weight: float = 0.0
    tags: tuple[str, ...] = ()
    known_as: str = ""  # its id before others completed it
    hours_from: str = ""  # whom to name for the hours, when that is another source

    @property
    def id(self) -> str:
        """The same whoever found it first, and whatever others know of it later."""
        return self.known_as or self.wikidata or self.key


class PlaceSource(Protocol):
    async def around(self, point: Point) -> list[Found]:
        """What there is to see around a point; empty when it knows nothing there.

        Raises Unavailable.
        """
        ...


class Manner(NamedTuple):
    """How people visit a category: where, and how many minutes. Our estimates."""

    setting: str  # indoor | outdoor | mixed
    minutes: int


MANNERS: dict[str, Manner] = {
    "museum": Manner("indoor", 90),
    "landmark": Manner("outdoor", 40),
    "church": Manner("indoor", 35),
    "park": Manner("outdoor", 60),
    "viewpoint": Manner("outdoor", 30),
    "market": Manner("mixed", 45),
    "beach": Manner("outdoor", 120),
    "neighbourhood": Manner("outdoor", 45),
    "family": Manner("mixed", 150),
}

# The first that matches names the category; a description is one line, such as "16th-century
# fortification in Lisbon".
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (category, re.compile(rf"\b(?:{pattern})\b", re.I))
    for category, pattern in (
        ("museum", r"museums?|art gallery|gallery of|pinacotheca|planetarium|house museum"),
        ("family", r"zoo|zoological gardens?|aquarium|(?:amusement|theme|water) park"),
        (
            "church",
            r"church|cathedral|basilica|chapel|mosque|synagogue|(?:buddhist |hindu |shinto |jain "
            r"|sikh )?temple|shrine|monastery|abbey|convent|pagoda|priory|minster|gurdwara",
        ),
        (
            "landmark",
            r"castle|fortress|fort|fortifications?|citadel|palace|ch[aâ]teau|manor house|"
            r"monument|memorial|statue|fountain|ruins?|archaeological site|amphithea(?:ter|tre)|"
            r"aqueduct|city (?:walls?|gate)|town gate|triumphal arch|lighthouse|historic bridge|"
            r"footbridge|bell tower|clock tower|observation tower|watchtower|tower in|mausoleum|"
            r"tomb|opera house|windmill|world heritage site|historic(?:al)? (?:building|house)",
        ),
        (
            "park",
            r"(?:urban |public |national |city )?park in|(?:public|urban|national|city|nature) "
            r"park|gardens?|arboretum|nature reserve|waterfall|cave|gorge|canyon",
        ),
        ("viewpoint", r"viewpoint|lookout|observation deck|scenic point|miradouro|cable car"),
        ("market", r"market hall|covered market|food market|market in|bazaar|souk"),
        ("beach", r"beach"),
        (
            "neighbourhood",
            r"(?:town|city|public|main|central|market) square|square in|plaza|old town|"
            r"historic (?:cent(?:er|re)|district|quarter)|promenade|pedestrian street",
        ),
    )
)
_NOT_A_SIGHT = re.compile(
    r"\b(?:stations?|(?:tram|bus|metro) stop|schools?|college|university|hospital|company|"
    r"newspaper|battle|siege|massacre|attack|crash|diocese|parish in|municipality|village|suburb|"
    r"demolished|destroyed|proposed|planned|fictional|cemetery district|club|team|stadium|arena|"
    r"election|painting|manuscript|prison|airport|motorway|street in the financial|bank|hotel|"
    r"embassy|ministry|television|radio)\b",
    re.I,
)


def category_of(description: str) -> str:
    """The category that a one-line description speaks of; empty when it is no sight."""
    if not description or _NOT_A_SIGHT.search(description):
        return ""
    return next((c for c, pattern in _WORDS if pattern.search(description)), "")


def merged(lists: Sequence[Iterable[Found]]) -> list[Found]:
    """The places of several sources, each once: by wikidata id, else by name within 150 m.

    Earlier sources give name, point and source; what they do not know is taken from later ones.
    Places that nobody can put into a category are left out.
    """
    kept: list[Found] = []
    by_item: dict[str, int] = {}
    for places in lists:
        for place in places:
            at = _known(kept, by_item, place)
            if at is None:
                at = len(kept)
                kept.append(place)
            else:
                kept[at] = _completed(kept[at], place)
            if kept[at].wikidata:
                by_item[kept[at].wikidata] = at
    return [place for place in kept if place.category]


def same(a: Found | NamedPlace, b: Found | NamedPlace) -> bool:
    """Whether two records are of one place."""
    if a.wikidata and b.wikidata:
        return a.wikidata == b.wikidata
    if distance_km(a.point, b.point) > SAME_KM:
        return False
    return bool(_names(a) & _names(b))


class NamedPlace(Protocol):
    """What a place has to say to be compared: a sight of the atlas, too."""

    @property
    def name(self) -> str: ...
    @property
    def local_name(self) -> str: ...
    @property
    def point(self) -> Point: ...
    @property
    def wikidata(self) -> str: ...


def _names(place: Found | NamedPlace) -> set[str]:
    return {folded(n) for n in (place.name, place.local_name) if n}


def _known(kept: Sequence[Found], by_item: dict[str, int], place: Found) -> int | None:
    if place.wikidata and place.wikidata in by_item:
        return by_item[place.wikidata]
    return next((n for n, other in enumerate(kept) if same(other, place)), None)


def _completed(a: Found, b: Found) -> Found:
    """`a` with what only `b` knows."""
    return replace(
        a,
        category=a.category or b.category,
        local_name=a.local_name or (b.local_name if b.local_name != a.name else ""),
        wikidata=a.wikidata or b.wikidata,
        opening=a.opening or b.opening,
        hours_from=a.hours_from if a.opening or not b.opening else b.source.attribution,
        free=b.free if a.free is None else a.free,
        weight=max(a.weight, b.weight),
        tags=a.tags or b.tags,
        known_as=a.id,
    )
