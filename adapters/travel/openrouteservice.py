"""Walking times from openrouteservice: a free key, 500 matrices a day, OpenStreetMap data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.travel.foot_routes import Table, cells_of
from adapters.travel.http import ProviderClient
from core.travel import Point

WHO = "openrouteservice"
# The old host api.openrouteservice.org was announced off for August 2026.
BASE_URL = "https://api.heigit.org/openrouteservice"
CREDIT = "openrouteservice.org, © OpenStreetMap contributors"
FRESH = timedelta(days=90)


class OpenRouteService:
    """Walks between points, one POST for all of them."""

    def __init__(self, client: ProviderClient, key: str, base_url: str = BASE_URL) -> None:
        self._client = client
        self._headers = {"Authorization": key}  # the bare key: "Bearer" is refused
        self._url = f"{base_url.rstrip('/')}/v2/matrix/foot-walking"

    async def table(self, points: Sequence[Point]) -> Table:
        """Minutes and km on foot between at most 40 points.

        Raises Unavailable.
        Source: https://openrouteservice.org, data © OpenStreetMap contributors, ODbL.
        """
        answer = await self._client.post(
            WHO,
            self._url,
            json={
                "locations": [[p.lon, p.lat] for p in points],
                "metrics": ["duration", "distance"],
                "units": "m",
            },
            headers=self._headers,
            fresh_for=FRESH,
            keep_for=FRESH,
            check=partial(_check, size=len(points)),
        )
        cells = cells_of(answer.body, WHO, len(points), "snapped_distance")
        return Table(cells, CREDIT)

    async def probe(self) -> str:
        """One small question to the provider, for the doctor. Raises Unavailable."""
        return said(await self.table(PROBE))


PROBE = (Point(lat=38.7078, lon=-9.1366), Point(lat=38.7139, lon=-9.1334))


def said(table: Table) -> str:
    """What the doctor saw: the walk between two squares in Lisbon."""
    cell = table.cells[0][1]
    return f"{cell[0]:.0f} min on foot, {cell[1]:.1f} km in Lisbon" if cell else "no way found"


def _check(body: Any, size: int) -> None:
    cells_of(body, WHO, size, "snapped_distance")
