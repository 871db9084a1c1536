"""Exchange rates from Frankfurter: central banks' reference rates, no key.

One request brings all currencies against the euro, so every pair of every traveller shares it.
Version 2 blends many central banks; version 1, asked when 2 fails, has only the ECB's.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from adapters.travel import fields
from adapters.travel.http import Answer, ProviderClient
from adapters.travel.rates import NoRate
from core.errors import Unavailable
from core.travel import Confidence, Rate, Source

WHO = "Frankfurter"
BASE_URL = "https://api.frankfurter.dev"
PIVOT = "EUR"
FRESH, KEPT = timedelta(hours=12), timedelta(days=7)
_BANKS = {2: "central banks via Frankfurter", 1: "European Central Bank via Frankfurter"}
_CREDIT = {2: "Rates: central banks via frankfurter.dev", 1: "European Central Bank"}

_Table = dict[str, tuple[Decimal, date]]  # units of a currency for one euro, and of which day


class FrankfurterRates:
    """The Rates port over Frankfurter, version 2 first."""

    def __init__(self, client: ProviderClient, base_url: str = BASE_URL) -> None:
        self._client = client
        self._url = base_url.rstrip("/")
        self._parsed: tuple[tuple[int, datetime], _Table] | None = None

    async def rate(self, base: str, quote: str) -> Rate:
        """1 `base` in `quote`, of the older of the two days when they differ.

        Raises:
            NoRate: an answer, but not for one of the two currencies.
            Unavailable: neither version answers.
        Source: https://frankfurter.dev, reference rates of central banks, not a card's rate.
        """
        version, answer = await self._table()
        table = self._read(version, answer)
        for code in (base, quote):
            if code not in table:
                raise NoRate(WHO, f"no rate for {code}")
        return Rate(
            source=Source(
                name=_BANKS[version],
                url="https://frankfurter.dev/",
                fetched_at=answer.fetched_at,
                confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
                attribution=_CREDIT[version],
            ),
            base=base,
            quote=quote,
            rate=table[quote][0] / table[base][0],
            day=min(table[code][1] for code in (base, quote) if code != PIVOT or base == quote),
        )

    def _read(self, version: int, answer: Answer) -> _Table:
        """The table, parsed once for each answer: a brainstorm asks for sixty pairs."""
        key = (version, answer.fetched_at)
        if self._parsed is None or self._parsed[0] != key:
            self._parsed = (key, _read(answer.body))
        return self._parsed[1]

    async def _table(self) -> tuple[int, Answer]:
        try:
            answer = await self._client.get(
                WHO,
                f"{self._url}/v2/rates",
                {"base": PIVOT},
                fresh_for=FRESH,
                keep_for=KEPT,
                check=_check_v2,
                reduce=_reduced_v2,
            )
        except Unavailable:
            answer = await self._client.get(
                WHO,
                f"{self._url}/v1/latest",
                {"base": PIVOT},
                fresh_for=FRESH,
                keep_for=KEPT,
                check=_check_v1,
                reduce=_reduced_v1,
            )
            return 1, answer
        return 2, answer

    async def probe(self) -> str:
        """One question to the provider, for the doctor. Raises Unavailable."""
        found = await self.rate("EUR", "USD")
        return f"EUR 1 = USD {found.rate:.4f}, rate of {found.day}"


def _check_v2(body: Any) -> None:
    if not _reduced_v2(body):
        raise Unavailable(WHO, "the answer has no rates")


def _reduced_v2(body: Any) -> dict[str, list[str]]:
    """code -> [units for one euro, day], as text: the day's rows without names and extras."""
    found = {}
    for row in fields.rows(body):
        code, rate, on = row.get("quote"), row.get("rate"), fields.day(row.get("date"))
        if row.get("base") == PIVOT and _sane(code, rate) and on is not None:
            found[str(code)] = [repr(rate), on.isoformat()]
    return found


def _check_v1(body: Any) -> None:
    if not _reduced_v1(body):
        raise Unavailable(WHO, "the answer has no rates")


def _reduced_v1(body: Any) -> dict[str, list[str]]:
    whole = fields.row(body)
    on = fields.day(whole.get("date"))
    if on is None or whole.get("base") != PIVOT or whole.get("amount", 1) != 1:
        return {}
    rates = fields.row(whole.get("rates"))
    return {c: [repr(r), on.isoformat()] for c, r in rates.items() if _sane(c, r)}


def _sane(code: Any, rate: Any) -> bool:
    number = not isinstance(rate, bool) and isinstance(rate, int | float)
    return bool(fields.currency(code)) and number and 0 < rate < 10**9


def _read(body: dict[str, list[str]]) -> _Table:
    table = {c: (Decimal(rate), date.fromisoformat(on)) for c, (rate, on) in body.items()}
    if PIVOT not in table:
        table[PIVOT] = (Decimal(1), max(on for _, on in table.values()))
    return table
