"""Walking times from an OSRM server: no key, one question a second, OpenStreetMap data.

FOSSGIS chooses the profile by the path before /table (routed-foot); the name after /v1/ is
ignored. router.project-osrm.org answers with car times whatever one asks: such are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.travel import fields
from adapters.travel.foot_routes import Table, cells_of
from adapters.travel.http import ProviderClient
from adapters.travel.openrouteservice import PROBE, said
from core.errors import Unavailable
from core.travel import Point

WHO = "OSRM"
FOSSGIS = "https://routing.openstreetmap.de/routed-foot"
CREDIT = "OSRM, © OpenStreetMap contributors"
FRESH = timedelta(days=90)


class Osrm:
    """Walks between points, one GET for all of them. `base_url` is what stands before /table."""

    def __init__(self, client: ProviderClient, base_url: str = FOSSGIS) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/table/v1/foot"

    async def table(self, points: Sequence[Point]) -> Table:
        """Minutes and km on foot between at most 40 points.

        Raises Unavailable.
        Source: https://project-osrm.org, data © OpenStreetMap contributors, ODbL.
        """
        spots = ";".join(f"{p.lon:.4f},{p.lat:.4f}" for p in points)
        answer = await self._client.get(
            WHO,
            f"{self._url}/{spots}",
            {"annotations": "duration,distance"},
            fresh_for=FRESH,
            keep_for=FRESH,
            check=partial(_check, size=len(points)),
        )
        return Table(cells_of(answer.body, WHO, len(points), "distance"), CREDIT)

    async def probe(self) -> str:
        """One small question to the provider, for the doctor. Raises Unavailable."""
        return said(await self.table(PROBE))


def _check(body: Any, size: int) -> None:
    code = fields.row(body).get("code")
    if code != "Ok":
        raise Unavailable(WHO, f"refused: {fields.text(code, 40)}")
    cells_of(body, WHO, size, "distance")
