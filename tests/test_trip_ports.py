"""Which provider is asked for which settings; what is built in always stays behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest

from adapters.travel.curated import AtlasEvents, AtlasPlaces
from adapters.travel.great_circle import GreatCircleRoutes
from bot.settings import Settings, load_settings
from bot.trip_ports import NEEDS, Clients, trip_ports
from bot.wiring import offline_travel
from core.errors import Misconfigured, Unavailable
from core.travel import Confidence, Travel
from tests.wire import aerodatabox, duffel, frankfurter, routing, ticketmaster, wikipedia
from tests.wire.overpass import ROUTE as OVERPASS
from tests.wire.overpass import interpreter
from tests.wire.rig import Rig, rig_of
from tests.wire.server import Handler

CONTACT = {"CARAVAN_CONTACT": "ops@example.org"}
KEYS = {
    "OPENROUTESERVICE_API_KEY": routing.KEY,
    "TICKETMASTER_API_KEY": ticketmaster.KEY,
    "GEOAPIFY_API_KEY": "gp-planted-key",
    "DUFFEL_ACCESS_TOKEN": duffel.TOKEN,
    "AERODATABOX_API_KEY": aerodatabox.KEY,
}
ROUTES: dict[str, Handler] = {
    **frankfurter.ROUTES,
    **routing.ORS,
    ticketmaster.ROUTE: ticketmaster.Discovery(ticketmaster.event()),
    wikipedia.ROUTE: wikipedia.Geosearch(*wikipedia.SIGHTS),
    OVERPASS: interpreter,
    duffel.ROUTE: duffel.OfferRequests(),
    aerodatabox.ROUTE: aerodatabox.Flights(aerodatabox.leg()),
}
ADDRESSES = (
    "FRANKFURTER_BASE_URL OPENROUTESERVICE_BASE_URL TICKETMASTER_BASE_URL WIKIPEDIA_BASE_URL "
    "OVERPASS_BASE_URL GEOAPIFY_BASE_URL DUFFEL_BASE_URL AERODATABOX_BASE_URL"
).split()


def switched_on(rig: Rig, settings: Settings) -> set[str]:
    return {n for n, c in Clients(settings, rig.client, rig.time).probed.items() if c is not None}


@asynccontextmanager
async def travelling(**environment: str) -> AsyncIterator[tuple[Rig, Travel]]:
    """The ports of these settings, every provider at one local server."""
    async with rig_of(ROUTES) as rig:
        settings = load_settings(dict.fromkeys(ADDRESSES, rig.url) | environment)
        close: list[Callable[[], object]] = []
        yield rig, trip_ports(settings, rig.client, rig.time, offline_travel(rig.time), close)
        for closing in close:
            await closing()  # type: ignore[misc]


async def test_without_keys_and_contact_only_rates_are_live() -> None:
    async with travelling() as (rig, travel):
        assert switched_on(rig, load_settings({})) == {"Frankfurter"}
        rate = await travel.rates.rate("EUR", "JPY")

    assert rate.source.confidence is Confidence.LIVE
    assert isinstance(travel.routes, GreatCircleRoutes)
    assert isinstance(travel.places, AtlasPlaces) and isinstance(travel.events, AtlasEvents)
    assert travel.offers is None and travel.flight_status is None


async def test_a_contact_opens_the_servers_of_the_commons_but_never_osrm_by_itself() -> None:
    async with travelling() as (rig, _):
        assert switched_on(rig, load_settings(CONTACT)) == {"Frankfurter", "Wikipedia", "Overpass"}
        osrm = {"OSRM_BASE_URL": "https://routing.openstreetmap.de/routed-foot"}

        assert "OSRM" in switched_on(rig, load_settings(CONTACT | osrm))
        assert "OSRM" not in switched_on(rig, load_settings(osrm))


async def test_every_key_switches_on_its_provider_and_the_doctor_knows_which() -> None:
    async with travelling() as (rig, _):
        everything = load_settings(
            CONTACT | KEYS | {"OSRM_BASE_URL": "https://routing.openstreetmap.de/routed-foot"}
        )
        on = switched_on(rig, everything)
        names = set(Clients(everything, rig.client, rig.time).probed)
        for key, value in KEYS.items():
            [name] = switched_on(rig, load_settings({key: value})) - {"Frankfurter"}
            assert key in NEEDS[name]

    assert on == names == set(NEEDS) | {"Frankfurter"}


async def test_with_everything_on_each_port_is_live_and_says_so() -> None:
    lisbon = ticketmaster.lisbon()
    async with travelling(**CONTACT, **KEYS, CARAVAN_FLIGHT_SEARCHES="3") as (_, travel):
        legs = await travel.routes.matrix(routing.SPOTS)
        events = await travel.events.between(lisbon, ticketmaster.FIRST, ticketmaster.LAST)
        assert travel.offers is not None and travel.flight_status is not None
        offers = await travel.offers.search("LIS", "KIX", duffel.OUT, None, adults=1)
        states = await travel.flight_status.status(aerodatabox.TP1234, aerodatabox.TODAY)
        sights = await travel.places.sights(lisbon, date(2027, 5, 3), date(2027, 5, 3))

    assert legs[0][1].source.startswith("openrouteservice")
    assert "Ticketmaster" in {e.source.name for e in events}
    assert offers[0].test and states[0].live
    assert {s.source.confidence for s in sights} == {Confidence.CURATED}
    assert travel.searches_a_day == 3


async def test_every_probe_asks_once_and_says_what_it_saw_or_who_is_silent() -> None:
    async with travelling(**CONTACT, **KEYS) as (rig, _):
        settings = load_settings(dict.fromkeys(ADDRESSES, rig.url) | CONTACT | KEYS)
        clients = Clients(settings, rig.client, rig.time)
        seen, silent = {}, set()
        for name, client in clients.probed.items():
            if client is None:
                continue
            try:
                seen[name] = await client.probe()
            except Unavailable:
                silent.add(name)

    assert seen["Frankfurter"].startswith("EUR 1 = USD 1.1568")
    assert "1 event on sale" in seen["Ticketmaster"]
    assert "sights" in seen["Wikipedia"]
    assert "min on foot" in seen["openrouteservice"]
    assert "the key is good" in seen["AeroDataBox"]
    assert seen["Overpass"] == "0 sights in Lisbon"
    assert silent == {"Duffel", "Geoapify Places"}  # this server has none of their addresses


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_never_sent_in_the_clear(address: str) -> None:
    with pytest.raises(Misconfigured, match=address):
        load_settings({address: "http://example.org"})
