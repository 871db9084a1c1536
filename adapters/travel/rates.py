"""Exchange rates from a dated table that is built in: rough, and always shown with its day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib import resources

import yaml

from core.errors import Unavailable
from core.travel import Confidence, Rate, Source


class BuiltInRates:
    """The Rates port without a network."""

    async def rate(self, base: str, quote: str) -> Rate:
        """1 `base` in `quote`. Raises Unavailable for a currency that the table does not have."""
        day, source, per_eur = _table()
        try:
            value = per_eur[quote] / per_eur[base]
        except KeyError as error:
            raise Unavailable("The built-in rate table", f"no rate for {error.args[0]}") from error
        fetched = datetime.combine(day, time(0), UTC)
        return Rate(
            source=Source(name=source, fetched_at=fetched, confidence=Confidence.ESTIMATE),
            base=base,
            quote=quote,
            rate=value,
            day=day,
        )


@lru_cache(maxsize=1)
def _table() -> tuple[date, str, dict[str, float]]:
    text = resources.files("adapters.travel").joinpath("rates.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    return loaded["day"], loaded["source"], {k: float(v) for k, v in loaded["per_eur"].items()}
