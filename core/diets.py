"""Which places to eat or drink a diet cannot use, by what their names say is served there.

Nobody's menu is known here. A fish market, a winery or a bakery names what it is about, so somebody
who does not eat or drink that has nothing there; of a food hall nothing is known, and it stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from core.naming import folded
from core.travel import Sight


class Served(StrEnum):
    """What a place can be all about."""

    MEAT = "meat"
    PORK = "pork"
    FISH = "fish"
    SHELLFISH = "shellfish"
    DAIRY = "dairy"
    WHEAT = "wheat"
    NUTS = "nuts"
    ALCOHOL = "alcohol"


_ANIMALS = frozenset({Served.MEAT, Served.PORK})
_SEA = frozenset({Served.FISH, Served.SHELLFISH})
_REFUSED: dict[str, frozenset[Served]] = {
    "vegan": _ANIMALS | _SEA | {Served.DAIRY},
    "vegetarian": _ANIMALS | _SEA,
    "pescatarian": _ANIMALS,
    "halal": frozenset({Served.PORK, Served.ALCOHOL}),
    "kosher": frozenset({Served.PORK, Served.SHELLFISH}),
    "gluten_free": frozenset({Served.WHEAT}),
    "lactose_free": frozenset({Served.DAIRY}),
    "alcohol_free": frozenset({Served.ALCOHOL}),
    "nut_free": frozenset({Served.NUTS}),
}
_NAMES: dict[Served, str] = {
    Served.MEAT: "barbecue bbq steak steakhouse steakhouses churrascaria parrilla butcher meat "
    "kebab burger burgers sausage sausages currywurst",
    Served.PORK: "pork ham hams jamon prosciutto sausage sausages currywurst",
    Served.FISH: "fish seafood sushi tuna salmon herring",
    Served.SHELLFISH: "seafood oyster oysters lobster crab prawn prawns shrimp clam clams mussel",
    Served.DAIRY: "cheese cheeses dairy gelato fondue",
    Served.WHEAT: "bakery bakeries patisserie pizza pizzeria pasta ramen udon dumpling dumplings "
    "noodle noodles waffle waffles pretzel bread brewery breweries brewing beer beers",
    Served.NUTS: "nut nuts almond almonds pistachio marzipan praline",
    Served.ALCOHOL: "brewery breweries brewing beer beers wine wines winery wineries vineyard "
    "vineyards winelands distillery whisky whiskey rum gin pub pubs bar bars taproom cocktail "
    "sake guinness",
}
# A name that has one of these as well promises something else to eat.
_ALSO = frozenset(
    "produce vegetable vegetables fruit fruits date dates spice spices flower".split()
)
# Where people go for it; what is looked at or walked through (a beer museum, a quarter) stays.
_TABLES = frozenset({"market", "nightlife", "experience", "daytrip"})
_TASTY = frozenset({"food", "wine"})


def refused_by(diets: Collection[str]) -> frozenset[Served]:
    """What people of these diets do not eat or drink; a diet that is not known refuses nothing."""
    return frozenset(what for diet in diets for what in _REFUSED.get(diet, ()))


def served_at(sight: Sight) -> frozenset[Served]:
    """What a place to eat or drink is all about by its name; empty when that is open."""
    if sight.category not in _TABLES or not (_TASTY & set(sight.tags)):
        return frozenset()
    words = set(re.findall(r"\w+", folded(f"{sight.name} {sight.local_name}")))
    if words & _ALSO or (sight.category == "daytrip" and "and" in words):
        return frozenset()
    return frozenset(what for what, names in _NAMES.items() if words & set(names.split()))


def suits(sight: Sight, refused: Collection[Served]) -> bool:
    """False when what is refused is what the place is about."""
    return not served_at(sight) & set(refused)
