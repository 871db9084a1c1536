"""Coordinates, local names and official websites from Wikidata, CC0 1.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.travel.atlas.refresh.asking import Asker
from core.errors import Unavailable

WHO = "Wikidata"
URL = "https://www.wikidata.org/w/api.php"
IDS_A_QUESTION = 50
COORDINATES, WEBSITE = "P625", "P856"
EARTH = "http://www.wikidata.org/entity/Q2"


@dataclass(frozen=True)
class Entity:
    """What we use of an item; None where it says nothing, or several things."""

    id: str
    point: tuple[float, float] | None
    label: str | None
    website: str | None

    @property
    def url(self) -> str:
        return f"https://www.wikidata.org/wiki/{self.id}"


async def entities(asker: Asker, ids: Sequence[str], language: str, url: str) -> dict[str, Entity]:
    """The items with these ids, their label in one language: id -> item.

    An item that was merged is found under its old id; one that does not exist is missing.

    Raises:
        Unavailable: when one of the questions has no answer.
    """
    found: dict[str, Entity] = {}
    for start in range(0, len(ids), IDS_A_QUESTION):
        some = ids[start : start + IDS_A_QUESTION]
        body = await asker.ask(url, question(some, language), _readable)
        for asked, raw in body["entities"].items():
            if isinstance(raw, Mapping) and "missing" not in raw:
                found[asked] = _entity(asked, raw, language)
    return found


def question(ids: Sequence[str], language: str) -> dict[str, str]:
    """The parameters for at most fifty items."""
    return {
        "action": "wbgetentities",
        "ids": "|".join(ids),
        "props": "claims|labels",
        "languages": language,
        "format": "json",
        "formatversion": "2",
        "maxlag": "5",
    }


def _readable(body: Any) -> None:
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        # Errors come with status 200; "maxlag" means: the servers are behind, wait.
        raise Unavailable(WHO, f"says {str(body['error'].get('code', 'an error'))[:60]}")
    if not isinstance(body, Mapping) or not isinstance(body.get("entities"), Mapping):
        raise Unavailable(WHO, "the answer holds no items")


def _entity(id: str, raw: Mapping[str, Any], language: str) -> Entity:
    label = raw.get("labels", {}).get(language, {})
    return Entity(
        id=id,
        point=_point(_value(raw, COORDINATES)),
        label=label.get("value") if isinstance(label, Mapping) else None,
        website=_website(_value(raw, WEBSITE)),
    )


def _value(raw: Mapping[str, Any], property: str) -> Any:
    """The one best value of a property; None when there is none or it is not the only one."""
    claims = raw.get("claims", {}).get(property, [])
    ranked = [c for c in claims if c.get("rank") == "preferred"] or [
        c for c in claims if c.get("rank") == "normal"
    ]
    if len(ranked) != 1:
        return None
    snak = ranked[0].get("mainsnak", {})
    return snak.get("datavalue", {}).get("value") if snak.get("snaktype") == "value" else None


def _point(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, Mapping) or value.get("globe") != EARTH:
        return None
    lat, lon = value.get("latitude"), value.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return float(lat), float(lon)


def _website(value: Any) -> str | None:
    https = isinstance(value, str) and value.startswith("https://") and " " not in value
    return value if https else None
