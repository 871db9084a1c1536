"""Addresses, hotels and sights on OpenStreetMap, from Photon: no key, stands in for Nominatim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.travel import fields, placed
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Place, Point

WHO = "Photon"
BASE_URL = "https://photon.komoot.io"
CREDIT = "© OpenStreetMap contributors (ODbL), via Photon"
_OSM = {"N": "node", "W": "way", "R": "relation"}


class Photon:
    """A SpotFinder for addresses and sights. It serves nobody who does not say who they are."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL, contact: str = "") -> None:
        """`contact` is the operator's, which must also be in the client's User-Agent."""
        self._client = client
        self._url = base_url.rstrip("/")
        self._contact = contact

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        """Places that fit the words, as Photon ranks them; with `near` only around it.

        Raises:
            Unavailable: no contact is set, or no usable answer.
        Source: https://photon.komoot.io, OpenStreetMap, ODbL.
        """
        asked = {"q": placed.asked(text), "limit": str(placed.MAX_FOUND), "lang": "en"}
        if near is not None:
            south, west, north, east = placed.box(near)
            asked |= {"lat": f"{near.lat:.3f}", "lon": f"{near.lon:.3f}"}
            asked["bbox"] = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
        if country:
            asked["countrycode"] = country.upper()
        return await self._places("/api", asked)

    async def at(self, point: Point) -> Place | None:
        """What is nearest to a point; None at sea. Raises Unavailable as `find` does."""
        asked = {"lat": f"{point.lat:.4f}", "lon": f"{point.lon:.4f}", "limit": "1", "lang": "en"}
        found = await self._places("/reverse", asked)
        return found[0] if found else None

    async def _places(self, path: str, asked: dict[str, str]) -> list[Place]:
        if not self._contact:
            raise Unavailable(WHO, "needs CARAVAN_CONTACT")
        answer = await self._client.get(
            WHO,
            self._url + path,
            asked,
            fresh_for=placed.kept_for(lambda body: bool(body["features"])),
            keep_for=placed.HITS_KEPT,
            check=_check,
        )
        rows = (_place(feature, answer) for feature in fields.rows(answer.body["features"]))
        return [place for place in rows if place is not None]


def _check(body: Any) -> None:
    if not isinstance(fields.row(body).get("features"), list):
        raise Unavailable(WHO, "the answer is no list of places")


def _place(feature: Mapping[str, Any], answer: Answer) -> Place | None:
    said = fields.row(feature.get("properties"))
    corner = fields.row(feature.get("geometry")).get("coordinates")
    pair = corner if isinstance(corner, list) and len(corner) >= 2 else [None, None]
    point = fields.point(pair[1], pair[0])
    id = fields.number(said.get("osm_id"), 1, 1e15)
    osm = _OSM.get(fields.text(said.get("osm_type")))
    if point is None or id is None or osm is None:
        return None
    street = [fields.text(said.get("street"), 60), fields.text(said.get("housenumber"), 12)]
    city = said.get("key") == "place" or said.get("osm_key") == "place"
    kinds = {"city": "city", "town": "town", "village": "town", "hamlet": "town"}
    value = fields.text(said.get("osm_value"))
    return placed.place(
        placed.source(WHO, "https://www.openstreetmap.org/copyright", CREDIT, answer),
        f"osm:{osm}:{int(id)}",
        fields.text(said.get("name"), 80) or " ".join(s for s in street if s),
        kinds.get(value, placed.SPOT) if city else placed.SPOT,
        fields.text(said.get("countrycode")),
        point,
        region=fields.text(said.get("city") or said.get("state"), 80),
    )
