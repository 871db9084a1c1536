"""Overpass: a form with a query, HTML for refusals, and a `remark` in a 200 that is not whole."""

from __future__ import annotations

import re
from typing import Any

from adapters.travel.found import Found
from adapters.travel.overpass import Overpass
from core.travel import Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import HTML, Asked, Says

TOMAR = Point(lat=39.6036, lon=-8.4125)

ELEMENTS: tuple[dict[str, Any], ...] = (
    {
        "type": "way",
        "id": 2,
        "center": {"lat": 39.6038, "lon": -8.4190},
        "tags": {
            "name": "Convento de Cristo",
            "name:en": "Convent of Christ",
            "historic": "castle",
            "wikidata": "Q101",
            "opening_hours": "09:00-17:30; Jan 1 off",
            "fee": "yes",
        },
    },
    {
        "type": "node",
        "id": 3,
        "lat": 39.6032,
        "lon": -8.4139,
        "tags": {
            "name": "Synagogue of Tomar",
            "tourism": "museum",
            "opening_hours": "Tu-Su 10:00-18:00",
        },
    },
    {
        "type": "node",
        "id": 4,
        "lat": 39.6060,
        "lon": -8.4110,
        "tags": {"name": "Museu dos Fósforos", "tourism": "museum", "fee": "no"},
    },
    {"type": "node", "id": 5, "lat": 39.6, "lon": -8.41, "tags": {"tourism": "viewpoint"}},
)


def interpreter(asked: Asked) -> Says:
    """POST /api/interpreter"""
    query = asked.form.get("data", "")
    if "form-urlencoded" not in asked.headers.get("content-type", ""):
        return _page(400, "no data")
    balanced = query.count("(") == query.count(")") and query.count("[") == query.count("]")
    if not re.match(r"\[out:json\]\[timeout:\d+\];", query) or not balanced:
        return _page(400, "parse error")
    return whole(*(ELEMENTS if "around:6000,39.6036,-8.4125" in query else ()))


def whole(*elements: dict[str, Any], **more: Any) -> Says:
    head = {"version": 0.6, "generator": "Overpass API 0.7.62", "osm3s": {"copyright": "ODbL."}}
    return Says(200, head | {"elements": list(elements)} | more)


def _page(status: int, text: str) -> Says:
    return Says(status, f"<html><body><p>{text}</p></body></html>".encode(), HTML)


REMARK = 'runtime error: Query timed out in "query" at line 3 after 26 seconds.'


async def _ask(rig: Rig) -> list[Found]:
    return await Overpass(rig.client, rig.url).around(TOMAR)


ROUTE = "POST /api/interpreter"

WIRES = [
    Wire(
        name="overpass",
        routes={ROUTE: interpreter},
        ask=_ask,
        empty={ROUTE: lambda asked: whole()},
        nothing=[],
        errors=dict.fromkeys((400, 406, 429, 504), b"<html>refused</html>"),
        wrong=(whole(*ELEMENTS[:1], remark=REMARK), Says(200, {"version": 0.6})),
        never=KEYLESS,
        tries=1,
        plain=True,
    )
]
