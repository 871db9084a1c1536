"""Sights and opening hours from OpenStreetMap through Overpass, ODbL. Never in the reply's way.

The public server is slow and often refuses: it is asked in the background, one question at a time,
and what it said is kept for 30 days. A `remark` in its answer means that it is a part: thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.found import Found
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Confidence, Point, Source

WHO = "OpenStreetMap (Overpass)"
BASE_URL = "https://overpass-api.de"
RADIUS_M = 6_000
TIMEOUT_S = 40.0
FRESH = timedelta(days=30)
_QUERY = """[out:json][timeout:25];
(
nwr["tourism"~"^(attraction|museum|gallery|viewpoint|zoo|aquarium|theme_park)$"]["name"](around:{m},{at});
nwr["historic"~"^(castle|fort|monument|ruins|archaeological_site)$"]["name"]["wikidata"](around:{m},{at});
nwr["leisure"~"^(park|garden)$"]["wikidata"](around:{m},{at});
nwr["amenity"~"^(marketplace|place_of_worship)$"]["wikidata"](around:{m},{at});
);
out center tags 300;"""
# tag=value -> category, the first that an object has
_CATEGORIES: tuple[tuple[str, str, str], ...] = (
    ("tourism", "museum", "museum"),
    ("tourism", "gallery", "museum"),
    ("tourism", "viewpoint", "viewpoint"),
    ("tourism", "zoo", "family"),
    ("tourism", "aquarium", "family"),
    ("tourism", "theme_park", "family"),
    ("amenity", "place_of_worship", "church"),
    ("amenity", "marketplace", "market"),
    ("historic", "castle", "landmark"),
    ("historic", "fort", "landmark"),
    ("historic", "monument", "landmark"),
    ("historic", "ruins", "landmark"),
    ("historic", "archaeological_site", "landmark"),
    ("leisure", "park", "park"),
    ("leisure", "garden", "park"),
    ("tourism", "attraction", "landmark"),
)


class Overpass:
    """Named sights around a point. One question at a time, whoever asks."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/api/interpreter"

    async def around(self, point: Point) -> list[Found]:
        """At most 300 named sights within 6 km, with hours where the map has them.

        Raises Unavailable, also for an answer that says it is not whole.
        Source: © OpenStreetMap contributors, ODbL, through Overpass.
        """
        query = _QUERY.format(m=RADIUS_M, at=f"{point.lat:.4f},{point.lon:.4f}")
        answer = await self._client.post(
            WHO,
            self._url,
            form={"data": query},
            fresh_for=FRESH,
            keep_for=2 * FRESH,
            timeout_s=TIMEOUT_S,
            retries=0,  # the server is busy enough; the next question tries again
            check=_check,
            reduce=_reduced,
        )
        source = _source(answer)
        found = (_place(e, source) for e in fields.rows(answer.body))
        return [place for place in found if place is not None]

    async def probe(self) -> str:
        """One question to the provider, for the doctor. Raises Unavailable."""
        return f"{len(await self.around(Point(lat=38.7167, lon=-9.1333)))} sights in Lisbon"


def _check(body: Any) -> None:
    whole = fields.row(body)
    if whole.get("remark"):
        raise Unavailable(WHO, "the answer is not whole")
    if not isinstance(whole.get("elements"), list):
        raise Unavailable(WHO, "the answer has no elements")


_TAGS = frozenset(
    "name name:en tourism historic leisure amenity wikidata opening_hours fee access".split()
)


def _reduced(body: Any) -> list[dict[str, Any]]:
    """Elements with the few tags that are read: a castle may have two hundred names."""
    return [
        {k: e.get(k) for k in ("type", "id", "lat", "lon", "center")}
        | {"tags": {k: v for k, v in fields.row(e.get("tags")).items() if k in _TAGS}}
        for e in fields.rows(body["elements"])
    ]


def _place(element: Mapping[str, Any], source: Source) -> Found | None:
    tags = fields.row(element.get("tags"))
    centre = fields.row(element.get("center")) or element
    point = fields.point(centre.get("lat"), centre.get("lon"))
    local, english = fields.text(tags.get("name"), 100), fields.text(tags.get("name:en"), 100)
    category = next((c for tag, value, c in _CATEGORIES if tags.get(tag) == value), "")
    shut = tags.get("access") in ("private", "no")
    if point is None or not (local or english) or not category or shut:
        return None
    kind, number = element.get("type"), element.get("id")
    item = fields.text(tags.get("wikidata"), 20)
    return Found(
        key=f"osm-{kind}-{number}",
        name=english or local,
        local_name=local if english and local != english else "",
        point=point,
        source=source.model_copy(update={"url": f"https://www.openstreetmap.org/{kind}/{number}"}),
        category=category,
        wikidata=item if item[:1] == "Q" and item[1:].isdigit() else "",
        opening=fields.text(tags.get("opening_hours"), 255),
        free={"no": True, "yes": False}.get(fields.text(tags.get("fee"))),
    )


def _source(answer: Answer) -> Source:
    return Source(
        name="OpenStreetMap",
        url="https://www.openstreetmap.org/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="© OpenStreetMap contributors",
    )
