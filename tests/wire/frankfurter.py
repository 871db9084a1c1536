"""Frankfurter, written from its OpenAPI: version 2 is a list of rows, version 1 an object.

The rows of one answer may be of different days; the identity row is in it; 404 and 422 have a
`message`. A currency that only version 2 has is missing in version 1.
"""

from __future__ import annotations

from datetime import timedelta

from adapters.travel.frankfurter import FrankfurterRates
from core.travel import Rate
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

PER_EUR = {"EUR": 1.0, "GBP": 0.8712, "JPY": 176.21, "USD": 1.1568, "KWD": 0.35512, "MAD": 10.71}
FRIDAY, THURSDAY = "2026-11-20", "2026-11-19"
ECB = ("GBP", "JPY", "USD")


def v2(asked: Asked) -> Says:
    """GET /v2/rates"""
    if unknown := set(asked.query) - {"base", "quotes", "date", "from", "to", "group"}:
        return Says(422, {"message": f"unknown parameter: {unknown.pop()}"})
    if asked.query.get("base", "EUR") not in PER_EUR:
        return Says(404, {"message": "not found"})
    assert asked.query.get("base") == "EUR"
    wanted = asked.query.get("quotes", ",".join(PER_EUR)).split(",")
    rows = [
        {"date": THURSDAY if c == "MAD" else FRIDAY, "base": "EUR", "quote": c, "rate": PER_EUR[c]}
        for c in wanted
    ]
    return Says(200, rows)


def v1(asked: Asked) -> Says:
    """GET /v1/latest: European Central Bank only, the base is not among the rates."""
    if unknown := set(asked.query) - {"base", "symbols"}:
        return Says(422, {"message": f"unknown parameter: {unknown.pop()}"})
    rates = {c: PER_EUR[c] for c in ECB}
    return Says(200, {"amount": 1.0, "base": "EUR", "date": FRIDAY, "rates": rates})


def port(rig: Rig) -> FrankfurterRates:
    return FrankfurterRates(rig.client, rig.url)


async def _ask(rig: Rig) -> Rate:
    return await port(rig).rate("USD", "JPY")


def _none(asked: Asked) -> Says:
    return Says(200, [] if "v2" in asked.path else {"amount": 1.0, "base": "EUR", "rates": {}})


ROUTES = {"GET /v2/rates": v2, "GET /v1/latest": v1}

WIRES = [
    Wire(
        name="frankfurter",
        routes=ROUTES,
        ask=_ask,
        empty=dict.fromkeys(ROUTES, _none),
        never=KEYLESS,
        errors={
            400: {"message": "bad request"},
            404: {"message": "not found"},
            422: {"message": "invalid date"},
            429: {"message": "too many requests"},
            503: {"message": "narrow the request"},
        },
        wrong=(
            Says(200, {"message": "not found"}),
            Says(200, [{"date": "tomorrow", "base": "EUR", "quote": "USD", "rate": 1.1}]),
            Says(200, [{"date": FRIDAY, "base": "USD", "quote": "EUR", "rate": 0.9}]),
            Says(200, {"amount": 1.0, "base": "EUR", "date": FRIDAY, "rates": {"USD": "1.1"}}),
        ),
        stale_after=timedelta(hours=12),
    )
]
