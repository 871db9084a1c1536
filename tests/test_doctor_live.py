"""`caravan doctor --live` at the providers' local servers: what it saw, or what to do about it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.cli import main
from bot.doctor import examine
from bot.settings import load_settings
from tests.fake_open_meteo import Time
from tests.wire import wires
from tests.wire.server import Asked, Handler, Says, WireServer, html_500, refuses, says, silence

# The doctor's name -> the wire that serves it, its address, the settings that it needs.
SERVED = {
    "Open-Meteo": ("open-meteo", "OPEN_METEO_BASE_URL", ""),
    "MET Norway": ("met-norway", "MET_NORWAY_BASE_URL", ""),
    "OpenWeather": ("openweather", "OPENWEATHER_BASE_URL", "OPENWEATHER_API_KEY"),
    "US weather service": ("nws", "NWS_BASE_URL", ""),
    "MeteoAlarm": ("meteoalarm", "METEOALARM_BASE_URL", ""),
    "GDACS": ("gdacs", "GDACS_BASE_URL", ""),
    "Open-Meteo places": ("open-meteo geocoding", "OPEN_METEO_GEOCODING_BASE_URL", ""),
    "Nominatim": ("nominatim (search)", "NOMINATIM_BASE_URL", ""),
    "Photon": ("photon (search)", "PHOTON_BASE_URL", ""),
    "Geoapify addresses": (
        "geoapify geocoding (search)",
        "GEOAPIFY_BASE_URL",
        "GEOAPIFY_API_KEY",
    ),
    "Frankfurter": ("frankfurter", "FRANKFURTER_BASE_URL", ""),
    "OSRM": ("osrm", "OSRM_BASE_URL", ""),
    "openrouteservice": (
        "openrouteservice",
        "OPENROUTESERVICE_BASE_URL",
        "OPENROUTESERVICE_API_KEY",
    ),
    "Ticketmaster": ("ticketmaster", "TICKETMASTER_BASE_URL", "TICKETMASTER_API_KEY"),
    "Duffel": ("duffel", "DUFFEL_BASE_URL", "DUFFEL_ACCESS_TOKEN"),
    "Wikipedia": ("wikipedia", "WIKIPEDIA_BASE_URL", ""),
    "Overpass": ("overpass", "OVERPASS_BASE_URL", ""),
    "AeroDataBox": ("aerodatabox (api.market)", "AERODATABOX_BASE_URL", "AERODATABOX_API_KEY"),
}
# One address, one key, two services: this one is at the server of the addresses.
BESIDE = {"Geoapify Places": "Geoapify addresses"}
WIRES = {w.name: w for w in wires()}
SECRETS = {w.key for w in WIRES.values() if w.key}


def airlines(asked: Asked) -> Says:
    """Duffel's cheap question, which its wire file does not need."""
    if not asked.headers.get("authorization", "").startswith("Bearer "):
        return Says(401, {"errors": [{"type": "authentication_error", "message": "no token"}]})
    return Says(200, {"data": [{"id": "arl_1", "name": "Duffel Airways"}], "meta": {}})


class Clinic:
    """A server for every provider, and the doctor with settings that point there."""

    def __init__(self) -> None:
        self.servers: dict[str, WireServer] = {}
        self.environment = {"CARAVAN_CONTACT": "ops@example.org"}

    async def opens(self, folder: Path) -> None:
        self.environment["CARAVAN_DATABASE"] = str(folder / "caravan.sqlite")
        for name, (wire, address, key) in SERVED.items():
            routes: Mapping[str, Handler] = WIRES[wire].routes
            if name == "Duffel":
                routes = {**routes, "GET /air/airlines": airlines}
            if name in BESIDE.values():
                routes = {**routes, **WIRES["geoapify places"].routes}
            server = self.servers[name] = WireServer(routes)
            await server.opens()
            self.environment[address] = server.url + ("/routed-foot" if name == "OSRM" else "")
            if key:
                self.environment[key] = WIRES[wire].key

    async def closes(self) -> None:
        for server in self.servers.values():
            await server.closes()

    async def examines(self, **changes: str) -> tuple[int, dict[str, str]]:
        """The exit code and the rows of the providers that have a server here."""
        out = io.StringIO()
        settings = load_settings(self.environment | changes)
        code = await examine(settings, out, Time(), live=True)
        rows = {line[10:29].strip(): line for line in out.getvalue().splitlines()}
        assert not [s for s in SECRETS if s in out.getvalue()]
        return code, {name: rows[name] for name in (*SERVED, *BESIDE)}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    made = Clinic()
    await made.opens(tmp_path)
    yield made
    await made.closes()


