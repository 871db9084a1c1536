"""Every destination of the atlas gives a plan that the verifier passes, in every season and pace.

All combinations of length, season and pace for each destination, half of them with flights; the
days of the month and so the weekdays rotate. One seed, insertion without search.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from adapters.travel.atlas.opening import hours
from adapters.travel.atlas.schema import DestinationFile
from adapters.travel.atlas.sources import destination_files, read_destination
from core.itinerary.build import build
from core.itinerary.problem import Problem
from core.itinerary.verify import verify
from core.sun import daylight
from core.travel import Money, OpenInterval, Point, Sight
from core.wishes import Pace
from tests.town import SOURCE, destination, legs, local

LENGTHS, MONTHS = (1, 3, 5, 7), (1, 4, 7, 10)
FILES = {file.name.removesuffix(".yaml"): file for file in destination_files()}


@cache
def read(slug: str) -> DestinationFile:
    return read_destination(FILES[slug])


def sights_of(file: DestinationFile, days: tuple[date, ...]) -> dict[str, Sight]:
    found = {}
    for poi in file.pois:
        opening = hours(file, poi, days[0], days[-1])
        ticket = poi.ticket
        found[f"{file.id}/{poi.id}"] = Sight(
            source=SOURCE,
            id=f"{file.id}/{poi.id}",
            name=poi.name.en,
            point=Point(lat=poi.point.lat, lon=poi.point.lon),
            category=poi.category,
            indoor=poi.setting == "indoor",
            setting=poi.setting,
            rank=poi.rank,
            visit_min=poi.visit_min,
            hours=None
            if opening is None
            else {
                day: tuple(OpenInterval(start=a, end=b) for a, b in opening.get(day, ()))
                for day in days
            },
            hours_confidence=poi.opening_confidence,
            ticket=Money(amount=Decimal(str(ticket.adult)), currency=ticket.currency)
            if ticket
            else None,
            best_time=poi.best_time,
            area=poi.area or "",
            tags=poi.tags,
        )
    return found


def problem_of(
    slug: str, first: date, length: int, pace: Pace, *, flights: bool = False
) -> Problem:
    file = read(slug)
    days = tuple(first + timedelta(days=n) for n in range(length))
    center = Point(lat=file.center.lat, lon=file.center.lon)
    sights = sights_of(file, days)
    return Problem(
        destination=destination(
            id=file.id,
            name=file.name.en,
            country=file.country,
            center=center,
            timezone=file.timezone,
            currency=file.cost.currency,
            meal_mid=Decimal(str(file.cost.meal_mid)),
        ),
        days=days,
        sights=sights,
        legs=legs(sights, center),
        anchor=center,
        pace=pace,
        adults=2,
        sun={day: sun for day in days if (sun := daylight(center, day, file.timezone))},
        landing=local(days[0], 12, zone=file.timezone) if flights and length > 1 else None,
        takeoff=local(days[-1], 18, zone=file.timezone) if flights and length > 1 else None,
        transfer_min=file.airports[0].transfer_min,
    )


@pytest.mark.parametrize("slug", sorted(FILES))
def test_every_length_season_and_pace_gives_a_verified_plan(slug: str) -> None:
    turn = sorted(FILES).index(slug)
    combinations = [(a, b, c) for a in LENGTHS for b in MONTHS for c in Pace]
    for n, (length, month, pace) in enumerate(combinations):
        first = date(2031, month, 3 + (turn + n) % 24)
        problem = problem_of(slug, first, length, pace, flights=(n + turn) % 2 == 0)

        plan = build(problem, iterations=0)

        assert verify(plan, problem) == []
        assert plan.visits(), f"{slug}: nothing to see in {length} days from {first}"


def test_most_outdoor_stops_have_something_indoors_for_a_wet_day() -> None:
    outdoor = [
        stop
        for slug in sorted(FILES)
        for stop in build(
            problem_of(slug, date(2031, 4, 14), 3, Pace.NORMAL), iterations=0
        ).visits()
        if not stop.indoor
    ]

    assert sum(bool(s.swap_sight_id) for s in outdoor) >= 0.75 * len(outdoor)
