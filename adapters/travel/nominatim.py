"""Addresses, hotels and sights on OpenStreetMap, from Nominatim: no key, one request a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.travel import fields, placed
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Place, Point

WHO = "Nominatim"
BASE_URL = "https://nominatim.openstreetmap.org"
CREDIT = "© OpenStreetMap contributors (ODbL)"
_TOWNS = {"city": "city", "town": "town", "village": "town", "hamlet": "town", "island": "island"}
_OSM = {"node": "node", "way": "way", "relation": "relation"}


class Nominatim:
    """A SpotFinder for addresses and sights. It serves nobody who does not say who they are."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL, contact: str = "") -> None:
        """`contact` is the operator's, which must also be in the client's User-Agent."""
        self._client = client
        self._url = base_url.rstrip("/")
        self._contact = contact

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        """Places that fit the words, as Nominatim ranks them; with `near` only around it.

        Raises:
            Unavailable: no contact is set, or no usable answer.
        Source: https://nominatim.org/release-docs/latest/api/Search/, ODbL.
        """
        asked = {"q": placed.asked(text), "limit": str(placed.MAX_FOUND), "addressdetails": "1"}
        if country:
            asked["countrycodes"] = country.lower()
        if near is not None:
            south, west, north, east = placed.box(near)
            asked["viewbox"] = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
            asked["bounded"] = "1"
        answer = await self._ask("/search", asked, _check_list, bool)
        rows = (_place(row, answer) for row in fields.rows(answer.body))
        return [place for place in rows if place is not None]

    async def at(self, point: Point) -> Place | None:
        """The town or suburb at a point; None at sea. Raises Unavailable as `find` does."""
        asked = {"lat": f"{point.lat:.4f}", "lon": f"{point.lon:.4f}", "zoom": "12"}
        answer = await self._ask(
            "/reverse", asked | {"addressdetails": "1"}, _check_one, lambda body: "lat" in body
        )
        return _place(answer.body, answer) if "lat" in answer.body else None

    async def _ask(self, path: str, asked: dict[str, str], check: Any, holds: Any) -> Answer:
        if not self._contact:
            raise Unavailable(WHO, "needs CARAVAN_CONTACT")
        return await self._client.get(
            WHO,
            self._url + path,
            asked | {"format": "jsonv2", "accept-language": "en"},
            fresh_for=placed.kept_for(holds),
            keep_for=placed.HITS_KEPT,
            check=check,
        )


def _check_list(body: Any) -> None:
    if not isinstance(body, list) or not all(isinstance(row, Mapping) for row in body):
        raise Unavailable(WHO, "the answer is no list of places")


def _check_one(body: Any) -> None:
    """A point at sea is a 200 with {"error": "Unable to geocode"}."""
    row = fields.row(body)
    if "lat" not in row and row.get("error") != "Unable to geocode":
        raise Unavailable(WHO, "the answer is no place")


def _place(row: Mapping[str, Any], answer: Answer) -> Place | None:
    point = fields.point(row.get("lat"), row.get("lon"))
    id = fields.number(row.get("osm_id"), 1, 1e15)
    kind = _OSM.get(fields.text(row.get("osm_type")))
    if point is None or id is None or kind is None:
        return None
    address = fields.row(row.get("address"))
    full = fields.text(row.get("display_name"), 200)
    return placed.place(
        placed.source(WHO, "https://www.openstreetmap.org/copyright", CREDIT, answer),
        f"osm:{kind}:{int(id)}",
        fields.text(row.get("name"), 80) or ", ".join(full.split(", ")[:2])[:80],
        _TOWNS.get(fields.text(row.get("addresstype")), placed.SPOT),
        fields.text(address.get("country_code")),
        point,
        region=fields.text(address.get("city") or address.get("town") or address.get("state"), 80),
    )