def test_every_provider_has_a_server_here() -> None:
    from bot.clock import SystemClock
    from bot.probes import probes
    from bot.providers import provider_client

    settings = load_settings({})
    client = provider_client(settings, SystemClock())

    known = {p.name: p for p in probes(settings, client, SystemClock())}
    assert set(known) == set(SERVED) | set(BESIDE)
    for probe in known.values():
        assert all(settings.by_variable(v) is not None for v in (*probe.needs, probe.address))


async def test_every_configured_provider_is_asked_once_and_says_something(clinic: Clinic) -> None:
    code, rows = await clinic.examines()

    assert code == 0
    for name, row in rows.items():
        assert row.startswith("[ok]"), row
        assert "asked just now" in row
        together = [n for n in (*SERVED, *BESIDE) if BESIDE.get(n, n) == BESIDE.get(name, name)]
        server = clinic.servers[BESIDE.get(name, name)]
        assert len(server.asked) == len(together), name
        assert server.lost == []
    assert "Lisbon today 11–18 °C" in rows["Open-Meteo"]
    assert "1 warning for Denver" in rows["US weather service"]
    assert "“Piódão” is in BR" in rows["Open-Meteo places"]
    assert "EUR 1 = USD" in rows["Frankfurter"]


@pytest.mark.parametrize(
    ("name", "trouble", "words"),
    [
        (
            "OpenWeather",
            refuses(401, {"cod": 401, "message": "Invalid API key"}),
            "HTTP 401: Invalid API key; check OPENWEATHER_API_KEY",
        ),
        ("MET Norway", refuses(403), "HTTP 403; check CARAVAN_CONTACT"),
        ("GDACS", refuses(403), "HTTP 403; check GDACS_BASE_URL"),
        ("Ticketmaster", refuses(429), "its limit is reached"),
        ("Open-Meteo", html_500, "HTTP 500; the provider is in trouble"),
        ("Nominatim", refuses(404), "check NOMINATIM_BASE_URL"),
        ("Photon", says(Says(200, {"hello": 1})), "or report it"),
    ],
    ids="key contact address limit trouble lost nonsense".split(),
)
async def test_a_failure_says_what_it_was_and_what_to_do(
    clinic: Clinic, name: str, trouble: object, words: str
) -> None:
    clinic.servers[name].breaks(trouble)  # type: ignore[arg-type]
    code, rows = await clinic.examines()

    assert code == 1
    assert rows[name].startswith("[broken]") and words in rows[name]
    assert [n for n, row in rows.items() if row.startswith("[broken]")] == [name], rows


async def test_silence_ends_soon_and_holds_nobody_up(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.PATIENCE_S", 0.2)
    clinic.servers["GDACS"].breaks(silence)
    code, rows = await clinic.examines()

    assert code == 1
    assert "TimeoutError; no network from here" in rows["GDACS"]
    assert "check GDACS_BASE_URL" in rows["GDACS"]


async def test_a_provider_that_is_off_is_not_asked(clinic: Clinic) -> None:
    _, rows = await clinic.examines(CARAVAN_CONTACT="", CARAVAN_WEATHER="off")

    for name in ("MET Norway", "Nominatim", "OpenWeather", "GDACS"):
        assert rows[name].startswith("[off]")
        assert clinic.servers[name].asked == []


async def test_with_caravan_live_off_nobody_is_asked(clinic: Clinic) -> None:
    code, rows = await clinic.examines(CARAVAN_LIVE="off")

    assert code == 0
    assert all(row.startswith("[off]") for row in rows.values())
    assert not any(server.asked for server in clinic.servers.values())


async def test_the_command_asks_and_ends_with_one_when_something_is_broken(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, value in clinic.environment.items():
        monkeypatch.setenv(variable, value)
    clinic.servers["Frankfurter"].breaks(html_500)
    code = await asyncio.to_thread(main, ["doctor", "--live"])
    said = capsys.readouterr().out

    assert code == 1
    assert "[broken]  Frankfurter" in said and "[ok]      MeteoAlarm" in said
