"""A country, a state, a continent or a known region, and the destinations of the atlas in it."""

from __future__ import annotations

from dataclasses import dataclass

from core.naming import folded
from core.resolving import CONTINENTS, place_of
from core.travel import Destination, Place, Travel
from core.wishes import Mention

# Regions that whole countries make up, as travellers mean them.
REGIONS = {
    "scandinavia": "DK NO SE",
    "nordics": "DK FI FO IS NO SE",
    "benelux": "BE LU NL",
    "baltics": "EE LT LV",
    "balkans": "AL BA BG GR HR ME MK RS SI XK",
    "central europe": "AT CH CZ DE HU LI PL SI SK",
    "southeast asia": "BN KH ID LA MM MY PH SG TH TL VN",
    "south east asia": "BN KH ID LA MM MY PH SG TH TL VN",
    "east asia": "CN HK JP KP KR MN MO TW",
    "south asia": "BD BT IN LK MV NP PK",
    "central asia": "KG KZ TJ TM UZ",
    "central america": "BZ CR GT HN NI PA SV",
    "middle east": "AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    "caucasus": "AM AZ GE",
}
_ARTICLED = frozenset(
    name.strip()
    for name in (
        "bahamas, balkans, baltics, caucasus, czech republic, dominican republic, maldives, "
        "middle east, netherlands, nordics, philippines, united arab emirates, united kingdom, "
        "united states"
    ).split(",")
)


@dataclass(frozen=True)
class Area:
    """`name` is how a sentence calls it, behind "in"; `towns` are in the order of the atlas."""

    name: str
    towns: tuple[Destination, ...]


async def area_of(mention: Mention, travel: Travel) -> Area | None:
    """The area a mention names; None for towns, islands and names that nobody knows."""
    if mention.id.startswith("atlas:"):
        return None
    name = folded(mention.text)
    everything = travel.places.destinations()
    if name in CONTINENTS:
        code = CONTINENTS[name]
        return Area(_named(mention.text), tuple(
            d for d in everything if travel.places.continent(d.country) == code
        ))  # fmt: skip
    if name in REGIONS:
        codes = REGIONS[name].split()
        return Area(_named(mention.text), tuple(d for d in everything if d.country in codes))
    if mention.kind not in ("", "country", "state", "region"):
        return None
    narrow = mention.model_copy(update={"kind": mention.kind.removeprefix("region")})
    place = await place_of(narrow, travel)
    if place is None or place.kind not in ("country", "state"):
        return None
    inside = [d for d in everything if d.country == place.country]
    if place.kind == "state":
        inside = [d for d in inside if await _in_state(d, place, travel)]
    return Area(_named(place.name), tuple(inside))


async def _in_state(town: Destination, state: Place, travel: Travel) -> bool:
    found = await travel.geocoder.find(town.name, country=town.country)
    return any(
        p.destination_id == town.id and folded(p.region) == folded(state.name) for p in found
    )


def _named(text: str) -> str:
    """ "the Netherlands", "Japan"."""
    name = text if any(c.isupper() for c in text) else text.title()
    return f"the {name}" if folded(text) in _ARTICLED else name
