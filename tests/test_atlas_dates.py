"""Opening hours, public holidays and annual events on real dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapters.travel.atlas import events, opening, sources
from adapters.travel.atlas.events import dates_in
from adapters.travel.atlas.holidays import holidays_known, public_holidays
from adapters.travel.atlas.schema import AnnualEvent, DestinationFile


@pytest.fixture(scope="module")
def lisbon() -> DestinationFile:
    [file] = [file for file in sources.destination_files() if file.name == "lisbon.yaml"]
    return sources.read_destination(file)


# Opening hours.


def _hours(lisbon: DestinationFile, text: str | None, day: str, **changes: Any) -> Any:
    poi = lisbon.pois[0].model_copy(update={"opening": text, "closed_on": (), **changes})
    on = date.fromisoformat(day)
    hours = opening.hours(lisbon, poi, on, on)
    return hours if hours is None else hours[on]


def test_hours_of_a_plain_day_are_minutes_after_midnight(lisbon: DestinationFile) -> None:
    assert _hours(lisbon, "Tu-Su 10:00-13:00,14:00-17:30", "2027-05-04") == (
        (600, 780),
        (840, 1050),
    )


def test_a_closed_day_has_no_hours(lisbon: DestinationFile) -> None:
    assert _hours(lisbon, "Tu-Su 10:00-17:30", "2027-05-03") == ()


def test_unknown_hours_are_none_and_not_closed(lisbon: DestinationFile) -> None:
    assert _hours(lisbon, None, "2027-05-04") is None
    assert _hours(lisbon, "when the owner is in", "2027-05-04") is None


def test_a_bar_that_closes_after_midnight_is_open_on_the_evening_only(
    lisbon: DestinationFile,
) -> None:
    assert _hours(lisbon, "Fr,Sa 22:00-04:00", "2027-05-07") == ((1320, 1680),)
    assert _hours(lisbon, "Fr,Sa 22:00-04:00", "2027-05-09") == ()


def test_always_open_fills_each_day_by_itself(lisbon: DestinationFile) -> None:
    assert _hours(lisbon, "24/7", "2027-05-04") == ((0, 1440),)


def test_sunset_is_that_of_the_place_and_the_season(lisbon: DestinationFile) -> None:
    [(summer_start, summer_end)] = _hours(lisbon, "sunrise-sunset", "2027-06-21")
    [(winter_start, winter_end)] = _hours(lisbon, "sunrise-sunset", "2027-12-21")

    assert (summer_start, summer_end) == pytest.approx((6 * 60 + 11, 21 * 60 + 5), abs=5)
    assert (winter_start, winter_end) == pytest.approx((7 * 60 + 51, 17 * 60 + 18), abs=5)


def test_the_day_the_clocks_change_keeps_the_hours_on_the_door(lisbon: DestinationFile) -> None:
    assert _hours(lisbon, "10:00-18:00", "2027-03-28") == ((600, 1080),)
    assert _hours(lisbon, "24/7", "2027-03-28") == ((0, 1440),)


@pytest.mark.parametrize(
    ("text", "closed_on"), [("10:00-18:00; PH off", ()), ("10:00-18:00", ("public_holidays",))]
)
def test_a_public_holiday_closes_a_sight_that_says_so(
    text: str, closed_on: tuple[str, ...], lisbon: DestinationFile
) -> None:
    """2027-03-26 is Good Friday, a public holiday in Portugal."""
    assert _hours(lisbon, text, "2027-03-26", closed_on=closed_on) == ()
    assert _hours(lisbon, text, "2027-03-25", closed_on=closed_on) == ((600, 1080),)


def test_a_feast_by_the_moon_closes_too(lisbon: DestinationFile) -> None:
    """2027-03-10 is the second day of the Ramadan feast in Türkiye."""
    istanbul = lisbon.model_copy(update={"country": "TR", "timezone": "Europe/Istanbul"})

    assert _hours(istanbul, "10:00-18:00; PH off", "2027-03-10") == ()
    assert _hours(istanbul, "10:00-18:00; PH off", "2027-03-17") == ((600, 1080),)


def test_a_span_has_every_day_once(lisbon: DestinationFile) -> None:
    hours = opening.hours(lisbon, lisbon.pois[0], date(2027, 12, 30), date(2028, 1, 2))

    assert hours is not None
    assert [str(day) for day in hours] == ["2027-12-30", "2027-12-31", "2028-01-01", "2028-01-02"]


# Holidays and events.


def test_portugal_has_thirteen_public_holidays_in_2027() -> None:
    holidays = public_holidays("PT", date(2027, 1, 1), date(2027, 12, 31))

    assert len(holidays) == 13
    assert {"2027-03-26", "2027-04-25", "2027-12-25"} <= {str(each.day) for each in holidays}
    assert "Good Friday" in {each.name for each in holidays}


def test_a_date_that_hangs_on_the_moon_is_marked_as_estimated() -> None:
    holidays = public_holidays("AE", date(2027, 1, 1), date(2027, 12, 31))

    assert any(each.estimated and "(estimated)" in each.name for each in holidays)


def test_a_country_without_known_holidays_says_so() -> None:
    assert holidays_known("PT")
    assert not holidays_known("XX")
    assert public_holidays("XX", date(2027, 1, 1), date(2027, 12, 31)) == []


def _event(rule: dict[str, Any], days: int = 1) -> AnnualEvent:
    return AnnualEvent.model_validate({"id": "feast", "name": "Feast", "rule": rule, "days": days})


@pytest.mark.parametrize(
    ("rule", "year", "first_day"),
    [
        ({"type": "fixed", "month": 6, "day": 12}, 2027, "2027-06-12"),
        ({"type": "fixed", "month": 2, "day": 29}, 2027, None),
        ({"type": "fixed", "month": 2, "day": 29}, 2028, "2028-02-29"),
        ({"type": "nth_weekday", "month": 11, "weekday": 3, "n": 4}, 2027, "2027-11-25"),
        ({"type": "nth_weekday", "month": 5, "weekday": "Mo", "n": -1}, 2027, "2027-05-31"),
        ({"type": "nth_weekday", "month": 5, "weekday": "Tu", "n": 5}, 2027, None),
        (
            {"type": "nth_weekday", "month": 10, "weekday": 6, "n": 1, "plus_days": -15},
            2027,
            "2027-09-18",
        ),
        ({"type": "easter_offset", "days": -47}, 2027, "2027-02-09"),
        ({"type": "easter_offset", "days": 0, "church": "orthodox"}, 2027, "2027-05-02"),
        ({"type": "lunar_table", "dates": {2027: "02-06"}}, 2027, "2027-02-06"),
        ({"type": "lunar_table", "dates": {2027: "02-06"}}, 2031, None),
    ],
)
def test_a_rule_gives_the_day_of_a_year(
    rule: dict[str, Any], year: int, first_day: str | None
) -> None:
    occurrence = dates_in(_event(rule), year)

    assert (occurrence and str(occurrence.first_day)) == first_day


def test_an_announced_event_is_only_known_to_be_in_its_month() -> None:
    occurrence = dates_in(_event({"type": "announced", "month": 2}), 2027)

    assert occurrence is not None
    assert (str(occurrence.first_day), str(occurrence.last_day)) == ("2027-02-01", "2027-02-28")
    assert not occurrence.certain


def test_an_event_over_new_year_is_found_in_january() -> None:
    market = _event({"type": "fixed", "month": 12, "day": 28}, days=10)

    [found] = events.between((market,), date(2028, 1, 5), date(2028, 1, 8))

    assert str(found.first_day) == "2027-12-28"
    assert events.between((market,), date(2028, 1, 7), date(2028, 1, 8)) == []
