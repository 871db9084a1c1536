"""The settings put together: which providers a Caravan asks, in which order, and for what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.providers import live_travel, open_meteo_url
from bot.settings import load_settings
from bot.wiring import offline_travel
from core.errors import Unavailable
from core.travel import Travel
from tests.fake_open_meteo import Time
from tests.wire import gdacs, met_norway, meteoalarm, nominatim, open_meteo
from tests.wire import open_meteo_geocoding as villages
from tests.wire.server import CONTACT, Handler, WireServer, html_500

TODAY = met_norway.TODAY
NOWHERE = "http://127.0.0.1:9"
ROUTES: dict[str, Handler] = {
    **open_meteo.WIRES[0].routes,
    **met_norway.WIRES[0].routes,
    **meteoalarm.WIRES[0].routes,
    **gdacs.WIRES[0].routes,
    **nominatim.WIRES[0].routes,
    **villages.WIRES[0].routes,
}
OURS = (
    "OPEN_METEO_BASE_URL OPEN_METEO_GEOCODING_BASE_URL MET_NORWAY_BASE_URL METEOALARM_BASE_URL "
    "GDACS_BASE_URL NOMINATIM_BASE_URL"
).split()
NOBODY = "NWS_BASE_URL PHOTON_BASE_URL WIKIPEDIA_BASE_URL OVERPASS_BASE_URL FRANKFURTER_BASE_URL"


@asynccontextmanager
async def caravan(contact: str = CONTACT, **more: str) -> AsyncIterator[tuple[Travel, WireServer]]:
    """Live travel ports at one local server for all providers, which breaks as a story likes."""
    server = WireServer(ROUTES)
    await server.opens()
    addresses = dict.fromkeys(OURS, server.url) | dict.fromkeys(NOBODY.split(), NOWHERE)
    settings = load_settings(addresses | {"CARAVAN_CONTACT": contact} | more)
    clock = Time()
    close: list = []  # type: ignore[type-arg]
    try:
        yield live_travel(settings, clock, offline_travel(clock), close), server
    finally:
        for closing in close:
            await closing()
        await server.closes()


async def test_when_the_first_forecast_fails_the_second_answers_and_is_named() -> None:
    async with caravan() as (travel, server):
        server.breaks(html_500, "/v1/forecast")
        days = await travel.weather.forecast(
            open_meteo.LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=2)
        )

    assert {d.source.name for d in days} == {"MET Norway"}


async def test_without_a_contact_nobody_stands_in() -> None:
    async with caravan(contact="") as (travel, server):
        server.breaks(html_500, "/v1/forecast")
        with pytest.raises(Unavailable):
            await travel.weather.forecast(open_meteo.LISBON, "Europe/Lisbon", TODAY, TODAY)


async def test_warnings_find_a_destination_by_the_names_of_the_atlas() -> None:
    """The feed warns "Lisboa"; the atlas calls the town Lisbon and knows its other names."""
    async with caravan() as (travel, _):
        lisbon = travel.places.destination("lisbon")
        assert lisbon is not None and travel.alerts is not None
        report = await travel.alerts.active(lisbon, TODAY, TODAY + timedelta(days=2))

    assert [a.source.name for a in report.alerts] == ["MeteoAlarm"]
    assert report.checked == ("MeteoAlarm", "GDACS", "the forecast")
    assert report.silent == ()


async def test_a_region_is_a_name_for_its_towns() -> None:
    lazio = meteoalarm.info(area={"areaDesc": "Lazio", "geocode": []})
    async with caravan() as (travel, server):
        server.serves(meteoalarm.ROUTE, lambda asked: meteoalarm.feed(meteoalarm.warning(1, lazio)))
        rome = travel.places.destination("rome")
        assert rome is not None and travel.alerts is not None
        report = await travel.alerts.active(rome, TODAY, TODAY + timedelta(days=2))

    assert [a.area for a in report.alerts] == ["Lazio"]


async def test_places_are_looked_up_at_home_then_abroad() -> None:
    async with caravan() as (travel, server):
        [lisbon, *_] = await travel.geocoder.find("Lisbon")
        at_home = len(server.asked)
        [village] = await travel.geocoder.find("Piodão Novo")
        [tower] = await travel.geocoder.find("Torre de Belém 1", near=nominatim.LISBON)

    assert lisbon.destination_id == "lisbon" and at_home == 0
    assert village.id == "geonames:2735944"
    assert tower.id == "osm:way:24341353"


async def test_weather_off_asks_for_neither_forecasts_nor_warnings() -> None:
    async with caravan(CARAVAN_WEATHER="off") as (travel, server):
        assert travel.alerts is None
        with pytest.raises(Unavailable, match="switched off"):
            await travel.weather.forecast(open_meteo.LISBON, "Europe/Lisbon", TODAY, TODAY)

        assert server.asked == []


def test_who_pays_open_meteo_is_sent_to_its_customers_host_but_not_from_an_own_server() -> None:
    free = load_settings({})
    paid = load_settings({"OPEN_METEO_API_KEY": "some-long-customer-key"})

    assert open_meteo_url(free, free.open_meteo_base_url) == "https://api.open-meteo.com"
    assert open_meteo_url(paid, paid.open_meteo_base_url) == "https://customer-api.open-meteo.com"
    assert open_meteo_url(paid, "http://127.0.0.1:8080") == "http://127.0.0.1:8080"
