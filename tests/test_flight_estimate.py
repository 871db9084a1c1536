"""Flights from the distance: real airports, sane figures, links that work, never called a fare."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.travel.airports import airports
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.curated import AtlasGeocoder, AtlasPlaces
from adapters.travel.flight_estimate import FlightEstimates, _table
from adapters.travel.rates import BuiltInRates
from core.errors import Rejected, Unavailable
from core.travel import Confidence, Destination, FlightEstimate, Place, Point
from tests.fake_open_meteo import START, Time

FIRST, LAST = date(2027, 4, 15), date(2027, 4, 19)
HOMES = (
    "Berlin, Munich, Hamburg, London, Manchester, Paris, Madrid, Milan, Zurich, Vienna, Warsaw, "
    "Stockholm, New York, Los Angeles, Chicago, Toronto, Mumbai, Tokyo, São Paulo, Johannesburg"
).split(", ")


@cache
def places() -> AtlasPlaces:
    return AtlasPlaces(Atlas.load())


@cache
def flights() -> FlightEstimates:
    hubs = {a.iata for d in places().destinations() for a in d.airports}
    return FlightEstimates(BuiltInRates(), Time(), hubs)


def to(id: str) -> Destination:
    found = places().destination(id)
    assert found is not None
    return found


async def home(name: str) -> Place:
    return (await AtlasGeocoder(Finder(Atlas.load())).find(name))[0]


def spot(lat: float, lon: float, name: str = "Somewhere") -> Place:
    """A home at a point, for places that no gazetteer has."""
    source = to("lisbon").source
    return Place(
        source=source,
        id="test:1",
        name=name,
        kind="town",
        country="",
        point=Point(lat=lat, lon=lon),
        timezone="UTC",
    )


async def fly(origin: Place, id: str, currency: str = "EUR") -> FlightEstimate:
    return await flights().estimate(origin, to(id), FIRST, LAST, currency)


async def test_an_estimate_says_that_it_is_one() -> None:
    estimate = await fly(await home("Berlin"), "lisbon")

    assert (estimate.origin, estimate.destination) == ("BER", "LIS")
    assert 2_200 < estimate.km < 2_450
    assert 3.0 < estimate.hours < 4.0
    assert estimate.source.confidence is Confidence.ESTIMATE
    assert estimate.source.fetched_at == START


@pytest.mark.parametrize(
    ("city", "airport"),
    [
        ("Berlin", "BER"),
        ("Munich", "MUC"),
        ("Brussels", "BRU"),
        ("Stockholm", "ARN"),
        ("Gothenburg", "GOT"),
        ("Melbourne", "MEL"),
        ("Chicago", "ORD"),
        ("Toronto", "YYZ"),
        ("Delhi", "DEL"),
        ("Hyderabad", "HYD"),
        ("Osaka", "KIX"),
        ("Beijing", "PEK"),
        ("Magdeburg", "LEJ"),
        ("Douglas", "IOM"),
    ],
)
async def test_people_leave_from_the_airport_they_really_use(city: str, airport: str) -> None:
    where = spot(54.15, -4.48) if city == "Douglas" else await home(city)

    assert (await fly(where, "lisbon")).origin == airport


async def test_an_unlisted_field_serves_where_there_is_nothing_else() -> None:
    kingston_ontario = spot(44.23, -76.49)

    assert (await fly(kingston_ontario, "lisbon")).origin in ("YGK", "ART", "SYR")


@pytest.mark.parametrize("code", sorted(_table().closed))
async def test_a_closed_airport_is_never_used_not_even_next_door(code: str) -> None:
    row = airports().get(code)
    if row is None:
        return  # gone from the package as well
    try:
        estimate = await fly(spot(row.lat, row.lon), "singapore")
    except Rejected:
        return

    assert estimate.origin not in _table().closed


def test_every_closed_airport_has_a_reason_and_is_on_no_other_list() -> None:
    assert all(len(reason) > 10 for reason in _table().closed.values())
    assert not set(_table().closed) & _table().served
    assert {"TXL", "SXF", "THF"} <= set(_table().closed)


def test_every_listed_airport_exists() -> None:
    assert sorted(_table().served - set(airports())) == []


async def test_a_longer_way_never_costs_or_takes_less() -> None:
    berlin = await home("Berlin")
    found = [await fly(berlin, d.id) for d in places().destinations() if d.id != "berlin"]
    found.sort(key=lambda e: e.km)

    for near, far in pairwise(found):
        assert near.low.amount <= far.low.amount
        assert near.high.amount <= far.high.amount
        assert near.hours <= far.hours
    assert all(e.low.amount < e.high.amount for e in found)


@pytest.mark.parametrize("city", HOMES)
async def test_every_destination_is_sane_from_everywhere(city: str) -> None:
    start = await home(city)
    for d in places().destinations():
        try:
            e = await fly(start, d.id)
        except Rejected:
            assert start.destination_id == d.id or city in ("Vienna", "Milan", "Zurich"), d.id
            continue
        assert 100 <= e.km <= 20_020  # half way round; Madrid and Auckland nearly are
        assert 0.8 <= e.hours <= 28
        assert 70 <= e.low.amount < e.high.amount <= 1_800
        assert e.origin != e.destination
        assert e.destination == d.airports[0].iata


async def test_money_is_in_the_travellers_currency_and_round() -> None:
    berlin = await home("Berlin")
    euros = await fly(berlin, "lisbon")
    yen = await fly(berlin, "lisbon", "JPY")

    assert yen.low.currency == yen.high.currency == "JPY"
    assert float(yen.low.amount / euros.low.amount) == pytest.approx(176, rel=0.02)
    assert yen.low.amount % 1_000 == 0 and euros.low.amount % 5 == 0
    assert isinstance(yen.low.amount, Decimal)


async def test_an_unknown_currency_is_an_outage_and_no_wrong_sum() -> None:
    with pytest.raises(Unavailable, match="no rate for XXX"):
        await fly(await home("Berlin"), "lisbon", "XXX")


@pytest.mark.parametrize(("lat", "lon"), [(-48.9, -123.4), (0.0, -30.0), (89.9, 0.0)])
async def test_far_from_every_airport_the_traveller_is_told(lat: float, lon: float) -> None:
    with pytest.raises(Rejected, match="no airport near Point Nemo"):
        await fly(spot(lat, lon, "Point Nemo"), "lisbon")


async def test_nobody_flies_to_the_next_town() -> None:
    with pytest.raises(Rejected, match="too near"):
        await fly(spot(38.70, -9.42, "Cascais"), "lisbon")


async def test_the_links_search_for_exactly_this_journey() -> None:
    estimate = await fly(await home("Berlin"), "tokyo")
    links = {label: urlsplit(url) for label, url in estimate.links}
    [question] = parse_qs(links["Google Flights"].query)["q"]

    assert {link.scheme for link in links.values()} == {"https"}
    assert (
        question == f"Flights from BER to {estimate.destination} on 2027-04-15 through 2027-04-19"
    )
    _, _, _, start, end, out, back, _ = links["Skyscanner"].path.split("/")
    assert (start, end) == ("ber", estimate.destination.lower())
    assert (_day(out), _day(back)) == (FIRST, LAST)
    _, _, way, out, back = links["Kayak"].path.split("/")
    assert way == f"BER-{estimate.destination}"
    assert (date.fromisoformat(out), date.fromisoformat(back)) == (FIRST, LAST)


def _day(six: str) -> date:
    return datetime.strptime(six, "%y%m%d").replace(tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [("BRU", 50.90, 4.48), ("CRL", 50.46, 4.45), ("LUX", 49.62, 6.20), ("LIS", 38.77, -9.13)],
)
def test_airports_are_where_they_are_on_a_map(code: str, lat: float, lon: float) -> None:
    """The package writes some countries in degrees and minutes."""
    row = airports()[code]

    assert (row.lat, row.lon) == pytest.approx((lat, lon), abs=0.02)
