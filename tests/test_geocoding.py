"""Where a name, a hotel or a point is: what is built in first, and alone without a network."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.curated import AtlasGeocoder
from adapters.travel.geocoding import LiveGeocoder
from adapters.travel.nominatim import Nominatim
from adapters.travel.open_meteo_geocoding import OpenMeteoGeocoding
from adapters.travel.photon import Photon
from adapters.travel.placed import box
from core.errors import Unavailable
from core.travel import Place, Point
from tests.fake_open_meteo import START
from tests.wire import geoapify_geocoding, nominatim, photon
from tests.wire import open_meteo_geocoding as open_meteo
from tests.wire.rig import rig_of
from tests.wire.server import Says, says

LISBON = nominatim.LISBON
AT_SEA = Point(lat=-40.0, lon=-30.0)


def offline() -> AtlasGeocoder:
    return AtlasGeocoder(Finder(Atlas.load()))


# --- one geocoder at a time ----------------------------------------------------------------------


async def test_a_village_has_country_zone_and_people() -> None:
    async with rig_of(open_meteo.WIRES[0].routes) as rig:
        port = OpenMeteoGeocoding(rig.client, rig.url)
        brazil, portugal = await port.find("piodao")
        [narrowed] = await port.find("Piódão", country="PT")

    assert (brazil.country, portugal.country) == ("BR", "PT")  # most people first
    assert narrowed.id == portugal.id
    assert portugal.id == "geonames:2735943" and portugal.kind == "town"
    assert (portugal.timezone, portugal.region) == ("Europe/Lisbon", "Coimbra")
    assert "GeoNames (CC BY 4.0)" in portugal.source.attribution


async def test_a_longer_name_that_only_begins_alike_is_another_place() -> None:
    async with rig_of(open_meteo.WIRES[0].routes) as rig:
        port = OpenMeteoGeocoding(rig.client, rig.url)

        assert await port.find("Pio") == []
        assert await port.find("P") == []
        assert [p.kind for p in await port.find("Ilha Deserta")] == ["island"]


async def test_hits_are_kept_for_a_month_and_misses_for_a_day() -> None:
    async with rig_of(open_meteo.WIRES[0].routes) as rig:
        port = OpenMeteoGeocoding(rig.client, rig.url)
        for days in (0, 2, 29):
            rig.time.passes(seconds=(START + timedelta(days=days) - rig.time.now()).total_seconds())
            await port.find("Piódão")
            await port.find("Nowhere")

        assert [a.query["name"] for a in rig.server.asked] == ["Piódão", *["Nowhere"] * 3]


async def test_a_sight_is_found_around_a_point_with_its_address() -> None:
    async with rig_of(nominatim.WIRES[0].routes) as rig:
        port = nominatim.port(rig)
        [tower] = await port.find("Torre de Belém", near=LISBON)
        far = await port.find("Torre de Belém", near=Point(lat=48.85, lon=2.35))
        asked = rig.server.asked[0].query

    assert tower.id == "osm:way:24341353" and tower.kind == "spot"
    assert (tower.country, tower.region, tower.timezone) == ("PT", "Lisbon", "Europe/Lisbon")
    assert far == []
    assert asked["bounded"] == "1" and asked["accept-language"] == "en"


async def test_an_address_without_a_name_is_called_by_its_first_words() -> None:
    nameless = nominatim.result(name="", display_name="231, Rua da Prata, Baixa, Lisbon, Portugal")
    odd = [nominatim.result(osm_type="tile"), nominatim.result(lat="x"), nominatim.result(osm_id=0)]
    async with rig_of(nominatim.WIRES[0].routes) as rig:
        rig.server.breaks(says(Says(200, [*odd, nameless])))
        [place] = await nominatim.port(rig).find("Rua da Prata 231")

    assert place.name == "231, Rua da Prata"


async def test_photon_knows_a_house_by_its_street() -> None:
    async with rig_of({**photon.WIRES[0].routes, **photon.WIRES[1].routes}) as rig:
        [hotel] = await photon.port(rig).find("Hotel da Baixa", near=LISBON)
        house = await photon.port(rig).at(LISBON)

    assert (hotel.name, hotel.id) == ("Hotel da Baixa", "osm:node:5400890")
    assert house is not None and house.name == "Rua da Prata 231"


async def test_geoapify_has_its_own_time_zone() -> None:
    async with rig_of(geoapify_geocoding.WIRES[0].routes) as rig:
        [hotel] = await geoapify_geocoding.port(rig).find("Hotel da Baixa", country="PT")

        assert rig.server.asked[0].query["filter"] == "countrycode:pt"
    assert hotel.timezone == "Europe/Lisbon"
    assert hotel.source.attribution.startswith("Powered by Geoapify")


async def test_openstreetmaps_servers_are_not_asked_without_a_contact() -> None:
    async with rig_of({**nominatim.WIRES[0].routes, **photon.WIRES[0].routes}) as rig:
        for port in (Nominatim(rig.client, rig.url), Photon(rig.client, rig.url)):
            with pytest.raises(Unavailable, match="needs CARAVAN_CONTACT"):
                await port.find("Alfama", near=LISBON)

        assert rig.asked == 0


@pytest.mark.parametrize("point", [LISBON, Point(lat=89.9, lon=0), Point(lat=0, lon=179.9)])
def test_the_box_around_a_point_is_on_earth(point: Point) -> None:
    south, west, north, east = box(point)

    assert -90 <= south < point.lat < north <= 90
    assert -180 <= west < point.lon < east <= 180


# --- together ------------------------------------------------------------------------------------


class Finds:
    """A SpotFinder of a story: knows some names, is down, or hangs."""

    def __init__(self, who: str, *names: str, down: bool = False, hangs: bool = False) -> None:
        self.who, self.names, self.down, self.hangs = who, names, down, hangs
        self.asked: list[str] = []

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        self.asked.append(text)
        await self._trouble()
        return [_place(self.who, name) for name in self.names if name == text]

    async def at(self, point: Point) -> Place | None:
        self.asked.append("point")
        await self._trouble()
        return _place(self.who, self.names[0]) if self.names else None

    async def _trouble(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.down:
            raise Unavailable(self.who, "down")


def _place(who: str, name: str) -> Place:
    return _LISBON.model_copy(update={"id": f"osm:node:{len(name)}", "name": name, "region": who})


_LISBON = Place.model_validate(
    {
        "source": {"name": "test", "fetched_at": START, "confidence": "live"},
        "id": "osm:node:1",
        "name": "Lisbon",
        "kind": "spot",
        "country": "PT",
        "point": LISBON,
        "timezone": "Europe/Lisbon",
    }
)


def live(*, names: list[Finds] | None = None, spots: list[Finds] | None = None) -> LiveGeocoder:
    return LiveGeocoder(offline(), names=names or [], spots=spots or [], deadline_s=0.05)


async def test_what_is_built_in_is_not_asked_for_elsewhere() -> None:
    names, spots = Finds("names", "Kyoto"), Finds("spots", "Kyoto")
    port = live(names=[names], spots=[spots])
    [kyoto, *_] = await port.find("Kyoto")
    await port.find("Georgia", kind="country")
    await port.find("Atlantis", kind="state")

    assert kyoto.destination_id == "kyoto"
    assert names.asked == spots.asked == []


async def test_a_village_we_do_not_have_is_asked_for_by_name_only() -> None:
    names, spots = Finds("names", "Zzyzx Springs"), Finds("spots", "Zzyzx Springs")
    [found] = await live(names=[names], spots=[spots]).find("Zzyzx Springs")

    assert found.region == "names"
    assert spots.asked == []


async def test_an_address_is_asked_for_at_the_map_too() -> None:
    names, spots = Finds("names"), Finds("spots", "Rua Qwertzuiop 231")
    [found] = await live(names=[names], spots=[spots]).find("Rua Qwertzuiop 231")

    assert found.region == "spots"


async def test_a_hotel_called_like_a_town_is_looked_for_around_the_point() -> None:
    spots = Finds("spots", "Hotel Porto")
    [found] = await live(spots=[spots]).find("Hotel Porto", near=LISBON)

    assert found.region == "spots"


async def test_the_second_stands_in_for_the_first_and_nothing_is_not_an_outage() -> None:
    nobody = Finds("nobody")

    for first in (Finds("A", down=True), nobody):
        [found] = await live(spots=[first, Finds("B", "Xyzzy 1")]).find("Xyzzy 1")
        assert found.region == "B"
    assert await live(spots=[nobody]).find("Xyzzy 1") == []


@pytest.mark.parametrize("trouble", ["down", "hangs"])
async def test_an_outage_is_told_when_nothing_is_built_in(trouble: str) -> None:
    broken = Finds("A", **{trouble: True})  # type: ignore[arg-type]
    port = live(names=[broken], spots=[broken])

    with pytest.raises(Unavailable, match="The place search"):
        await port.find("Qwxyzvillage 12")
    [kyoto, *_] = await port.find("Kyoto")
    assert kyoto.destination_id == "kyoto"


async def test_without_any_provider_the_built_in_list_answers_alone() -> None:
    port = live()
    [known, *_] = await port.find("Lisbon")

    assert known.destination_id == "lisbon"
    assert await port.find("Qwxyzvillage 12") == []


async def test_a_point_has_a_name_from_the_map_else_the_nearest_town() -> None:
    kyoto = Point(lat=35.0116, lon=135.7681)
    mapped = await live(spots=[Finds("A", "Gion")]).at(kyoto)
    for spots in ([], [Finds("A", down=True)], [Finds("A")]):
        built_in = await live(spots=list(spots)).at(kyoto)

        assert built_in is not None and built_in.country == "JP"
        assert built_in.timezone == "Asia/Tokyo"
    assert mapped is not None and mapped.name == "Gion"


async def test_far_out_at_sea_there_is_no_place() -> None:
    assert await offline().at(AT_SEA) is None


async def test_many_points_on_land_have_their_own_country() -> None:
    for lat, lon, country in (
        (38.7078, -9.1366, "PT"),
        (48.8566, 2.3522, "FR"),
        (-33.8688, 151.2093, "AU"),
        (40.7128, -74.0060, "US"),
        (-1.2921, 36.8219, "KE"),
    ):
        found = await offline().at(Point(lat=lat, lon=lon))

        assert found is not None and found.country == country
