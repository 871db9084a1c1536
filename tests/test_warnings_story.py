"""Warnings in the chat: asked for, in a plan, and never "none" when somebody was not heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.travel import Alert, AlertReport, Confidence, Destination, Severity, Source
from tests.world import START, World

SOON = "Plan 3 days in Lisbon from 25 November"


class FakeAlerts:
    """An Alerts port that reports what the story wants."""

    def __init__(self) -> None:
        self.report = AlertReport(checked=("MeteoAlarm", "GDACS"))
        self.asked: list[tuple[str, date, date]] = []

    async def active(
        self, destination: Destination, first: date, last: date, language: str = "en"
    ) -> AlertReport:
        self.asked.append((destination.id, first, last))
        return self.report

    def says(self, *alerts: Alert, **more: Any) -> None:
        self.report = self.report.model_copy(update={"alerts": alerts, **more})


def wind(**said: Any) -> Alert:
    source = Source(
        name="MeteoAlarm",
        url="https://meteoalarm.org/",
        fetched_at=START,
        confidence=Confidence.LIVE,
    )
    values: dict[str, Any] = {
        "source": source,
        "id": "1",
        "event": "Orange *wind* warning",
        "severity": Severity.SEVERE,
        "onset": datetime(2026, 11, 25, 18, tzinfo=UTC),
        "ends": datetime(2026, 11, 26, 5, tzinfo=UTC),
        "headline": "Gusts up to 95 km/h on the coast",
        "area": "Lisboa",
        "official": True,
        "instruction": "Stay away from the sea.",
        "link": "https://www.ipma.pt/en/",
    }
    return Alert.model_validate(values | said)


@pytest.fixture
async def coast(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which warnings can be asked for."""
    world = World(tmp_path / "caravan.sqlite", alerts=FakeAlerts())
    await world.opens()
    yield world
    await world.closes()


def issuers(world: World) -> FakeAlerts:
    assert isinstance(world.alerts, FakeAlerts)
    return world.alerts


async def test_a_warning_is_told_with_its_time_there_its_area_and_what_to_do(coast: World) -> None:
    issuers(coast).says(wind())
    answer = await coast.says("any weather warnings in Lisbon?")

    assert (
        "Orange \\*wind\\* warning** (Severe), Wed 25 Nov 18:00 – Thu 26 Nov 05:00" in answer.text
    )
    assert "Gusts up to 95 km/h on the coast. Stay away from the sea." in answer.text
    assert "[More](https://www.ipma.pt/en/)" in answer.text
    assert "[MeteoAlarm](https://meteoalarm.org/)" in answer.text


async def test_no_warning_names_who_was_asked(coast: World) -> None:
    answer = await coast.says("any weather warnings in Lisbon?")

    assert "None is in force: I asked MeteoAlarm and GDACS." in answer.text


async def test_nobody_says_none_when_somebody_was_not_heard(coast: World) -> None:
    issuers(coast).says(silent=("MeteoAlarm",), checked=("GDACS",))
    answer = await coast.says("any weather warnings in Lisbon?")

    assert "None is in force" not in answer.text
    assert "I have no warning from GDACS, but I cannot say that there is none." in answer.text
    assert "MeteoAlarm did not answer" in answer.text


async def test_what_we_make_of_the_forecast_is_not_called_official(coast: World) -> None:
    ours = wind(
        official=False,
        event="Strong gusts",
        headline="Gusts up to 80 km/h (from the forecast, not an official warning)",
        severity=Severity.MODERATE,
    )
    issuers(coast).says(ours)
    answer = await coast.says("any weather warnings in Lisbon?")

    assert "**Strong gusts**, Wed 25 Nov" in answer.text
    assert "not an official warning" in answer.text
    assert "Moderate" not in answer.text


async def test_a_plan_for_this_week_carries_the_grave_warnings(coast: World) -> None:
    yellow = wind(id="2", severity=Severity.MODERATE, event="Yellow rain warning")
    issuers(coast).says(wind(), yellow, silent=("the US National Weather Service",))
    answer = await coast.says(SOON)

    assert "Official warning for Lisbon: Orange wind warning (Severe), Wed 25 Nov" in answer.text
    assert "Yellow rain warning" not in answer.text
    assert (
        "The US National Weather Service did not answer, so this is missing: weather warnings."
        in answer.text
    )
    assert issuers(coast).asked == [("lisbon", date(2026, 11, 25), date(2026, 11, 27))]


async def test_nobody_is_asked_about_a_trip_in_spring(coast: World) -> None:
    await coast.says("Plan 3 days in Lisbon from 15 April 2027")
    answer = await coast.says("any weather warnings?")

    assert issuers(coast).asked == []
    assert "too far ahead for warnings" in answer.text


async def test_without_a_source_of_warnings_that_is_said(world: World) -> None:
    answer = await world.says("any weather warnings in Lisbon?")

    assert "I cannot ask for warnings here" in answer.text
