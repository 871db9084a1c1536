"""What to pack: from temperatures, rain and what is planned. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.travel import CountryFacts
from core.trips import Stop
from core.words import listing

WARM_C, COOL_C, COLD_C, SWIM_C = 24, 12, 8, 19
_FAR = frozenset({"park", "daytrip", "viewpoint"})


@dataclass(frozen=True)
class Sky:
    """The weather to pack for, °C: the warmest day, the coldest day and night, the sea."""

    warmest: float
    coolest_day: float
    coldest_night: float
    wet: bool
    windy: bool = False
    snowy: bool = False
    sea_c: float | None = None


def for_weather(sky: Sky) -> list[str]:
    """What the weather asks for, a line each."""
    found = []
    if sky.warmest >= WARM_C:
        found.append("light clothes, hat, sun cream")
    if sky.coldest_night < COOL_C:
        found.append("a warm layer for the evening")
    if sky.coolest_day < COLD_C or sky.snowy:
        found.append("winter coat, gloves, warm shoes")
    if sky.wet:
        found.append("a rain jacket")
    elif sky.windy:
        found.append("a wind jacket")
    if sky.sea_c is not None and sky.sea_c >= SWIM_C:
        found.append("swimwear")
    return found


def for_plan(stops: Sequence[Stop], sky: Sky) -> list[str]:
    """What the stops ask for beside that, with the stop that does."""
    found = []
    beach = next((s.title for s in stops if s.category == "beach"), "")
    if beach and sky.warmest >= COOL_C and not (sky.sea_c is not None and sky.sea_c >= SWIM_C):
        found.append(f"a towel and something against the wind for {beach}")
    elif beach:
        found.append(f"a towel for {beach}")
    far = next((s.title for s in stops if s.category in _FAR and not s.indoor), "")
    if far:
        found.append(f"sturdy shoes for {far}")
    church = next((s.title for s in stops if s.category == "church"), "")
    if church and sky.warmest >= WARM_C:
        found.append(f"something that covers shoulders and knees for {church}")
    return found


def always(country: CountryFacts | None) -> list[str]:
    """What every trip asks for, and the plugs of the country."""
    found = ["shoes for long walks, passport or identity card, any medicine you take"]
    if country is not None and country.plug_types:
        found.append(f"plug adapter: type {listing(country.plug_types, 'or')}")
    return found
