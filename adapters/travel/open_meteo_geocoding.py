"""Towns and villages that the built-in gazetteer is too small for, from Open-Meteo (GeoNames)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.travel import fields, placed
from adapters.travel.atlas.names import fold
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Place, Point

WHO = "Open-Meteo geocoding"
BASE_URL = "https://geocoding-api.open-meteo.com"
CREDIT = "Location data based on GeoNames (CC BY 4.0), via Open-Meteo"


class OpenMeteoGeocoding:
    """A SpotFinder for names of towns, villages, islands, parks and mountains."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL, key: str = "") -> None:
        self._client = client
        self._url = base_url.rstrip("/") + "/v1/search"
        self._key = {"apikey": key} if key else {}

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        """Places of exactly that name (its search also finds longer ones), most people first.

        Raises:
            Unavailable: no usable answer.
        Source: https://open-meteo.com/en/docs/geocoding-api, GeoNames, CC BY 4.0.
        """
        words = placed.asked(text)
        if len(words) < 2:
            return []
        narrowed = {"countryCode": country} if country else {}
        answer = await self._client.get(
            WHO,
            self._url,
            {"name": words, "count": "10", "language": "en", "format": "json"}
            | narrowed
            | self._key,
            fresh_for=placed.kept_for(lambda body: bool(body.get("results"))),
            keep_for=placed.HITS_KEPT,
            check=_check,
        )
        wanted = fold(words.partition(",")[0])
        found = [
            place
            for row in fields.rows(answer.body.get("results"))
            if fold(fields.text(row.get("name"))) == wanted
            and (place := _place(row, answer)) is not None
        ]
        return sorted(found, key=lambda p: -p.population)[: placed.MAX_FOUND]

    async def at(self, point: Point) -> Place | None:
        """Open-Meteo does not know what is at a point. Raises Unavailable, always."""
        raise Unavailable(WHO, "cannot look up a point")


def _check(body: Any) -> None:
    """Without a hit the key is absent: only the time it took tells an answer from nonsense."""
    answer = fields.row(body)
    if not ("results" in answer or "generationtime_ms" in answer) or answer.get("error"):
        raise Unavailable(WHO, "the answer is no list of places")


def _place(row: Mapping[str, Any], answer: Answer) -> Place | None:
    point = fields.point(row.get("latitude"), row.get("longitude"))
    id = fields.number(row.get("id"), 1, 1e12)
    if point is None or id is None:
        return None
    people = int(fields.number(row.get("population"), 0, 1e9) or 0)
    return placed.place(
        placed.source(WHO, "https://open-meteo.com/", CREDIT, answer),
        f"geonames:{int(id)}",
        fields.text(row.get("name"), 80),
        _kind(fields.text(row.get("feature_code")), people),
        fields.text(row.get("country_code")),
        point,
        region=fields.text(row.get("admin1"), 80),
        timezone=zone.key if (zone := fields.zone(row.get("timezone"))) else "",
        population=people,
    )


def _kind(code: str, people: int) -> str:
    """Our word for a GeoNames feature code."""
    if code.startswith("PPL"):
        return "city" if people >= placed.CITY_PEOPLE else "town"
    if code.startswith("PCL"):
        return "country"
    if code == "ADM1":
        return "state"
    if code.startswith("ISL"):
        return "island"
    if code in ("PRK", "RESN", "RESV"):
        return "park"
    return "region"
