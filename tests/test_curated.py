"""The travel ports over the built-in atlas: whole, dated, curated, and without a network."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.curated import AtlasEvents, AtlasGeocoder, AtlasPlaces
from core.travel import Confidence, Destination, EventKind, Point

FIRST, LAST = date(2027, 4, 15), date(2027, 4, 19)


@cache
def places() -> AtlasPlaces:
    return AtlasPlaces(Atlas.load())


def to(id: str) -> Destination:
    found = places().destination(id)
    assert found is not None
    return found


IDS = [d.id for d in places().destinations()]


@pytest.mark.parametrize("id", IDS)
async def test_every_destination_is_whole_dated_and_has_hours_for_the_asked_days(id: str) -> None:
    d = to(id)
    sights = await places().sights(d, FIRST, LAST)
    days = {FIRST + timedelta(days=n) for n in range(5)}

    assert d.source.confidence is Confidence.CURATED
    assert [c.month for c in d.climate] == list(range(1, 13))
    assert 0 < d.daily_low < d.daily_mid < d.daily_high
    assert d.stay_min <= d.stay_typical <= d.stay_max
    assert d.airports and 0 <= d.quiet_share <= 1
    assert set(d.best_months) <= set(range(1, 13))
    assert places().continent(d.country) in {"AF", "AS", "EU", "NA", "OC", "SA"}
    assert len({s.id for s in sights}) == len(sights) >= 10
    for s in sights:
        assert s.source.confidence is Confidence.CURATED
        assert s.id.startswith(f"{id}/")
        if s.hours is not None:
            assert set(s.hours) == days
            assert all(i.start < i.end for spans in s.hours.values() for i in spans)


async def test_unknown_ids_are_none_or_empty_and_never_invented() -> None:
    ghost = to("lisbon").model_copy(update={"id": "atlantis"})

    assert places().destination("atlantis") is None
    assert await places().sights(ghost, FIRST, LAST) == []
    assert places().country("XX") is None
    assert places().continent("XX") == ""


@pytest.mark.parametrize("country", sorted({d.country for d in places().destinations()}))
def test_every_country_of_the_atlas_has_what_a_traveller_needs(country: str) -> None:
    facts = places().country(country)

    assert facts is not None
    assert facts.emergency and facts.plug_types and len(facts.currency) == 3
    assert facts is places().country(country)


async def test_holidays_and_festivals_come_in_order_with_their_sources() -> None:
    events = await AtlasEvents(Atlas.load()).between(
        to("lisbon"), date(2027, 6, 1), date(2027, 6, 30)
    )
    kinds = {e.kind for e in events}

    assert kinds == {EventKind.HOLIDAY, EventKind.FESTIVAL}
    assert [e.first for e in events] == sorted(e.first for e in events)
    assert any(e.first == date(2027, 6, 10) and "Portugal" in e.name for e in events)
    assert all(e.source.confidence is Confidence.CURATED for e in events)


@pytest.mark.parametrize("id", IDS)
async def test_event_ids_are_unique_and_touch_the_asked_days(id: str) -> None:
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    events = await AtlasEvents(Atlas.load()).between(to(id), first, last)
    twice = [i for i, n in Counter(e.id for e in events).items() if n > 1]

    assert twice == []
    assert all(e.first <= e.last and e.first <= last and e.last >= first for e in events)
    assert {e.impact for e in events} <= {"", "highlight", "crowds", "closes_sights"}


async def test_curated_names_win_over_towns_and_typos_are_forgiven() -> None:
    geocoder = AtlasGeocoder(Finder(Atlas.load()))
    [lisbon, *_] = await geocoder.find("lisbon")
    [typo, *_] = await geocoder.find("Lisbonn")
    [berlin, *_] = await geocoder.find("Berlin")

    assert (lisbon.id, lisbon.destination_id) == ("atlas:lisbon", "lisbon")
    assert typo.id == "atlas:lisbon"
    assert (berlin.country, berlin.timezone) == ("DE", "Europe/Berlin")
    assert await geocoder.find("Xyzzyplugh") == []


async def test_a_hint_narrows_an_ambiguous_name() -> None:
    geocoder = AtlasGeocoder(Finder(Atlas.load()))
    near = Point(lat=33.7, lon=-84.4)  # Atlanta

    assert (await geocoder.find("Georgia", kind="country"))[0].id == "country:GE"
    assert (await geocoder.find("Georgia", kind="state", near=near))[0].id == "region:US.GA"
    assert (await geocoder.find("Valencia", country="VE"))[0].country == "VE"
    assert await geocoder.find("Lisbon", kind="nonsense") == await geocoder.find("Lisbon")
