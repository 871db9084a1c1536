"""Opening hours, fees and places from OpenStreetMap through Overpass, ODbL 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.atlas.names import fold
from adapters.travel.atlas.refresh.asking import Asker
from adapters.travel.atlas.schema import DestinationFile, Poi
from core.errors import Unavailable

WHO = "Overpass"
URL = "https://overpass-api.de/api/interpreter"
# Short questions are answered even on bad days, and their address stays below 8 KB.
POIS_A_QUESTION = 8
NEAR_M = 300
TIMEOUT_S = 60


@dataclass(frozen=True)
class Element:
    """A node, way or relation with its tags; `lat`, `lon` are of its centre."""

    kind: str
    id: int
    lat: float
    lon: float
    tags: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"https://www.openstreetmap.org/{self.kind}/{self.id}"


async def elements(asker: Asker, destination: DestinationFile, url: str) -> dict[str, Element]:
    """The element of each POI that OpenStreetMap knows: POI id -> element.

    By Wikidata id, else by name within 300 m. A POI that is missing is unknown there, or named
    otherwise.

    Raises:
        Unavailable: when one of the questions has no whole answer.
    """
    found: dict[str, Element] = {}
    for start in range(0, len(destination.pois), POIS_A_QUESTION):
        pois = destination.pois[start : start + POIS_A_QUESTION]
        body = await asker.ask(url, {"data": question(pois)}, _whole)
        known = list(_elements(body["elements"]))
        for poi in pois:
            element = _best(poi, known)
            if element:
                found[poi.id] = element
    return found


def question(pois: Sequence[Poi]) -> str:
    """The Overpass query for a few POIs."""
    lines = []
    for poi in pois:
        near = f"(around:{NEAR_M},{poi.point.lat:.5f},{poi.point.lon:.5f})"
        if poi.wikidata:
            # Wider than for a name: our own coordinates may be what is wrong.
            wide = f"(around:5000,{poi.point.lat:.5f},{poi.point.lon:.5f})"
            lines.append(f'nwr["wikidata"="{poi.wikidata}"]{wide};')
        names = "|".join(_as_regex(name) for name in (poi.name.en, poi.name.local) if name)
        lines.append(f'nwr[~"^name(:en)?$"~"^({names})$",i]{near};')
    return f"[out:json][timeout:{TIMEOUT_S}];(" + "".join(lines) + ");out center tags;"


def _as_regex(name: str) -> str:
    """A name for an Overpass regular expression inside of double quotes."""
    return re.escape(name).replace("\\ ", " ").replace("\\", "\\\\").replace('"', '\\"')


def _whole(body: Any) -> None:
    if not isinstance(body, Mapping) or not isinstance(body.get("elements"), list):
        raise Unavailable(WHO, "the answer is not from Overpass")
    if body.get("remark"):
        # Overpass says 200 and gives what it had when it ran out of time.
        raise Unavailable(WHO, f"the answer is partial: {str(body['remark'])[:120]}")


def _elements(raw: Sequence[Any]) -> Iterator[Element]:
    for each in raw:
        try:
            at = each if each["type"] == "node" else each["center"]
            tags = {str(k): str(v) for k, v in each.get("tags", {}).items()}
            yield Element(
                str(each["type"]), int(each["id"]), float(at["lat"]), float(at["lon"]), tags
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # a relation without a centre helps nobody


def _best(poi: Poi, known: Sequence[Element]) -> Element | None:
    """The same Wikidata id, else the same name; the one with hours, then the nearest."""
    names = {fold(name) for name in (poi.name.en, poi.name.local) if name}
    same = [e for e in known if poi.wikidata and e.tags.get("wikidata") == poi.wikidata]
    if not same:
        same = [
            e
            for e in known
            if names & {fold(e.tags.get(key, "")) for key in ("name", "name:en")}
            and not (poi.wikidata and e.tags.get("wikidata"))
            and _metres(poi, e) <= NEAR_M
        ]
    return min(
        same, key=lambda e: ("opening_hours" not in e.tags, _metres(poi, e), e.id), default=None
    )


def _metres(poi: Poi, element: Element) -> float:
    return 1_000 * km_between(poi.point.lat, poi.point.lon, element.lat, element.lon)
