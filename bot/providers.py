"""The live travel ports: every provider that is configured, in front of what is built in.

One function per port, called by `live_travel`; what is built in always stays the last resort.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adapters.cache.memory import MemoryCache
from adapters.travel.alerts import AlertRouter
from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.chain import WeatherChain
from adapters.travel.gdacs import Gdacs
from adapters.travel.geoapify_geocoding import GeoapifyGeocoding
from adapters.travel.geocoding import LiveGeocoder
from adapters.travel.http import ProviderClient
from adapters.travel.met_norway import MetNorway
from adapters.travel.meteoalarm import MeteoAlarm
from adapters.travel.nominatim import Nominatim
from adapters.travel.nws import NationalWeatherService
from adapters.travel.open_meteo import OpenMeteo
from adapters.travel.open_meteo_geocoding import OpenMeteoGeocoding
from adapters.travel.openweather import OpenWeather, OpenWeatherAlerts
from adapters.travel.photon import Photon
from adapters.travel.placed import SpotFinder
from adapters.travel.thresholds import Thresholds
from bot.settings import Settings
from bot.trip_ports import trip_ports
from bot.wiring import VERSION
from core.ports import Clock
from core.travel import Geocoder, Travel, Weather

CUSTOMERS = {  # Open-Meteo's hosts for those who pay
    "https://api.open-meteo.com": "https://customer-api.open-meteo.com",
    "https://geocoding-api.open-meteo.com": "https://customer-geocoding-api.open-meteo.com",
}


def provider_client(settings: Settings, clock: Clock, **options: Any) -> ProviderClient:
    """The one client of the process. Providers see who asks, and how to reach them."""
    contact = settings.contact or "no contact given"
    agent = f"Caravan/{VERSION} (+{contact})"
    return ProviderClient(MemoryCache(), clock, user_agent=agent, **options)


def live_travel(
    settings: Settings, clock: Clock, travel: Travel, close: list[Callable[[], object]]
) -> Travel:
    """`travel` with the providers of the settings in front; `close` gets what has to be closed."""
    client = provider_client(settings, clock)
    close.append(client.aclose)
    if settings.weather_on:
        weather = WeatherChain(weather_sources(settings, client, clock), clock)
        alerts = alert_router(settings, client, clock, weather)
        travel = replace(travel, weather=weather, alerts=alerts)
    travel = replace(travel, geocoder=geocoder(settings, client, travel.geocoder))
    return trip_ports(settings, client, clock, travel, close)


def open_meteo_url(settings: Settings, url: str) -> str:
    """The address to ask, which is another one for who has a key."""
    return CUSTOMERS.get(url, url) if settings.open_meteo_api_key.get_secret_value() else url


def weather_sources(settings: Settings, client: ProviderClient, clock: Clock) -> Sequence[Weather]:
    """Open-Meteo, then MET Norway (when it may know who asks), then OpenWeather (with a key)."""
    key = settings.open_meteo_api_key.get_secret_value()
    url = open_meteo_url(settings, settings.open_meteo_base_url)
    sources: list[Weather] = [OpenMeteo(client, clock, url, key)]
    if settings.contact:
        sources.append(MetNorway(client, clock, settings.met_norway_base_url, settings.contact))
    if settings.openweather_api_key.get_secret_value():
        sources.append(openweather(settings, client, clock))
    return sources


def openweather(settings: Settings, client: ProviderClient, clock: Clock) -> OpenWeather:
    key = settings.openweather_api_key.get_secret_value()
    return OpenWeather(client, clock, key, settings.openweather_base_url)


def geocoder(settings: Settings, client: ProviderClient, offline: Geocoder) -> LiveGeocoder:
    """Towns at Open-Meteo, addresses at Geoapify (with a key), Nominatim and Photon."""
    key = settings.open_meteo_api_key.get_secret_value()
    url = open_meteo_url(settings, settings.open_meteo_geocoding_base_url)
    spots: list[SpotFinder] = []
    if geoapify := settings.geoapify_api_key.get_secret_value():
        spots.append(GeoapifyGeocoding(client, geoapify, settings.geoapify_base_url))
    if settings.contact:
        spots.append(Nominatim(client, settings.nominatim_base_url, settings.contact))
        spots.append(Photon(client, settings.photon_base_url, settings.contact))
    return LiveGeocoder(offline, names=[OpenMeteoGeocoding(client, url, key)], spots=spots)


def alert_router(
    settings: Settings, client: ProviderClient, clock: Clock, weather: Weather
) -> AlertRouter:
    """National services, GDACS and our own thresholds; OpenWeather where nobody else speaks."""
    standins = []
    if settings.openweather_api_key.get_secret_value():
        standins.append(OpenWeatherAlerts(openweather(settings, client, clock)))
    return AlertRouter(
        clock,
        national=[
            NationalWeatherService(client, settings.nws_base_url, settings.contact),
            MeteoAlarm(client, clock, settings.meteoalarm_base_url),
        ],
        worldwide=[Gdacs(client, clock, settings.gdacs_base_url), Thresholds(weather)],
        standins=standins,
        names=_warning_names,
        zones=_warning_zones,
    )


def _warning_names(destination_id: str) -> Sequence[str]:
    """What a destination and the state around it are called, in the languages we know."""
    file = Atlas.load().destination(destination_id)
    if file is None:
        return ()
    town = gazetteer.by_id(file.geonames_id) if file.geonames_id else None
    town = town or gazetteer.nearest(file.center.lat, file.center.lon, country=file.country)
    state = gazetteer.state(town.country, town.state) if town else None
    return (*file.aliases, *([state.name] if state else []))


def _warning_zones(destination_id: str) -> Sequence[str]:
    file = Atlas.load().destination(destination_id)
    return file.alert_zones.meteoalarm if file else ()
