"""Exchange rates from a dated table that is built in, and the order in which sources are asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib import resources

import yaml

from core.errors import Unavailable
from core.ports import Clock
from core.travel import Confidence, Rate, Rates, Source

PATIENCE_S = 2.0
REST, REST_SLOW = timedelta(minutes=5), timedelta(seconds=20)


class NoRate(Unavailable):
    """The source works, but has no rate for this currency."""


class BuiltInRates:
    """The Rates port without a network: rough, and always shown with its day."""

    async def rate(self, base: str, quote: str) -> Rate:
        """1 `base` in `quote`. Raises NoRate for a currency that the table does not have."""
        day, source, per_eur = _table()
        try:
            value = per_eur[quote] / per_eur[base]
        except KeyError as error:
            raise NoRate("The built-in rate table", f"no rate for {error.args[0]}") from error
        fetched = datetime.combine(day, time(0), UTC)
        return Rate(
            source=Source(name=source, fetched_at=fetched, confidence=Confidence.ESTIMATE),
            base=base,
            quote=quote,
            rate=value,
            day=day,
        )


class RatesInOrder:
    """Live rates, and those of the built-in table when they are silent, slow or unknown.

    The rate says whose it is and of which day. After a failure the live source is left alone for
    five minutes, after a long wait for twenty seconds: a turn may ask for sixty currencies.
    """

    def __init__(
        self, live: Rates, built_in: Rates, clock: Clock, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._live = live
        self._built_in = built_in
        self._clock = clock
        self._patience_s = patience_s
        self._resting_until: datetime | None = None

    async def rate(self, base: str, quote: str) -> Rate:
        """1 `base` in `quote`. Raises Unavailable when no source has it."""
        if self._resting_until is None or self._clock.now() >= self._resting_until:
            try:
                async with asyncio.timeout(self._patience_s):
                    return await self._live.rate(base, quote)
            except NoRate:
                pass
            except TimeoutError:  # the answer is still on its way, into the cache
                self._resting_until = self._clock.now() + REST_SLOW
            except Unavailable:
                self._resting_until = self._clock.now() + REST
        return await self._built_in.rate(base, quote)


def euros(currency: str) -> Decimal | None:
    """Units of `currency` for one euro in the built-in table; None when it is not in there."""
    return _table()[2].get(currency)


@lru_cache(maxsize=1)
def _table() -> tuple[date, str, dict[str, Decimal]]:
    text = resources.files("adapters.travel").joinpath("rates.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    per_eur = {k: Decimal(str(v)) for k, v in loaded["per_eur"].items()}
    return loaded["day"], loaded["source"], per_eur
