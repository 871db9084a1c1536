"""What providers write is read with doubt: of the wrong kind, age or size it is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from adapters.travel import fields

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23 10:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T10:00:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("9999-12-31T23:59:59-05:00", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("yesterday", None),
        (1_764_000_000, None),
        (None, None),
    ],
)
def test_a_moment_has_a_zone_and_is_of_this_age(value: object, expected: datetime | None) -> None:
    assert fields.moment(value, MADRID) == expected


def test_a_moment_without_any_zone_is_none() -> None:
    assert fields.moment("2026-11-23T10:00:00") is None


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "23.11.2026", 20261123, None])
def test_a_day_of_another_age_is_none(value: object) -> None:
    assert fields.day(value) is None
    assert fields.day("2026-11-23") == date(2026, 11, 23)


@pytest.mark.parametrize(
    "value", ["nan", "inf", "1e999", float("nan"), 10**400, True, [1], None, "12 mm", 61, -91]
)
def test_a_number_that_is_none_or_out_of_range_is_missing(value: object) -> None:
    assert fields.number(value, -90, 60) is None
    assert fields.number("17.5", -90, 60) == 17.5


@pytest.mark.parametrize("value", ["nan", "-1", "1e30", "sNaN", "", "12,50", False, None])
def test_money_that_is_no_sum_is_missing(value: object) -> None:
    assert fields.amount(value) is None
    assert fields.amount("812.40") == Decimal("812.40")


@pytest.mark.parametrize("value", ["eur", "EURO", "E1R", "ÄÖÜ", "€", 978, None])
def test_a_currency_is_three_capital_letters(value: object) -> None:
    assert fields.currency(value) == ""
    assert fields.currency("EUR") == "EUR"


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, 0), (91, 0), (10, 181), ("x", 1), (None, None), (float("nan"), 1)]
)
def test_a_point_off_the_earth_is_none(lat: object, lon: object) -> None:
    assert fields.point(lat, lon) is None


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "https://a.example/a b", "https://a.example/)", "//a.example", 1, ""],
)
def test_an_address_that_would_break_a_link_is_none(value: object) -> None:
    assert fields.link(value) == ""
