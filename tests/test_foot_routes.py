"""Ways over a map: walks are measured, rides are estimated, and silence changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.travel.foot_routes import MAX_POINTS, FootRoutes, Table, plausible, worth_asking
from adapters.travel.great_circle import GreatCircleRoutes, distance_km
from adapters.travel.openrouteservice import OpenRouteService
from adapters.travel.osrm import Osrm
from core.errors import Unavailable
from core.travel import Leg, Point, Travel
from tests.wire import routing
from tests.wire.rig import Rig, rig_of
from tests.wire.routing import CASTLE, COMERCIO, ISLAND, KEY, ROSSIO, SPOTS
from tests.wire.server import Asked, Says, html_500, silence
from tests.world import World

FAR = Point(lat=38.7975, lon=-9.3904)  # Sintra
OPTIONS = {"ors": "openrouteservice", "osrm": "OSRM"}


@asynccontextmanager
async def ways(kind: str = "ors") -> AsyncIterator[tuple[Rig, FootRoutes]]:
    async with rig_of(routing.ORS | routing.OSRM) as rig:
        ors = OpenRouteService(rig.client, KEY, rig.url)
        osrm = Osrm(rig.client, f"{rig.url}/routed-foot")
        yield rig, FootRoutes(ors if kind == "ors" else osrm)


async def estimated(*points: Point) -> list[list[Leg]]:
    return await GreatCircleRoutes().matrix(points)


@pytest.mark.parametrize("kind", OPTIONS)
async def test_walks_are_the_maps_and_say_so(kind: str) -> None:
    async with ways(kind) as (rig, routes):
        legs = await routes.matrix(SPOTS)

        assert rig.asked == 1
    walk = legs[0][1]
    assert walk.mode == "walk"
    assert walk.source.startswith(OPTIONS[kind])
    assert "OpenStreetMap contributors" in walk.source
    assert walk.km == pytest.approx(distance_km(COMERCIO, CASTLE) * 1.4 + 0.04, abs=0.01)
    assert legs[0][0] == (await estimated(*SPOTS))[0][0]


async def test_what_is_too_far_to_walk_is_an_estimated_ride() -> None:
    async with ways() as (_, routes):
        legs = await routes.matrix([COMERCIO, CASTLE, FAR])

    assert legs[0][1].source
    assert legs[0][2] == (await estimated(COMERCIO, CASTLE, FAR))[0][2]
    assert (legs[0][2].mode, legs[0][2].source) == ("transit", "")


async def test_a_short_line_with_a_long_way_is_ridden() -> None:
    """A river in between: the model would walk, the map knows better."""
    async with rig_of(routing.ORS) as rig:
        routes = FootRoutes(OpenRouteService(rig.client, KEY, rig.url))
        rig.server.serves(
            "POST /v2/matrix/foot-walking",
            lambda asked: Says(200, routing.squares((COMERCIO, CASTLE), detour=3.6)),
        )
        legs = await routes.matrix([COMERCIO, CASTLE])

    [[_, there], _] = legs
    assert (await estimated(COMERCIO, CASTLE))[0][1].mode == "walk"
    assert (there.mode, there.source) == ("transit", "")


async def test_cells_without_a_way_are_filled_by_the_model() -> None:
    async with ways() as (_, routes):
        legs = await routes.matrix([COMERCIO, CASTLE, ISLAND])

    model = await estimated(COMERCIO, CASTLE, ISLAND)
    assert legs[0][2] == model[0][2] and legs[2][1] == model[2][1]
    assert legs[0][1].source


async def test_car_times_are_not_taken_for_walks() -> None:
    """router.project-osrm.org answers with car times whatever one asks."""
    async with rig_of(routing.OSRM) as rig:

        def by_car(asked: Asked) -> Says:
            body = routing.squares(SPOTS)
            fast = [[None if s is None else s / 6 for s in row] for row in body["durations"]]
            return Says(200, {"code": "Ok", "durations": fast, "distances": body["distances"]})

        rig.server.serves("GET /routed-foot/table/v1/foot/{coordinates}", by_car)
        legs = await FootRoutes(Osrm(rig.client, f"{rig.url}/routed-foot")).matrix(SPOTS)

    assert legs == await estimated(*SPOTS)


async def test_a_limit_on_walks_holds_along_the_way() -> None:
    async with ways() as (_, routes):
        legs = await routes.matrix(SPOTS, walk_km=0.9)

    walked = {leg.mode for row in legs for leg in row if leg.km > 0 and leg.source}
    assert walked == {"walk"}
    assert all(leg.km <= 0.9 for row in legs for leg in row if leg.mode == "walk")


@pytest.mark.parametrize("fault", [html_500, silence], ids=["HTML 500", "silence"])
async def test_without_an_answer_everything_is_the_models(fault: Callable[[Says], Says]) -> None:
    async with rig_of(routing.ORS) as rig:
        routes = FootRoutes(OpenRouteService(rig.client, KEY, rig.url), patience_s=0.05)
        rig.server.breaks(fault)

        assert await routes.matrix(SPOTS) == await estimated(*SPOTS)


async def test_when_the_first_map_is_silent_the_second_is_asked() -> None:
    async with rig_of(routing.ORS | routing.OSRM) as rig:
        routes = FootRoutes(
            OpenRouteService(rig.client, "a-wrong-key", rig.url),
            Osrm(rig.client, f"{rig.url}/routed-foot"),
        )
        legs = await routes.matrix(SPOTS)

    assert legs[0][1].source.startswith("OSRM")


async def test_a_town_is_asked_for_once_in_ninety_days_in_whatever_order() -> None:
    async with ways() as (rig, routes):
        await routes.matrix(SPOTS)
        await routes.matrix(SPOTS[::-1])
        await routes.matrix([Point(lat=p.lat + 1e-5, lon=p.lon) for p in SPOTS])
        rig.time.passes(days=89)
        await routes.matrix(SPOTS)

        assert rig.asked == 1
        rig.time.passes(days=2)
        await routes.matrix(SPOTS)
        assert rig.asked == 2


async def test_at_most_forty_points_are_asked_for_and_the_rest_is_the_models() -> None:
    town = [Point(lat=38.75 + n * 0.001, lon=-9.13) for n in range(60)]
    asked: list[int] = []

    class Counting:
        async def table(self, points: Sequence[Point]) -> Table:
            asked.append(len(points))
            whole = routing.squares(points)
            return Table(
                tuple(
                    tuple((s / 60, m / 1000) for s, m in zip(a, b, strict=True))
                    for a, b in zip(whole["durations"], whole["distances"], strict=True)
                ),
                "a map",
            )

    legs = await FootRoutes(Counting()).matrix(town)

    assert asked == [MAX_POINTS]
    assert {leg.source for row in legs for leg in row} == {"", "a map"}
    assert sum(1 for row in legs for leg in row if leg.source) > 300


def test_the_start_of_the_days_is_always_asked_for_and_far_sights_never() -> None:
    crowd = [Point(lat=38.72 + n * 0.0001, lon=-9.14) for n in range(50)]
    chosen = worth_asking([COMERCIO, FAR, *crowd], 2.0)

    assert COMERCIO in chosen and FAR not in chosen
    assert len(chosen) == MAX_POINTS
    assert chosen == worth_asking([COMERCIO, *crowd, FAR], 2.0)


@pytest.mark.parametrize(
    ("minutes", "km", "straight", "believed"),
    [
        (12.0, 0.9, 0.7, True),
        (12.0, 0.4, 0.7, False),  # shorter than a bird flies
        (3.0, 0.9, 0.7, False),  # at a run
        (90.0, 6.5, 0.7, False),  # a point off the map
        (0.5, 0.03, 0.02, True),
        (40.0, 2.9, 1.5, True),
    ],
)
def test_only_what_somebody_can_have_walked_is_believed(
    minutes: float, km: float, straight: float, believed: bool
) -> None:
    assert plausible((minutes, km), straight) is believed


async def test_the_key_goes_bare_and_the_points_lon_first() -> None:
    async with ways() as (rig, routes):
        await routes.matrix([COMERCIO, ROSSIO])
        [asked] = rig.server.asked

    assert asked.headers["authorization"] == KEY
    assert sorted(asked.json["locations"]) == [[-9.1394, 38.7139], [-9.1366, 38.7078]]


async def test_a_probe_says_what_it_saw() -> None:
    async with rig_of(routing.ORS) as rig:
        seen = await OpenRouteService(rig.client, KEY, rig.url).probe()
        with pytest.raises(Unavailable, match="403"):
            await OpenRouteService(rig.client, "wrong", rig.url).probe()

    assert "min on foot" in seen


# --- in a plan ---------------------------------------------------------------------------------


class Hills:
    """Ways of 1.5 times the distance; uphill (to the north) takes half as long again."""

    async def table(self, points: Sequence[Point]) -> Table:
        def cell(a: Point, b: Point) -> tuple[float, float] | None:
            if ISLAND in (a, b):
                return None
            km = 1.5 * distance_km(a, b)
            return km * (21 if b.lat > a.lat else 14), km

        return Table(tuple(tuple(cell(a, b) for b in points) for a in points), "a hilly map")


async def test_a_plan_over_measured_ways_passes_the_check_and_names_the_map(
    tmp_path: Path,
) -> None:
    def dressed(travel: Travel) -> Travel:
        return replace(travel, routes=FootRoutes(Hills()))

    world = World(tmp_path / "caravan.sqlite", dress=dressed)
    await world.opens()
    plan = await world.says("plan lisbon 15 to 18 april 2027 from berlin")
    changed = await world.says("slower")
    await world.closes()

    assert len(plan.days) == 4
    assert "Ways on foot: a hilly map." in plan.text
    assert "What changed" in changed.text
