"""Built-in exchange rates: rough, dated, and never made up."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.rates import BuiltInRates, _table
from core.errors import Unavailable
from core.travel import Confidence


async def test_a_rate_says_its_day_and_that_it_is_an_estimate() -> None:
    rate = await BuiltInRates().rate("EUR", "JPY")

    assert (rate.base, rate.quote, rate.rate) == ("EUR", "JPY", 176)
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


def test_every_currency_of_the_atlas_has_a_rate() -> None:
    atlas = Atlas.load()
    used = {d.cost.currency for d in atlas.destinations()}
    used |= {c.currency for code in atlas.country_codes if (c := atlas.country(code))}

    assert sorted(used - set(_table()[2])) == []
