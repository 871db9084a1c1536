"""From what was said to what it means: dates inside windows, money for everybody, limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.travel.rates import BuiltInRates
from bot.wiring import rule_reader
from core.errors import Rejected
from core.people import Profile, ProfileFact
from core.reading import ReadingContext
from core.resolving import (
    budget_of,
    check_dates,
    check_party,
    date_options,
    month_of,
    narrow,
    nights_of,
    rates_for,
    with_profile,
    within_window,
)
from core.wishes import Budget, Pace, Party, When, Wish

TODAY = date(2026, 11, 23)  # a Monday
MID_APRIL = When(earliest=date(2027, 4, 10), latest=date(2027, 4, 20), words="mid April")
MAY = When(earliest=date(2027, 5, 1), latest=date(2027, 5, 31), words="May")
Scope = Literal["total", "person", "day", "person_day"]


def loose(window: When, **other: object) -> Wish:
    return Wish(when=window.model_copy(update=other))


def weekdays(spans: list[tuple[date, date]]) -> list[str]:
    return [f"{a:%a}-{b:%a}" for a, b in spans]


# --- dates -------------------------------------------------------------------------------------


def test_exact_dates_are_the_only_option() -> None:
    exact = Wish(when=When(first=date(2027, 4, 15), last=date(2027, 4, 19)))

    assert date_options(exact, TODAY) == [(date(2027, 4, 15), date(2027, 4, 19))]
    assert narrow(exact)


def test_a_start_and_a_length_make_the_end() -> None:
    wish = Wish(when=When(first=date(2027, 4, 15), nights=5))

    assert date_options(wish, TODAY) == [(date(2027, 4, 15), date(2027, 4, 20))]


def test_nothing_said_offers_nothing() -> None:
    assert date_options(Wish(), TODAY) == []
    assert not narrow(Wish())
    assert nights_of(Wish()) == 3


@pytest.mark.parametrize(
    ("nights", "expected"),
    [(1, {"Sat-Sun"}), (2, {"Fri-Sun"}), (3, {"Thu-Sun", "Fri-Mon"}), (7, {"Fri-Fri", "Sat-Sat"})],
)
def test_options_hold_the_weekend(nights: int, expected: set[str]) -> None:
    options = date_options(loose(MAY, nights=nights, weekend=True), TODAY)

    assert len(options) == 3
    assert set(weekdays(options)) <= expected


def test_options_lie_inside_the_window_and_apart_from_each_other() -> None:
    options = date_options(loose(MAY, nights=5), TODAY)

    assert all(a >= date(2027, 5, 1) and b <= date(2027, 5, 31) for a, b in options)
    starts = sorted(a for a, _ in options)
    assert all((b - a).days >= 5 for a, b in pairwise(starts))


def test_a_window_that_has_begun_starts_tomorrow() -> None:
    this_week = When(earliest=date(2026, 11, 16), latest=date(2026, 11, 30), nights=2)

    assert all(a > TODAY for a, _ in date_options(Wish(when=this_week), TODAY))


def test_a_window_that_has_passed_offers_nothing() -> None:
    past = When(earliest=date(2026, 10, 1), latest=date(2026, 10, 31), nights=3)

    assert date_options(Wish(when=past), TODAY) == []


def test_a_window_shorter_than_the_stay_still_starts_in_it() -> None:
    short = When(earliest=date(2027, 5, 1), latest=date(2027, 5, 2), nights=7)

    assert date_options(Wish(when=short), TODAY) == [(date(2027, 5, 1), date(2027, 5, 8))]


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(0, 60),
    st.integers(0, 40) | st.none(),
    st.booleans(),
)
def test_options_are_always_in_the_future_and_as_long_as_said(
    earliest: date, width: int, nights: int | None, weekend: bool
) -> None:
    window = When(
        earliest=earliest,
        latest=earliest + timedelta(days=width),
        nights=nights,
        weekend=weekend,
    )
    for first, last in date_options(Wish(when=window), TODAY):
        assert first > TODAY
        assert (last - first).days == max(1, 3 if nights is None else nights)
        assert window.earliest is not None and window.latest is not None
        assert window.earliest <= first <= window.latest


@pytest.mark.parametrize(("when", "expected"), [(MID_APRIL, True), (MAY, False)])
def test_a_tight_window_needs_no_question(when: When, expected: bool) -> None:
    assert narrow(Wish(when=when)) is expected


@pytest.mark.parametrize(
    ("when", "month"),
    [
        (MID_APRIL, 4),
        (When(first=date(2027, 4, 29), last=date(2027, 5, 9)), 5),
        (When(first=date(2027, 6, 1)), 6),
        (When(earliest=date(2027, 6, 1), latest=date(2027, 8, 31)), 7),
        (When(earliest=date(2027, 1, 1), latest=date(2027, 12, 31)), None),
        (When(nights=3), None),
    ],
)
def test_the_month_of_a_stay_is_its_middle(when: When, month: int | None) -> None:
    assert month_of(Wish(when=when)) == month


# --- weekdays inside a window ------------------------------------------------------------------


def read(text: str) -> When:
    found = rule_reader().read(text, ReadingContext(today=TODAY)).wish.when
    assert found is not None
    return found


def test_from_thursday_to_monday_means_those_of_the_window() -> None:
    found = within_window(read("from thursday to monday"), MID_APRIL)

    assert (found.first, found.last) == (date(2027, 4, 15), date(2027, 4, 19))


@pytest.mark.parametrize("old", [None, When(nights=3), When(first=date(2027, 4, 1))])
def test_without_a_window_the_next_thursday_is_meant(old: When | None) -> None:
    news = read("from thursday to monday")

    assert within_window(news, old) == news
    assert news.first == date(2026, 11, 26)


def test_a_date_with_a_number_is_what_it_says() -> None:
    news = read("Thursday 3 December to Monday 7 December")

    assert within_window(news, MID_APRIL) == news


def test_weekdays_that_lie_in_the_window_already_stay() -> None:
    window = When(earliest=date(2026, 11, 24), latest=date(2026, 12, 4))
    news = read("from thursday to monday")

    assert within_window(news, window) == news


# --- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2027, 4, 19), date(2027, 4, 15), "lies before the first"),
        (date(2026, 11, 22), date(2026, 11, 25), "Sun 22 Nov 2026 is in the past"),
        (date(2027, 1, 1), date(2028, 2, 5), "up to 30 days at a time"),
        (date(2029, 6, 1), date(2029, 6, 5), "more than two years ahead"),
    ],
)
def test_dates_that_cannot_be_planned_get_a_sentence_and_a_way_on(
    first: date, last: date, sentence: str
) -> None:
    with pytest.raises(Rejected, match=sentence) as caught:
        check_dates(first, last, TODAY)

    assert caught.value.reason.endswith(("?", ".", "”."))


def test_the_example_in_the_sentence_is_one_that_is_understood() -> None:
    with pytest.raises(Rejected) as caught:
        check_dates(TODAY - timedelta(days=1), TODAY, TODAY)
    example = caught.value.reason.partition("“")[2].rstrip("”.")
    found = read(example)

    assert (found.first, found.last) == (date(2026, 12, 7), date(2026, 12, 10))


@pytest.mark.parametrize("length", [1, 30])
def test_today_one_day_and_thirty_days_are_fine(length: int) -> None:
    check_dates(TODAY, TODAY + timedelta(days=length - 1), TODAY)


@pytest.mark.parametrize(("adults", "sentence"), [(60, "your group of 60"), (0, "How many people")])
def test_a_party_that_cannot_be_planned_gets_a_sentence(adults: int, sentence: str) -> None:
    with pytest.raises(Rejected, match=sentence):
        check_party(Party(adults=adults))


def test_twenty_people_are_fine() -> None:
    check_party(Party(adults=15, children=(3, 4, 5, 6, 7)))


# --- money -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "amount"),
    [(None, 100), ("total", 100), ("person", 300), ("day", 500), ("person_day", 1_500)],
)
def test_a_budget_is_for_everybody_and_the_whole_trip(scope: Scope | None, amount: int) -> None:
    wish = Wish(
        budget=Budget(amount=Decimal(100), currency="CHF", scope=scope),
        party=Party(adults=2, children=(6,)),
    )
    found = budget_of(wish, "EUR", 5)

    assert found is not None
    assert (found.amount, found.currency) == (Decimal(amount), "CHF")
    assert not found.includes_flights


def test_a_budget_without_a_currency_is_in_the_travellers() -> None:
    found = budget_of(Wish(budget=Budget(amount=Decimal(900), includes_flights=True)), "GBP", 3)

    assert found is not None and (found.currency, found.includes_flights) == ("GBP", True)
    assert budget_of(Wish(), "GBP", 3) is None


async def test_unknown_currencies_are_missing_and_not_one_to_one() -> None:
    found = await rates_for(BuiltInRates(), {"JPY", "XXX", "EUR"}, "EUR")

    assert set(found) == {"EUR", "JPY"}
    assert found["JPY"] == pytest.approx(1 / 176)


# --- the profile -------------------------------------------------------------------------------


def profile(**facts: str) -> Profile:
    said = datetime(2026, 1, 1, tzinfo=UTC)
    return Profile(
        person="telegram:ana",
        facts=tuple(
            ProfileFact(key=key, value=value, origin="told", said_at=said)
            for key, values in facts.items()
            for value in values.split(",")
        ),
    )


def test_the_profile_fills_what_the_wish_leaves_open() -> None:
    full = with_profile(
        Wish(),
        profile(
            likes="food,art",
            diet="vegan",
            pace="relaxed",
            step_free="yes",
            max_flight_hours="3.5 h",
        ),
    )

    assert (full.likes, full.diet) == (("food", "art"), ("vegan",))
    assert (full.pace, full.step_free, full.max_flight_hours) == (Pace.RELAXED, True, 3.5)


def test_what_is_said_for_this_trip_wins() -> None:
    wish = Wish(
        dislikes=("museums",),
        likes=("nightlife",),
        musts=("beaches",),
        pace=Pace.PACKED,
        step_free=False,
        max_flight_hours=9,
    )
    full = with_profile(
        wish,
        profile(
            likes="museums,food",
            dislikes="nightlife,beaches,wine",
            pace="relaxed",
            step_free="yes",
            max_flight_hours="2",
        ),
    )

    assert full.likes == ("nightlife", "food")
    assert full.dislikes == ("museums", "wine")
    assert (full.pace, full.step_free, full.max_flight_hours) == (Pace.PACKED, False, 9)


def test_an_odd_profile_is_left_aside() -> None:
    full = with_profile(Wish(), profile(pace="warp", max_flight_hours="no idea"))

    assert (full.pace, full.max_flight_hours) == (None, None)
