"""The travel model without a map: plain numbers that anybody can check."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from adapters.travel.great_circle import GreatCircleRoutes, distance_km, leg, matrix
from core.travel import Confidence, Point, Routes

LISBON, PORTO = Point(lat=38.7223, lon=-9.1393), Point(lat=41.1579, lon=-8.6291)


def test_lisbon_to_porto_is_274_km() -> None:
    assert distance_km(LISBON, PORTO) == pytest.approx(274, abs=1)


@pytest.mark.parametrize(
    ("km", "minutes", "mode"),
    [
        (0.0, 0, "walk"),
        (0.1, 3, "walk"),  # at least
        (1.0, 18, "walk"),  # 1.3 km at 4.5 km/h
        (1.6, 17, "transit"),  # 2.08 km: 10 min, then 18 km/h
        (9.0, 49, "transit"),
        (11.5, 60, "transit"),  # 14.95 km
        (12.0, 44, "transit"),  # 15.6 km, by faster trains: 12 min, then 30 km/h
        (22.0, 70, "transit"),
        (46.0, 132, "transit"),
        (48.0, 69, "drive"),  # 62.4 km: 15 min, then 70 km/h
    ],
)
def test_minutes_and_mode_by_distance(km: float, minutes: int, mode: str) -> None:
    found = leg(km)

    assert (found.minutes, found.mode) == (minutes, mode)


def test_farther_never_takes_less_time_by_the_same_means() -> None:
    """At 2, 15 and 60 km the next means takes over, and is faster."""
    legs = [leg(km / 10) for km in range(1500)]

    shorter = [b.km for a, b in pairwise(legs) if b.minutes < a.minutes]
    assert [round(km) for km in shorter] == [2, 15, 60]


async def test_the_matrix_is_square_symmetric_and_empty_on_its_diagonal() -> None:
    rng = Random(3)
    points = [Point(lat=38 + rng.random(), lon=-9 + rng.random()) for _ in range(12)]
    routes: Routes = GreatCircleRoutes()

    rows = await routes.matrix(points)

    assert [len(row) for row in rows] == [12] * 12
    assert all(rows[i][i].minutes == 0 for i in range(12))
    assert all(rows[i][j] == rows[j][i] for i in range(12) for j in range(12))
    for i in range(12):
        for j in range(12):
            straight = leg(distance_km(points[i], points[j]))
            assert abs(rows[i][j].minutes - straight.minutes) <= 1


def test_points_on_both_sides_of_the_date_line_are_near() -> None:
    [[_, found], _] = matrix([Point(lat=-17, lon=179.99), Point(lat=-17, lon=-179.99)])

    assert found.km < 5


def test_the_model_calls_itself_an_estimate() -> None:
    assert GreatCircleRoutes.confidence is Confidence.ESTIMATE
