"""Exchange rates: live from Frankfurter, else rough, dated, and never made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision, list_currencies

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.rates import BuiltInRates, RatesInOrder, _table
from core import words
from core.errors import Unavailable
from core.travel import Confidence
from tests.wire import frankfurter as wire
from tests.wire.rig import Rig, rig_of
from tests.wire.server import html_500, refuses, silence


async def test_a_rate_says_its_day_and_that_it_is_an_estimate() -> None:
    rate = await BuiltInRates().rate("EUR", "JPY")

    assert (rate.base, rate.quote, rate.rate) == ("EUR", "JPY", Decimal(176))
    assert rate.source.confidence is Confidence.ESTIMATE
    assert rate.day == rate.source.fetched_at.date() >= date(2026, 1, 1)


@pytest.mark.parametrize("currency", sorted(_table()[2]))
async def test_there_and_back_is_the_same_money(currency: str) -> None:
    there = await BuiltInRates().rate("USD", currency)
    back = await BuiltInRates().rate(currency, "USD")

    assert there.rate > 0
    assert there.rate * back.rate == pytest.approx(1)
    assert (await BuiltInRates().rate(currency, currency)).rate == 1


@pytest.mark.parametrize(("base", "quote"), [("EUR", "XXX"), ("XXX", "EUR"), ("eur", "USD")])
async def test_an_unknown_currency_is_unavailable_and_named(base: str, quote: str) -> None:
    with pytest.raises(Unavailable, match=r"no rate for (XXX|eur)"):
        await BuiltInRates().rate(base, quote)


# Official and street rates are far apart, or the money halves within months.
SEVERAL_RATES = set("IRR KPW MMK SDG SSP SYP VES YER".split())


def test_every_currency_of_the_atlas_has_a_rate() -> None:
    atlas = Atlas.load()
    used = {d.cost.currency for d in atlas.destinations()}
    used |= {c.currency for code in atlas.country_codes if (c := atlas.country(code))}

    assert used - set(_table()[2]) <= SEVERAL_RATES


# --- live rates --------------------------------------------------------------------------------


@asynccontextmanager
async def frankfurter() -> AsyncIterator[tuple[Rig, RatesInOrder]]:
    async with rig_of(wire.ROUTES) as rig:
        yield rig, RatesInOrder(wire.port(rig), BuiltInRates(), rig.time)


async def test_all_pairs_of_all_travellers_share_one_request() -> None:
    async with frankfurter() as (rig, rates):
        yen = await rates.rate("USD", "JPY")
        dinar = await rates.rate("EUR", "KWD")
        back = await rates.rate("JPY", "USD")

        assert rig.asked == 1
    assert yen.rate == Decimal("176.21") / Decimal("1.1568")
    assert dinar.rate == Decimal("0.35512")
    assert yen.rate * back.rate == pytest.approx(1)
    assert yen.source.name == "central banks via Frankfurter"


async def test_the_older_of_two_days_is_named() -> None:
    async with frankfurter() as (_, rates):
        assert (await rates.rate("USD", "JPY")).day == date(2026, 11, 20)
        assert (await rates.rate("USD", "MAD")).day == date(2026, 11, 19)
        assert (await rates.rate("EUR", "MAD")).day == date(2026, 11, 19)


async def test_when_version_two_fails_the_central_bank_answers_alone() -> None:
    async with frankfurter() as (rig, rates):
        rig.server.breaks(refuses(500, b"<html>", content_type="text/html"), "/v2/")
        found = await rates.rate("USD", "JPY")
        dinar = await rates.rate("EUR", "KWD")  # which the ECB does not have

    assert found.source.name == "European Central Bank via Frankfurter"
    assert found.rate == Decimal("176.21") / Decimal("1.1568")
    assert dinar.source.confidence is Confidence.ESTIMATE


async def test_when_nobody_answers_the_dated_table_does_and_is_called_so() -> None:
    async with frankfurter() as (rig, rates):
        rig.server.breaks(html_500)
        found = await rates.rate("USD", "JPY")
        asked = rig.asked
        await rates.rate("EUR", "JPY")

        assert rig.asked == asked  # left alone for a while: a turn asks for many pairs
        rig.server.heals()
        rig.time.passes(minutes=6)
        again = await rates.rate("EUR", "JPY")
    assert (found.source.confidence, found.day) == (Confidence.ESTIMATE, date(2026, 11, 1))
    assert again.source.confidence is Confidence.LIVE


async def test_rates_of_last_week_are_shown_with_their_age_and_older_ones_are_not() -> None:
    async with frankfurter() as (rig, rates):
        await rates.rate("EUR", "JPY")
        rig.server.breaks(html_500)
        rig.time.passes(days=6)
        old = await rates.rate("EUR", "JPY")
        rig.time.passes(days=2)
        older = await rates.rate("EUR", "JPY")

    assert old.source.confidence is Confidence.CACHED
    assert older.source.confidence is Confidence.ESTIMATE


async def test_a_slow_source_does_not_hold_the_answer_up() -> None:
    async with rig_of(wire.ROUTES) as rig:
        rates = RatesInOrder(wire.port(rig), BuiltInRates(), rig.time, patience_s=0.02)
        rig.server.breaks(silence)

        assert (await rates.rate("EUR", "JPY")).source.confidence is Confidence.ESTIMATE


@pytest.mark.parametrize("currency", sorted(list_currencies()))
def test_a_currency_is_written_with_the_decimals_that_cldr_gives_it(currency: str) -> None:
    living = currency in _table()[2] or currency in words.DECIMALS
    if living:
        assert words.DECIMALS.get(currency, 2) == get_currency_precision(currency)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [("8810.5", "JPY", "JPY 8,811"), ("1.2035", "KWD", "KWD 1.204"), ("9.005", "EUR", "EUR 9.01")],
)
def test_money_is_shown_exactly_when_it_is_converted(value: str, currency: str, shown: str) -> None:
    assert words.exact(Decimal(value), currency) == shown
