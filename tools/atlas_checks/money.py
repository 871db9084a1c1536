"""Check 6: costs rise, are in the money of the country, and fit its price level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from babel.numbers import get_territory_currencies

from adapters.travel.atlas.schema import DestinationFile

# Rough units for one euro: only to notice a price in the wrong currency or with a lost zero.
UNITS_PER_EURO = {
    "AED": 4.2, "ARS": 1600.0, "AUD": 1.75, "BRL": 6.2, "CAD": 1.6, "CHF": 0.94, "CLP": 1080.0,
    "CNY": 8.2, "COP": 4600.0, "CRC": 580.0, "CUP": 28.0, "CZK": 24.5, "DKK": 7.46, "EGP": 55.0,
    "EUR": 1.0, "FJD": 2.6, "GBP": 0.86, "GEL": 3.1, "HKD": 9.0, "HUF": 390.0, "IDR": 19000.0,
    "ILS": 3.9, "INR": 100.0, "ISK": 143.0, "JOD": 0.82, "JPY": 170.0, "KES": 150.0,
    "KHR": 4650.0, "KRW": 1650.0, "LAK": 25000.0, "LKR": 350.0, "MAD": 10.7, "MXN": 21.5,
    "MYR": 4.9, "NAD": 20.0, "NOK": 11.7, "NPR": 160.0, "NZD": 2.0, "OMR": 0.45, "PEN": 4.0,
    "PHP": 67.0, "PLN": 4.25, "QAR": 4.25, "RSD": 117.0, "SEK": 11.0, "SGD": 1.5, "THB": 37.5,
    "TND": 3.4, "TRY": 48.0, "TWD": 35.0, "TZS": 2900.0, "USD": 1.16, "UYU": 46.0,
    "VND": 30500.0, "XPF": 119.3, "ZAR": 20.5,
}  # fmt: skip
# A middling day without bed and flight, in euros: a hand-set price level by country.
DAY_IN_EUROS = {
    "AE": 95, "AR": 50, "AT": 90, "AU": 100, "BE": 90, "BR": 55, "CA": 95, "CH": 140, "CL": 60,
    "CN": 50, "CO": 45, "CR": 65, "CU": 45, "CZ": 65, "DE": 85, "DK": 120, "EG": 35, "ES": 80,
    "FI": 100, "FJ": 70, "FR": 100, "GB": 105, "GE": 40, "GR": 70, "HK": 85, "HR": 75, "HU": 60,
    "ID": 35, "IE": 105, "IL": 110, "IN": 30, "IS": 140, "IT": 90, "JO": 60, "JP": 75, "KE": 60,
    "KH": 35, "KR": 65, "LA": 30, "LK": 35, "MA": 45, "MT": 75, "MX": 50, "MY": 40, "NL": 100,
    "NO": 130, "NP": 30, "NZ": 90, "PE": 45, "PH": 40, "PL": 60, "PT": 75, "QA": 85, "SE": 105,
    "SG": 85, "SI": 70, "TH": 40, "TN": 40, "TR": 50, "TW": 55, "TZ": 60, "US": 120, "UY": 60,
    "VN": 35, "ZA": 50,
}  # fmt: skip
TIMES_OFF = 3.0
# Bulgaria joined the euro on 1 January 2026; CLDR 48 does not know.
CHANGED_SINCE = {"BG": "EUR"}


def costs_make_sense(destination: DestinationFile) -> Iterator[str]:
    """Low, middle and high differ; the currency is the country's; the level is plausible."""
    cost = destination.cost
    if not cost.daily_low < cost.daily_mid < cost.daily_high:
        yield "cost must rise from daily_low over daily_mid to daily_high"
    if cost.meal_mid >= cost.daily_mid:
        yield "cost: one meal costs more than the whole day"
    usual = currencies_of(destination.country)
    if cost.currency not in usual:
        yield f"cost.currency is {cost.currency}, {destination.country} pays in {', '.join(usual)}"
    for poi in destination.pois:
        foreign = poi.ticket is not None and poi.ticket.currency not in usual
        if foreign and poi.category != "daytrip":
            yield f"{poi.id}: the ticket is not in {', '.join(usual)}"
    euros, level = day_in_euros(destination), DAY_IN_EUROS.get(destination.country)
    if euros and level and not level / TIMES_OFF <= euros <= level * TIMES_OFF:
        yield f"cost: a middling day of about {euros:.0f} EUR, {level} is usual in the country"


def day_in_euros(destination: DestinationFile) -> float | None:
    """A middling day in euros, None for a currency we have no rough rate of."""
    units = UNITS_PER_EURO.get(destination.cost.currency)
    return destination.cost.daily_mid / units if units else None


def currencies_of(country: str) -> list[str]:
    """The legal tender of a country today, by CLDR and what has changed since."""
    if country in CHANGED_SINCE:
        return [CHANGED_SINCE[country]]
    return list(get_territory_currencies(country, datetime.now(UTC).date()))
