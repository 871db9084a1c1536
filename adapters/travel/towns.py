"""Destinations for towns that the atlas does not have, from what is built in and nothing else.

Honest about its gaps: no climate, no vibes, the way from the airport by the distance, and prices
that are those of the nearest atlas destinations in that country, called an estimate with their
names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache

from adapters.travel.atlas import gazetteer
from adapters.travel.flight_estimate import airport_near
from adapters.travel.great_circle import distance_km
from adapters.travel.rates import euros
from core.travel import Confidence, Destination, Place, Point, Source

NEIGHBOURS = 3
MOST_VILLAGES = 500
KINDS = frozenset({"city", "town"})
_GEONAMES = "geonames:"
_RELEASED = date(2026, 11, 1)  # the gazetteer that is built in


class Towns:
    """Makes destinations of places; `atlas` lends its prices."""

    def __init__(self, atlas: Sequence[Destination]) -> None:
        self._atlas = atlas
        self._hubs = frozenset(a.iata for d in atlas for a in d.airports)
        self._villages: dict[str, Destination] = {}
        self._by_id = lru_cache(maxsize=1_024)(self._of_id)

    def of_place(self, place: Place) -> Destination | None:
        """The town as a destination; None for countries, states and what no gazetteer has."""
        if place.kind not in KINDS or not place.id.startswith(_GEONAMES):
            return None
        known = self._by_id(place.id)
        if known is None:
            known = self._villages[place.id] = self._made(place.id, _village(place))
            while len(self._villages) > MOST_VILLAGES:
                del self._villages[next(iter(self._villages))]
        return known

    def of_id(self, id: str) -> Destination | None:
        """The town with the id of a stored plan ("geonames:2742027"), None when it is none.

        A village that only an online gazetteer has is known until the process ends.
        """
        if not id.startswith(_GEONAMES):
            return None
        return self._by_id(id) or self._villages.get(id)

    def _of_id(self, id: str) -> Destination | None:
        number = id.removeprefix(_GEONAMES)
        town = gazetteer.by_id(int(number)) if number.isdecimal() and len(number) < 12 else None
        return None if town is None else self._made(id, town)

    def _made(self, id: str, town: gazetteer.Town) -> Destination:
        center = Point(lat=town.lat, lon=town.lon)
        country = gazetteer.country(town.country)
        lenders = self._neighbours(center, town.country)
        currency = country.currency if country and country.currency else lenders[0].currency
        if euros(currency) is None:
            currency = lenders[0].currency
        low, mid, high, meal = (
            _middle(lenders, field, currency)
            for field in ("daily_low", "daily_mid", "daily_high", "meal_mid")
        )
        airport = airport_near(center, self._hubs)
        names = ", ".join(d.name for d in lenders)
        return Destination(
            source=Source(
                name=f"GeoNames; prices as in {names}",
                url="https://www.geonames.org/",
                fetched_at=datetime.combine(_RELEASED, time(0), UTC),
                confidence=Confidence.ESTIMATE,
                attribution="GeoNames, CC BY 4.0",
            ),
            id=id,
            name=town.name,
            local_name=town.name,
            kind="city" if town.population >= 100_000 else "town",
            country=town.country,
            center=center,
            timezone=town.timezone,
            airports=(airport,) if airport else (),
            vibes={},
            currency=currency,
            daily_low=low,
            daily_mid=max(mid, low),
            daily_high=max(high, mid, low),
            meal_mid=meal,
            stay_min=1,
            stay_typical=2,
            stay_max=5,
            climate=(),
            best_months=(),
            quiet_share=0.0,
        )

    def _neighbours(self, center: Point, country: str) -> list[Destination]:
        """The nearest destinations in the country; anywhere, when the atlas has none there."""
        here = [d for d in self._atlas if d.country == country and euros(d.currency)]
        all_known = here or [d for d in self._atlas if euros(d.currency)]
        return sorted(all_known, key=lambda d: (distance_km(d.center, center), d.id))[:NEIGHBOURS]


def _village(place: Place) -> gazetteer.Town:
    """A place of an online gazetteer as the built-in one would have it."""
    return gazetteer.Town(
        id=0,
        name=place.name,
        lat=place.point.lat,
        lon=place.point.lon,
        country=place.country,
        state="",
        population=place.population,
        timezone=place.timezone,
    )


def _middle(lenders: Sequence[Destination], field: str, currency: str) -> Decimal:
    """The median of a price, by the built-in rates: rough, as everything here."""
    rate = euros(currency) or Decimal(1)
    found = sorted(getattr(d, field) / (euros(d.currency) or Decimal(1)) * rate for d in lenders)
    value = Decimal(found[len(found) // 2])
    step = Decimal(1) if value < 100 else Decimal(5) if value < 1_000 else Decimal(100)
    return max(step, (value / step).quantize(Decimal(1)) * step)
