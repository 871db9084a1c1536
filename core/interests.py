"""The interest tags Caravan knows, and which categories, tags and vibes they speak of.

One table for everybody: the reader maps words to these tags, the ranking of destinations reads the
vibes, the planner reads categories and tags.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interest:
    """`categories` and `tags` are of sights, `vibes` of destinations (see the atlas schema)."""

    label: str
    categories: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    vibes: tuple[str, ...] = ()


def _i(label: str, categories: str = "", tags: str = "", vibes: str = "") -> Interest:
    return Interest(
        label, frozenset(categories.split()), frozenset(tags.split()), tuple(vibes.split())
    )


INTERESTS: dict[str, Interest] = {
    "museums": _i("museums", "museum", "", "culture"),
    "art": _i("art", "", "art", "culture"),
    "history": _i("history", "", "history archaeology ruins castle", "culture"),
    "architecture": _i("architecture", "landmark", "architecture", "culture city"),
    "churches": _i("churches and temples", "church", "temple shrine religion", "culture"),
    "food": _i("food", "market", "food wine", "food"),
    "markets": _i("markets", "market", "shopping", "food"),
    "wine": _i("wine", "", "wine", "food"),
    "nightlife": _i("nightlife", "nightlife", "nightlife bars", "nightlife"),
    "music": _i("music", "", "music", "nightlife culture"),
    "beaches": _i("beaches", "beach", "beach", "beach"),
    "swimming": _i("swimming", "beach", "beach swimming", "beach"),
    "nature": _i("nature", "park", "nature gardens garden", "nature"),
    "hiking": _i("hiking", "", "hiking", "nature adventure"),
    "parks": _i("parks and gardens", "park", "garden gardens", "nature"),
    "views": _i("views", "viewpoint", "viewpoint", "nature city"),
    "adventure": _i("adventure", "experience", "adventure", "adventure"),
    "diving": _i("diving", "", "diving snorkelling", "beach adventure"),
    "surfing": _i("surfing", "", "surfing surf", "beach adventure"),
    "skiing": _i("skiing and snow", "", "skiing snow", "winter"),
    "family": _i("things for children", "family", "kids family", "family"),
    "romance": _i("romance", "", "romance romantic sunset", "romance"),
    "shopping": _i("shopping", "market", "shopping", "city"),
    "neighbourhoods": _i("walks in old quarters", "neighbourhood", "", "city"),
    "daytrips": _i("day trips", "daytrip", "", ""),
    "landmarks": _i("landmarks", "landmark", "", "culture city"),
    "wildlife": _i("wildlife", "", "wildlife animals zoo", "nature"),
    "spa": _i("baths and spas", "", "spa baths thermal onsen", ""),
    "city": _i("city life", "", "", "city"),
}


def matches(tag: str, category: str, tags: tuple[str, ...]) -> bool:
    """True when a sight of `category` with `tags` is something for the interest `tag`."""
    interest = INTERESTS.get(tag)
    if interest is None:
        return False
    return category in interest.categories or bool(interest.tags & set(tags))
