"""What Wikipedia has articles on around a point: coordinates, one line each, CC BY-SA 4.0.

Not everything near is worth a visit: what is no sight by its one-line description is only used to
complete what another source found. How long an article is tells how known the place is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from adapters.travel import fields
from adapters.travel.found import Found, category_of
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.travel import Confidence, Point, Source

WHO = "Wikipedia"
BASE_URL = "https://en.wikipedia.org"
RADIUS_M = 10_000  # the most that is allowed
PAGES, PARTS = 200, 8  # articles, and answers they may come in
PROBED = 20
FRESH = timedelta(days=30)


class Wikipedia:
    """Articles around a point. One for the whole process."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/w/api.php"

    async def around(self, point: Point) -> list[Found]:
        """The two hundred articles nearest to `point`, within 10 km, sights and all others.

        Raises Unavailable.
        Source: MediaWiki Action API, generator=geosearch. Text CC BY-SA 4.0.
        """
        pages: dict[int, dict[str, Any]] = {}
        more: dict[str, str] = {}
        for _ in range(PARTS):
            answer = await self._part(point, more)
            for page in fields.rows(answer.body["pages"]):
                # Each part repeats all articles, and holds some properties of some of them.
                pages.setdefault(page["pageid"], {}).update(page)
            more = answer.body["continue"]
            if not more:
                break
        return _places(pages.values(), _source(answer))

    async def _part(self, point: Point, more: Mapping[str, str], pages: int = PAGES) -> Answer:
        return await self._client.get(
            WHO,
            self._url,
            {
                "action": "query",
                "format": "json",
                "formatversion": "2",
                "generator": "geosearch",
                "ggscoord": f"{point.lat:.4f}|{point.lon:.4f}",
                "ggsradius": str(RADIUS_M),
                "ggslimit": str(pages),
                "prop": "coordinates|description|pageprops|info",
                "colimit": "50",
                "inprop": "url",
                "ppprop": "wikibase_item",
                "maxlag": "5",
                **more,
            },
            fresh_for=FRESH,
            keep_for=2 * FRESH,
            check=_check,
            reduce=_reduced,
        )

    async def probe(self) -> str:
        """One small question to the provider, for the doctor. Raises Unavailable."""
        answer = await self._part(Point(lat=38.7167, lon=-9.1333), {}, PROBED)
        found = _places(fields.rows(answer.body["pages"]), _source(answer))
        return f"{len(found)} articles around Lisbon, {sum(1 for f in found if f.category)} sights"


def _check(body: Any) -> None:
    """Errors come with HTTP 200; no hit has no `query` at all, and says "batchcomplete"."""
    whole = fields.row(body)
    error = fields.row(whole.get("error"))
    if error:
        wait = fields.number(error.get("lag"), 0, 3_600)
        raise Unavailable(WHO, f"refused: {fields.text(error.get('code'), 40)}", wait)
    pages = fields.row(whole.get("query")).get("pages")
    if not isinstance(pages, list) and whole.get("batchcomplete") is not True:
        raise Unavailable(WHO, "the answer has no articles")


_KEPT = ("pageid", "title", "coordinates", "description", "pageprops", "fullurl", "length")


def _reduced(body: Any) -> dict[str, Any]:
    pages = fields.rows(fields.row(fields.row(body).get("query")).get("pages"))
    return {
        "pages": [
            {k: p[k] for k in _KEPT if k in p} for p in pages if isinstance(p.get("pageid"), int)
        ],
        "continue": {k: str(v) for k, v in fields.row(body.get("continue")).items()},
    }


def _places(pages: Iterable[Mapping[str, Any]], source: Source) -> list[Found]:
    return [place for page in pages if (place := _place(page, source)) is not None]


def _place(page: Mapping[str, Any], source: Source) -> Found | None:
    spots = fields.rows(page.get("coordinates"))
    spot = next((s for s in spots if s.get("primary") is True), spots[0] if spots else {})
    point = fields.point(spot.get("lat"), spot.get("lon"))
    title = fields.text(page.get("title"), 100)
    if point is None or not title or spot.get("globe", "earth") != "earth":
        return None
    item = fields.text(fields.row(page.get("pageprops")).get("wikibase_item"), 20)
    return Found(
        key=f"wikipedia-{page['pageid']}",
        name=title,
        point=point,
        source=source.model_copy(update={"url": fields.link(page.get("fullurl")) or source.url}),
        category=category_of(fields.text(page.get("description"))),
        wikidata=item if item[:1] == "Q" and item[1:].isdigit() else "",
        weight=fields.number(page.get("length"), 0, 10**8) or 0.0,
    )


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://en.wikipedia.org/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Wikipedia, CC BY-SA 4.0",
    )
