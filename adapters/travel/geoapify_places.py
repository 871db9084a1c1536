"""Sights from Geoapify Places: a free key, OpenStreetMap data that may be stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.found import Found
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Confidence, Point, Source

WHO = "Geoapify"
BASE_URL = "https://api.geoapify.com"
RADIUS_M, LIMIT = 6_000, 60  # a credit for every 20 places, 3,000 credits a day are free
FRESH = timedelta(days=30)
_ASKED = (
    "tourism.sights,tourism.attraction,entertainment.museum,entertainment.zoo,"
    "entertainment.aquarium,leisure.park"
)
# The longest prefix that fits names the category.
_CATEGORIES = {
    "entertainment.museum": "museum",
    "entertainment.culture.gallery": "museum",
    "entertainment.zoo": "family",
    "entertainment.aquarium": "family",
    "entertainment.theme_park": "family",
    "tourism.sights.place_of_worship": "church",
    "tourism.sights.monastery": "church",
    "tourism.attraction.viewpoint": "viewpoint",
    "tourism.attraction": "landmark",
    "tourism.sights": "landmark",
    "leisure.park": "park",
    "beach": "beach",
    "commercial.marketplace": "market",
}


class GeoapifyPlaces:
    """Sights around a point, for people with a key."""

    def __init__(self, client: ProviderClient, key: str, base_url: str = BASE_URL) -> None:
        self._client = client
        self._key = key
        self._url = f"{base_url.rstrip('/')}/v2/places"

    async def around(self, point: Point) -> list[Found]:
        """At most 60 named sights within 6 km, nearest first.

        Raises Unavailable.
        Source: Powered by Geoapify, © OpenStreetMap contributors.
        """
        spot = f"{point.lon:.4f},{point.lat:.4f}"  # lon first
        answer = await self._client.get(
            WHO,
            self._url,
            {
                "categories": _ASKED,
                "filter": f"circle:{spot},{RADIUS_M}",
                "bias": f"proximity:{spot}",
                "limit": str(LIMIT),
                "lang": "en",
                "apiKey": self._key,
            },
            fresh_for=FRESH,
            keep_for=2 * FRESH,
            weight=LIMIT / 20,
            check=_check,
            reduce=_reduced,
        )
        source = _source(answer)
        found = (_place(p, source) for p in fields.rows(answer.body))
        return [place for place in found if place is not None]

    async def probe(self) -> str:
        """One question to the provider, for the doctor. Raises Unavailable."""
        return f"{len(await self.around(Point(lat=38.7167, lon=-9.1333)))} sights in Lisbon"


def _check(body: Any) -> None:
    if not isinstance(fields.row(body).get("features"), list):
        raise Unavailable(WHO, "the answer has no features")


_KEPT = ("name", "lat", "lon", "categories", "opening_hours", "place_id")


def _reduced(body: Any) -> list[dict[str, Any]]:
    kept = []
    for feature in fields.rows(body["features"]):
        p = fields.row(feature.get("properties"))
        raw = fields.row(fields.row(p.get("datasource")).get("raw"))
        few = {k: raw[k] for k in ("wikidata", "opening_hours", "name", "fee") if k in raw}
        kept.append({k: p[k] for k in _KEPT if k in p} | {"raw": few})
    return kept


def _place(p: Mapping[str, Any], source: Source) -> Found | None:
    raw = fields.row(p.get("raw"))
    point = fields.point(p.get("lat"), p.get("lon"))
    title = fields.text(p.get("name"), 100)
    category = _category(p.get("categories"))
    if point is None or not title or not category:
        return None
    local = fields.text(raw.get("name"), 100)
    item = fields.text(raw.get("wikidata"), 20)
    return Found(
        key=f"geoapify-{fields.text(p.get('place_id'), 24)}",
        name=title,
        local_name=local if local != title else "",
        point=point,
        source=source,
        category=category,
        wikidata=item if item[:1] == "Q" and item[1:].isdigit() else "",
        opening=fields.text(p.get("opening_hours") or raw.get("opening_hours"), 255),
        free={"no": True, "yes": False}.get(fields.text(raw.get("fee"))),
    )


def _category(categories: Any) -> str:
    names = [c for c in categories if isinstance(c, str)] if isinstance(categories, list) else []
    fitting = [k for k in _CATEGORIES for n in names if n == k or n.startswith(f"{k}.")]
    return _CATEGORIES[max(fitting, key=len)] if fitting else ""


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://www.geoapify.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Powered by Geoapify, © OpenStreetMap contributors",
    )
