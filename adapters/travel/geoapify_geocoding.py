"""Addresses, hotels, towns and sights from Geoapify, for operators with a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.travel import fields, placed
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Place, Point

WHO = "Geoapify"
BASE_URL = "https://api.geoapify.com"
CREDIT = "Powered by Geoapify, © OpenStreetMap contributors (ODbL)"
_KINDS = {"city": "city", "county": "region", "state": "state", "country": "country"}


class GeoapifyGeocoding:
    """A SpotFinder for everything, at one credit a request."""

    def __init__(self, client: ProviderClient, key: str, base_url: str = BASE_URL) -> None:
        self._client = client
        self._key = key
        self._url = base_url.rstrip("/") + "/v1/geocode"

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        """Places that fit the words, as Geoapify ranks them; with `near` only around it.

        Raises:
            Unavailable: no usable answer.
        Source: https://apidocs.geoapify.com/docs/geocoding/, OpenStreetMap, ODbL.
        """
        asked = {"text": placed.asked(text), "limit": str(placed.MAX_FOUND), "lang": "en"}
        if near is not None:
            around = f"{near.lon:.3f},{near.lat:.3f}"
            asked["filter"] = f"circle:{around},{placed.AROUND_KM * 1_000:.0f}"
            asked["bias"] = f"proximity:{around}"
        elif country:
            asked["filter"] = f"countrycode:{country.lower()}"
        return await self._places("/search", asked)

    async def at(self, point: Point) -> Place | None:
        """The address at a point; None at sea. Raises Unavailable."""
        asked = {"lat": f"{point.lat:.4f}", "lon": f"{point.lon:.4f}", "limit": "1", "lang": "en"}
        found = await self._places("/reverse", asked)
        return found[0] if found else None

    async def _places(self, path: str, asked: dict[str, str]) -> list[Place]:
        answer = await self._client.get(
            WHO,
            self._url + path,
            asked | {"format": "json", "apiKey": self._key},
            fresh_for=placed.kept_for(lambda body: bool(body["results"])),
            keep_for=placed.HITS_KEPT,
            check=_check,
        )
        rows = (_place(row, answer) for row in fields.rows(answer.body["results"]))
        return [place for place in rows if place is not None]


def _check(body: Any) -> None:
    if not isinstance(fields.row(body).get("results"), list):
        raise Unavailable(WHO, "the answer is no list of places")


def _place(row: Mapping[str, Any], answer: Answer) -> Place | None:
    point = fields.point(row.get("lat"), row.get("lon"))
    id = fields.text(row.get("place_id"), 120)
    if point is None or not id:
        return None
    zone = fields.zone(fields.row(row.get("timezone")).get("name"))
    return placed.place(
        placed.source(WHO, "https://www.geoapify.com/", CREDIT, answer),
        f"geoapify:{id}",
        fields.text(row.get("name"), 80) or fields.text(row.get("formatted"), 80),
        _KINDS.get(fields.text(row.get("result_type")), placed.SPOT),
        fields.text(row.get("country_code")),
        point,
        region=fields.text(row.get("city") or row.get("state"), 80),
        timezone=zone.key if zone else "",
    )
