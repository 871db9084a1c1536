"""The live ports of a journey: rates, ways, events, places, flights on sale, flight status.

Each is in front of what is built in and only there when its settings say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pydantic import SecretStr

from adapters.travel.aerodatabox import AeroDataBox
from adapters.travel.duffel import Duffel
from adapters.travel.events import EventsTogether
from adapters.travel.foot_routes import FootRoutes, FootTable
from adapters.travel.found import PlaceSource
from adapters.travel.frankfurter import FrankfurterRates
from adapters.travel.geoapify_places import GeoapifyPlaces
from adapters.travel.http import ProviderClient
from adapters.travel.live_places import LivePlaces
from adapters.travel.openrouteservice import OpenRouteService
from adapters.travel.osrm import Osrm
from adapters.travel.overpass import Overpass
from adapters.travel.rates import RatesInOrder
from adapters.travel.ticketmaster import Ticketmaster
from adapters.travel.wikipedia import Wikipedia
from bot.settings import Settings
from core.ports import Clock
from core.travel import Travel


class Probed(Protocol):
    async def probe(self) -> str:
        """One small question to the provider and what it said. Raises Unavailable."""
        ...


class Clients:
    """The provider clients that the settings switch on, each made once; None is switched off."""

    def __init__(self, s: Settings, client: ProviderClient, clock: Clock) -> None:
        contact = bool(s.contact)  # without it, servers of the commons are not asked
        self.rates = FrankfurterRates(client, s.frankfurter_base_url)
        ors, tm, geo = (
            _value(k)
            for k in (s.openrouteservice_api_key, s.ticketmaster_api_key, s.geoapify_api_key)
        )
        self.openrouteservice = (
            OpenRouteService(client, ors, s.openrouteservice_base_url) if ors else None
        )
        osrm = contact and s.osrm_base_url
        self.osrm = Osrm(client, s.osrm_base_url) if osrm else None
        self.ticketmaster = Ticketmaster(client, clock, tm, s.ticketmaster_base_url) if tm else None
        self.wikipedia = Wikipedia(client, s.wikipedia_base_url) if contact else None
        self.overpass = Overpass(client, s.overpass_base_url) if contact else None
        self.geoapify = GeoapifyPlaces(client, geo, s.geoapify_base_url) if geo else None
        duffel, adb = _value(s.duffel_access_token), _value(s.aerodatabox_api_key)
        self.duffel = Duffel(client, clock, duffel, s.duffel_base_url) if duffel else None
        self.aerodatabox = AeroDataBox(client, clock, adb, s.aerodatabox_base_url) if adb else None

    @property
    def probed(self) -> dict[str, Probed | None]:
        """What the doctor may ask, by the name it is known under; None is switched off."""
        return {
            "Frankfurter": self.rates,
            "openrouteservice": self.openrouteservice,
            "OSRM": self.osrm,
            "Ticketmaster": self.ticketmaster,
            "Wikipedia": self.wikipedia,
            "Overpass": self.overpass,
            "Geoapify Places": self.geoapify,
            "Duffel": self.duffel,
            "AeroDataBox": self.aerodatabox,
        }


# What switches a provider of `Clients.probed` on, for the doctor's report.
NEEDS = {
    "openrouteservice": "OPENROUTESERVICE_API_KEY",
    "OSRM": "OSRM_BASE_URL and CARAVAN_CONTACT",
    "Ticketmaster": "TICKETMASTER_API_KEY",
    "Wikipedia": "CARAVAN_CONTACT",
    "Overpass": "CARAVAN_CONTACT",
    "Geoapify Places": "GEOAPIFY_API_KEY",
    "Duffel": "DUFFEL_ACCESS_TOKEN",
    "AeroDataBox": "AERODATABOX_API_KEY",
}


def trip_ports(
    settings: Settings,
    client: ProviderClient,
    clock: Clock,
    travel: Travel,
    close: list[Callable[[], object]],
) -> Travel:
    """`travel` with the live sources in front of its built-in ports."""
    clients = Clients(settings, client, clock)
    travel = replace(
        travel,
        rates=RatesInOrder(clients.rates, travel.rates, clock),
        offers=clients.duffel,
        searches_a_day=settings.flight_searches,
        flight_status=clients.aerodatabox,
    )
    walks: list[FootTable] = [w for w in (clients.openrouteservice, clients.osrm) if w is not None]
    if walks:
        travel = replace(travel, routes=FootRoutes(*walks))
    if clients.ticketmaster is not None:
        travel = replace(travel, events=EventsTogether(travel.events, clients.ticketmaster))
    sources: list[PlaceSource] = [s for s in (clients.wikipedia, clients.geoapify) if s is not None]
    if sources or clients.overpass is not None:
        places = LivePlaces(travel.places, sources, clients.overpass)
        close.insert(0, places.aclose)  # before the client that it asks
        travel = replace(travel, places=places)
    return travel


def _value(secret: SecretStr) -> str:
    return secret.get_secret_value()
