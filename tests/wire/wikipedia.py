"""The MediaWiki Action API's geosearch: properties come in parts, errors with HTTP 200.

Each part repeats every page; coordinates come 50 at a time and `continue` brings the rest. No hit
has no `query`. A replica that lags refuses with `maxlag` and a Retry-After.
"""

from __future__ import annotations

from typing import Any

from adapters.travel.found import Found
from adapters.travel.wikipedia import Wikipedia
from core.travel import Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

TOMAR = Point(lat=39.6036, lon=-8.4125)
PART = 50
_REQUIRED = {"action": "query", "format": "json", "formatversion": "2", "generator": "geosearch"}


def page(
    number: int,
    title: str,
    description: str = "",
    lat: float = 39.6036,
    lon: float = -8.4125,
    **more: Any,
) -> dict[str, Any]:
    """An article as it would be whole; `length` is its size in bytes."""
    made: dict[str, Any] = {
        "pageid": number,
        "ns": 0,
        "title": title,
        "index": -1,
        "coordinates": [{"lat": lat, "lon": lon, "primary": True, "globe": "earth"}],
        "pageprops": {"wikibase_item": f"Q{number}"},
        "fullurl": f"https://en.wikipedia.org/wiki/{title.replace(' ', '_')}",
        "length": 9_000,
    }
    return made | ({"description": description} if description else {}) | more


SIGHTS = (
    page(101, "Convent of Christ", "Convent and former Templar fortress in Tomar", 39.6037, -8.4189,
         length=21_000),
    page(102, "Castle of Tomar", "Castle in Tomar, Portugal", 39.6045, -8.4170),
    page(103, "Synagogue of Tomar", "Medieval synagogue in Tomar", 39.6032, -8.4139),
    page(104, "Aqueduct of Pegões", "Aqueduct near Tomar", 39.6100, -8.4500),
    page(105, "Church of Santa Maria do Olival", "Church in Tomar", 39.6009, -8.4073),
    page(106, "Tomar railway station", "Railway station in Portugal", 39.5990, -8.4150),
    page(107, "Tomar", "Municipality in Santarém, Portugal"),
    page(108, "Mata Nacional dos Sete Montes", "Public park in Tomar", 39.6020, -8.4180),
)  # fmt: skip


class Geosearch:
    """GET /w/api.php over `pages`, in parts as the real one gives them."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = list(pages)

    def __call__(self, asked: Asked) -> Says:
        q = asked.query
        for name, value in _REQUIRED.items():
            if q.get(name) != value:
                return error("badvalue", f"Unrecognized value for parameter {name}")
        if "|" not in q.get("ggscoord", ""):
            return error("invalid-coord", "Invalid coordinate provided")
        if int(q["ggsradius"]) > 10_000 or int(q["ggslimit"]) > 500:
            return error("badinteger", "out of range")
        assert q["maxlag"] == "5"
        if not self.pages:
            return Says(200, {"batchcomplete": True})
        begin = int(q.get("cocontinue", "0").rpartition("|")[2])
        listed = []
        pages = self.pages[: int(q["ggslimit"])]
        for n, one in enumerate(pages):
            copy = dict(one)
            if not begin <= n < begin + PART:
                copy.pop("coordinates", None)
            if begin:
                for given in ("description", "pageprops", "fullurl", "length"):
                    copy.pop(given, None)
            listed.append(copy)
        body: dict[str, Any] = {"query": {"pages": listed}}
        if begin + PART < len(pages):
            body["continue"] = {"cocontinue": f"x|{begin + PART}", "continue": "||info"}
        else:
            body["batchcomplete"] = True
        return Says(200, body)


def error(code: str, info: str, **more: Any) -> Says:
    return Says(200, {"error": {"code": code, "info": info, **more}, "servedby": "mw1"})


MAXLAG = Says(
    200,
    {"error": {"code": "maxlag", "info": "Waiting for db1: 7.2 seconds lagged.", "lag": 7.2}},
    {"retry-after": "5"},
)


async def _ask(rig: Rig) -> list[Found]:
    return await Wikipedia(rig.client, rig.url).around(TOMAR)


ROUTE = "GET /w/api.php"

WIRES = [
    Wire(
        name="wikipedia",
        routes={ROUTE: Geosearch(*SIGHTS)},
        ask=_ask,
        empty={ROUTE: Geosearch()},
        nothing=[],
        errors={400: b"<html>Bad request</html>", 429: b"<html>Too many requests</html>"},
        never=KEYLESS,
        wrong=(MAXLAG, error("readonly", "The wiki is read-only"), Says(200, {"query": {}})),
        plain=True,
    )
]
