"""Sunrise and sunset against almanac times, and the rule that parks are for the light."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.itinerary.build import build
from core.itinerary.verify import verify
from core.itinerary.violations import Kind
from core.sun import daylight
from core.travel import OpenInterval, Point
from core.trips import StopKind
from core.wishes import Pace
from tests.town import days_from, problem, sight


@pytest.mark.parametrize(
    ("lat", "lon", "zone", "day", "rise", "fall"),
    [
        (38.72, -9.14, "Europe/Lisbon", date(2026, 11, 22), "07:24", "17:18"),
        (51.48, 0.0, "Europe/London", date(2027, 6, 21), "04:43", "21:21"),
        (-36.85, 174.76, "Pacific/Auckland", date(2027, 1, 10), "06:12", "20:43"),
        (21.31, -157.86, "Pacific/Honolulu", date(2027, 6, 21), "05:50", "19:16"),
        (35.68, 139.69, "Asia/Tokyo", date(2027, 4, 1), "05:28", "18:02"),
        (0.0, 0.0, "UTC", date(2027, 3, 20), "06:04", "18:11"),
    ],
)
def test_the_sun_rises_and_sets_within_minutes_of_the_almanac(
    lat: float, lon: float, zone: str, day: date, rise: str, fall: str
) -> None:
    found = daylight(Point(lat=lat, lon=lon), day, zone)

    assert found is not None
    for minute, told in zip(found, (rise, fall), strict=True):
        hours, minutes = map(int, told.split(":"))
        assert abs(minute - hours * 60 - minutes) <= 4


@pytest.mark.parametrize("day", [date(2027, 6, 21), date(2027, 12, 21)])
def test_polar_day_and_polar_night_have_no_sunset(day: date) -> None:
    assert daylight(Point(lat=78.2, lon=15.6), day, "Arctic/Longyearbyen") is None


@pytest.mark.parametrize("lon", range(-180, 181, 20))
def test_the_day_of_every_longitude_is_its_own(lon: int) -> None:
    zone = f"Etc/GMT{-round(lon / 15):+d}" if round(lon / 15) else "UTC"
    first = date(2027, 1, 1)
    for n in range(0, 365, 13):
        found = daylight(Point(lat=45, lon=lon), first + timedelta(days=n), zone)

        assert found is not None
        rise, fall = found
        assert 3 * 60 < rise < 9 * 60 and 15 * 60 < fall < 21 * 60


DAYS = days_from(date(2030, 12, 5), 1)
ALWAYS = dict.fromkeys(DAYS, (OpenInterval(start=0, end=1440),))
DUSK = dict.fromkeys(DAYS, (8 * 60, 16 * 60 + 30))


def test_a_park_is_visited_while_it_is_light_and_a_night_view_is_not_moved() -> None:
    park = sight(
        "park", DAYS, category="park", setting="outdoor", indoor=False, hours=ALWAYS, visit_min=120
    )
    view = sight(
        "view", DAYS, category="park", setting="outdoor", indoor=False, hours=ALWAYS,
        best_time=("sunset",),
    )  # fmt: skip
    museums = [sight(f"museum-{n}", DAYS, visit_min=110, rank=1) for n in range(2)]
    asked = problem([park, view, *museums], DAYS, sun=DUSK, pace=Pace.PACKED)

    plan = build(asked, iterations=60)

    assert verify(plan, asked) == []
    ends = {s.title: s.end.hour * 60 + s.end.minute for s in plan.visits()}
    assert ends["Park"] <= DUSK[DAYS[0]][1] + 30
    assert ends["View"] > DUSK[DAYS[0]][1]


def test_a_park_in_the_dark_is_found() -> None:
    park = sight("park", DAYS, category="park", setting="outdoor", indoor=False, hours=ALWAYS)
    asked = problem([park], DAYS, pace=Pace.NORMAL)
    plan = build(asked)
    stop = next(s for s in plan.days[0].stops if s.kind is StopKind.VISIT)
    start = stop.start.hour * 60 + stop.start.minute

    night = replace(asked, sun={DAYS[0]: (start + 60, start + 90)})

    assert Kind.DARK in {v.kind for v in verify(plan, night)}
