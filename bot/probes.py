"""Every provider once: what it is for, what switches it on, and the one question the doctor asks.

A new provider is one line in `probes`, or in `Clients.probed` of bot/trip_ports.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from adapters.travel.gdacs import Gdacs
from adapters.travel.geoapify_geocoding import GeoapifyGeocoding
from adapters.travel.http import ProviderClient
from adapters.travel.met_norway import MetNorway
from adapters.travel.meteoalarm import MeteoAlarm
from adapters.travel.nominatim import Nominatim
from adapters.travel.nws import NationalWeatherService
from adapters.travel.open_meteo import OpenMeteo
from adapters.travel.open_meteo_geocoding import OpenMeteoGeocoding
from adapters.travel.photon import Photon
from adapters.travel.placed import SpotFinder
from adapters.travel.spot import AlertSource, Spot
from bot.providers import open_meteo_url, openweather
from bot.settings import Settings
from bot.trip_ports import NEEDS, Clients
from core import words
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Place, Point, Weather

LISBON = Spot(Point(lat=38.7078, lon=-9.1366), "PT", "Europe/Lisbon", ("Lisbon", "Lisboa"))
DENVER = Spot(Point(lat=39.7456, lon=-104.9994), "US", "America/Denver", ("Denver",))
Ask = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Probe:
    """A provider as the doctor sees it.

    `missing` says why it is off, empty when it is on. `ask` puts one small question to it and says
    what came back; it raises Unavailable. `needs` are the settings that switch it on, `address`
    the one that says where it is.
    """

    name: str
    purpose: str
    missing: str
    ask: Ask
    needs: tuple[str, ...]
    address: str


def probes(settings: Settings, client: ProviderClient, clock: Clock) -> list[Probe]:
    """All providers that there are."""
    s, today = settings, clock.now().date()
    om_key, geo_key = (k.get_secret_value() for k in (s.open_meteo_api_key, s.geoapify_api_key))
    open_meteo = OpenMeteo(client, clock, open_meteo_url(s, s.open_meteo_base_url), om_key)
    villages = OpenMeteoGeocoding(
        client, open_meteo_url(s, s.open_meteo_geocoding_base_url), om_key
    )
    met = MetNorway(client, clock, s.met_norway_base_url, s.contact)
    us = NationalWeatherService(client, s.nws_base_url, s.contact)
    europe = MeteoAlarm(client, clock, s.meteoalarm_base_url)
    world = Gdacs(client, clock, s.gdacs_base_url)
    geoapify = GeoapifyGeocoding(client, geo_key, s.geoapify_base_url)
    nominatim = Nominatim(client, s.nominatim_base_url, s.contact)
    photon = Photon(client, s.photon_base_url, s.contact)
    asks: dict[str, tuple[str, Ask]] = {
        "Open-Meteo": ("forecasts", _forecast(open_meteo, today)),
        "MET Norway": ("forecasts", _forecast(met, today)),
        "OpenWeather": ("forecasts", _forecast(openweather(s, client, clock), today)),
        "US weather service": ("warnings", _warnings(us, DENVER, today)),
        "MeteoAlarm": ("warnings", _warnings(europe, LISBON, today)),
        "GDACS": ("warnings", _warnings(world, LISBON, today)),
        "Open-Meteo places": ("towns and villages", _found(villages, "Piódão")),
        "Geoapify addresses": ("addresses", _found(geoapify, "Rossio", LISBON.point)),
        "Nominatim": ("addresses", _found(nominatim, "Rossio", LISBON.point)),
        "Photon": ("addresses", _found(photon, "Rossio", LISBON.point)),
    }
    trips = Clients(s, client, clock).probed
    asks |= {
        name: (_TRIPS[name], made.probe if made is not None else _nobody)
        for name, made in trips.items()
    }
    return [_probe(s, name, purpose, ask) for name, (purpose, ask) in asks.items()]


_TRIPS = {
    "Frankfurter": "exchange rates",
    "openrouteservice": "ways on foot",
    "OSRM": "ways on foot",
    "Ticketmaster": "events on sale",
    "Wikipedia": "sights of any town",
    "Overpass": "opening hours of any town",
    "Geoapify Places": "sights of any town",
    "Duffel": "flights on sale",
    "AeroDataBox": "delays and gates",
}
_NEEDS = {
    "MET Norway": "CARAVAN_CONTACT",
    "OpenWeather": "OPENWEATHER_API_KEY",
    "US weather service": "CARAVAN_CONTACT",
    "Geoapify addresses": "GEOAPIFY_API_KEY",
    "Nominatim": "CARAVAN_CONTACT",
    "Photon": "CARAVAN_CONTACT",
    **NEEDS,
}
_ADDRESSES = {
    "Open-Meteo places": "OPEN_METEO_GEOCODING_BASE_URL",
    "US weather service": "NWS_BASE_URL",
    "Geoapify addresses": "GEOAPIFY_BASE_URL",
    "Geoapify Places": "GEOAPIFY_BASE_URL",
}


def _probe(s: Settings, name: str, purpose: str, ask: Ask) -> Probe:
    needs = [n for n in _NEEDS.get(name, "").split(" and ") if n]
    address = _ADDRESSES.get(name) or f"{name.upper().replace('-', '_').replace(' ', '_')}_BASE_URL"
    missing = [f"{n} is not set" for n in needs if not s.by_variable(n)]
    if purpose in ("forecasts", "warnings") and not s.weather_on:
        missing = ["CARAVAN_WEATHER is off"]
    if not s.live:
        missing = ["CARAVAN_LIVE is off"]
    return Probe(name, purpose, "; ".join(missing), ask, tuple(needs), address)


async def _nobody() -> str:
    raise Unavailable("nobody", "not configured")


def _forecast(weather: Weather, today: date) -> Ask:
    async def ask() -> str:
        days = await weather.forecast(LISBON.point, LISBON.timezone, today, today)
        if not days:
            return "Lisbon: no forecast for today any more"
        return f"Lisbon today {words.weather(days[0])}"

    return ask


def _warnings(source: AlertSource, where: Spot, today: date) -> Ask:
    async def ask() -> str:
        found = await source.alerts(where, today, today)
        return f"{words.plural(len(found.alerts), 'warning')} for {where.names[0]}"

    return ask


def _found(finder: SpotFinder, text: str, near: Point | None = None) -> Ask:
    async def ask() -> str:
        found: list[Place] = await finder.find(text, near=near)
        return f"“{text}” is in {found[0].country}" if found else f"“{text}” is not known"

    return ask
