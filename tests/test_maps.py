"""Map links: each is taken apart again and leads where it should; long days are split."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.maps import MAX_WAYPOINTS, leg_links, point_links, route_links
from core.travel import Point
from tests.world import World

BELEM = Point(lat=38.69158, lon=-9.21598)
COMERCIO = Point(lat=38.7078, lon=-9.1366)
ODD = "Café “Ä&B” (100 % #1) / 東京|x=y?"
POINTS = st.builds(
    Point,
    lat=st.floats(-85, 85, allow_nan=False),
    lon=st.floats(-180, 180, allow_nan=False),
)


def query(url: str) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def at(text: str) -> tuple[float, float]:
    lat, lon = text.split(",")
    return float(lat), float(lon)


@given(POINTS, st.text(max_size=60).map(str.strip))
def test_every_point_link_leads_back_to_its_point_and_name(point: Point, title: str) -> None:
    links = dict(point_links(point, title))
    spot = pytest.approx((point.lat, point.lon), abs=6e-6)

    osm = query(links["OpenStreetMap"])
    assert (float(osm["mlat"]), float(osm["mlon"])) == spot
    assert links["OpenStreetMap"].endswith(f"#map=17/{osm['mlat']}/{osm['mlon']}")
    assert at(query(links["Google Maps"])["query"]) == spot
    apple = query(links["Apple Maps"])
    assert at(apple["ll"]) == spot and (apple["q"] == title or not title)
    phone = links["Phone"].removeprefix("geo:")
    assert at(phone.partition("?")[0]) == spot
    if title:
        label = phone.partition("q=")[2].partition("(")[2].removesuffix(")")
        assert unquote(label) == title
    assert all(url.isascii() and " " not in url and "|" not in url for url in links.values())


def test_a_difficult_name_survives() -> None:
    assert query(dict(point_links(BELEM, ODD))["Apple Maps"])["q"] == ODD


@pytest.mark.parametrize(
    ("mode", "google", "apple", "osm"),
    [
        ("walk", "walking", "w", "fossgis_osrm_foot"),
        ("transit", "transit", "r", "fossgis_osrm_foot"),
        ("drive", "driving", "d", "fossgis_osrm_car"),
    ],
)
def test_a_leg_is_shown_in_its_mode(mode: str, google: str, apple: str, osm: str) -> None:
    links = {label: query(url) for label, url in leg_links(COMERCIO, BELEM, mode)}

    assert links["Google Maps"] == {
        "api": "1",
        "origin": "38.70780,-9.13660",
        "destination": "38.69158,-9.21598",
        "travelmode": google,
    }
    assert links["Apple Maps"]["dirflg"] == apple
    assert links["OpenStreetMap"] == {
        "engine": osm,
        "route": "38.70780,-9.13660;38.69158,-9.21598",
    }


@given(st.lists(POINTS, min_size=2, max_size=60))
def test_a_days_route_passes_every_point_once_in_order_in_parts_google_takes(
    points: list[Point],
) -> None:
    links = route_links(points)
    passed: list[str] = []
    for _, url in links:
        part = query(url)
        between = part["waypoints"].split("|") if "waypoints" in part else []
        assert len(between) <= MAX_WAYPOINTS and "|" not in url
        if passed:
            assert part["origin"] == passed[-1]  # each begins where the one before it ended
        passed += [*([] if passed else [part["origin"]]), *between, part["destination"]]

    wanted = [f"{p.lat:.5f},{p.lon:.5f}" for p in points]
    distinct = [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]
    assert passed == ([f"{p.lat:.5f},{p.lon:.5f}" for p in distinct] if len(distinct) > 1 else [])
    assert set(passed) <= set(wanted)


def test_a_short_day_is_one_link_and_no_way_is_none() -> None:
    assert [label for label, _ in route_links([COMERCIO, BELEM, COMERCIO])] == ["Google Maps"]
    assert route_links([]) == route_links([BELEM]) == route_links([BELEM, BELEM]) == ()


def test_a_day_of_twelve_stops_is_two_links_with_numbers() -> None:
    points = [Point(lat=38.7 + n / 1000, lon=-9.1) for n in range(13)]

    assert [label for label, _ in route_links(points)] == [
        "Google Maps, part 1",
        "Google Maps, part 2",
    ]


# --- in the chat -------------------------------------------------------------------------------


async def test_a_day_and_a_stop_of_the_plan_are_on_maps(world: World) -> None:
    plan = await world.says("plan lisbon 15 to 17 april 2027 from berlin")
    day = await world.says("show me day 2 on a map")
    whole = await world.says("open the plan in google maps")

    assert plan.days
    assert "- Day 2, Fri 16 Apr: [Google Maps](https://www.google.com/maps/dir/?api=1" in day.text
    assert "Day 1" not in day.text
    assert whole.text.count("https://www.google.com/maps/dir/") >= 3


async def test_a_map_without_a_plan_gets_a_way_on(world: World) -> None:
    answer = await world.says("open the plan in google maps")

    assert "There is no plan yet" in answer.text
