"""Names of places, as travellers write them, and the places they mean."""

from __future__ import annotations

import pytest

from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.finder import Finder
from adapters.travel.atlas.names import fold


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(Atlas.load())


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Queenstown", "Queenstown", "NZ"),
        ("Bali", "Bali", "ID"),
        ("Galle", "Galle", "LK"),
        ("Madeira", "Madeira", "PT"),
        ("Paris", "Paris", "FR"),
        ("London", "London", "GB"),
        ("Birmingham", "Birmingham", "GB"),
        ("Santiago", "Santiago", "CL"),
        ("Washington", "Washington, D.C.", "US"),
    ],
)
def test_a_name_many_places_share_means_the_one_travellers_mean(
    text: str, name: str, country: str, finder: Finder
) -> None:
    best = finder.find(text)[0]

    assert (best.name, best.country, best.exact) == (name, country, True)


@pytest.mark.parametrize(
    ("text", "country", "start"),
    [
        ("Malaga", "ES", "Málaga"),
        ("málaga", "ES", "Málaga"),
        ("MÁLAGA", "ES", "Málaga"),
        ("Sao Paulo", "BR", "São Paulo"),
        ("Reykjavik", "IS", "Reykjav"),
        ("Malmo", "SE", "Malm"),
        ("St. Petersburg", "RU", "Saint Petersburg"),
    ],
)
def test_accents_case_and_dots_do_not_matter(
    text: str, country: str, start: str, finder: Finder
) -> None:
    places = [place for place in finder.find(text) if place.country == country]

    assert places
    assert places[0].name.startswith(start)


@pytest.mark.parametrize(
    ("text", "country", "lat", "lon"),
    [
        ("München", "DE", 48.14, 11.58),
        ("Köln", "DE", 50.93, 6.95),
        ("Москва", "RU", 55.75, 37.62),
        ("東京", "JP", 35.69, 139.69),
        ("서울", "KR", 37.57, 126.98),
        ("กรุงเทพ", "TH", 13.75, 100.50),
        ("Lisboa", "PT", 38.72, -9.14),
        ("თბილისი", "GE", 41.69, 44.83),
    ],
)
def test_a_place_answers_to_its_name_on_the_spot(
    text: str, country: str, lat: float, lon: float, finder: Finder
) -> None:
    best = finder.find(text)[0]

    assert best.country == country
    assert gazetteer.km_between(best.lat, best.lon, lat, lon) < 15


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Barcelna", "Barcelona"),
        ("Amsterdm", "Amsterdam"),
        ("Edinburg", "Edinburgh"),
        ("Lisbn", "Lisbon"),
        ("Tokio", "Tokyo"),
        ("Quenstown", "Queenstown"),
        ("Budapset", "Budapest"),
        ("Maledives", "Maldives"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(text: str, name: str, finder: Finder) -> None:
    assert name in [place.name for place in finder.find(text)]


def test_a_guess_is_marked_as_a_guess(finder: Finder) -> None:
    assert not finder.find("Barcelna")[0].exact
    assert finder.find("Barcelona")[0].exact


@pytest.mark.parametrize("text", ["", "  ", "?!", "zzqx", "the", "qwertzuiop", "x" * 500])
def test_what_is_no_place_finds_none(text: str, finder: Finder) -> None:
    assert finder.find(text) == []


def test_georgia_is_a_country_first_and_a_state_too(finder: Finder) -> None:
    assert [place.id for place in finder.find("Georgia")[:2]] == ["country:GE", "region:US.GA"]
    assert [place.id for place in finder.find("Georgia", kind="state")] == ["region:US.GA"]
    assert [place.id for place in finder.find("Georgia", kind="country")] == ["country:GE"]


@pytest.mark.parametrize(
    ("text", "country", "region"),
    [
        ("Savannah, Georgia", "US", "Georgia"),
        ("Batumi, Georgia", "GE", ""),
        ("Portland, Maine", "US", "Maine"),
        ("Portland Maine", "US", "Maine"),
        ("Portland, ME", "US", "Maine"),
        ("Paris, Texas", "US", "Texas"),
        ("Paris, France", "FR", ""),
        ("London, ON", "CA", "Ontario"),
        ("San José, Costa Rica", "CR", ""),
        ("Valencia Spain", "ES", ""),
    ],
)
def test_a_hint_behind_the_name_decides(
    text: str, country: str, region: str, finder: Finder
) -> None:
    best = finder.find(text)[0]

    assert best.country == country
    assert best.region == region


def test_a_country_given_apart_decides_too(finder: Finder) -> None:
    assert finder.find("Queenstown", country="ZA")[0].country == "ZA"
    assert {place.country for place in finder.find("San Jose", country="PH")} == {"PH"}


def test_a_point_nearby_decides_between_namesakes(finder: Finder) -> None:
    boston, seattle = (42.36, -71.06), (47.61, -122.33)

    assert finder.find("Portland", near=boston)[0].region == "Maine"
    assert finder.find("Portland", near=seattle)[0].region == "Oregon"


@pytest.mark.parametrize("text", ["UK", "the Netherlands", "Holland", "Deutschland", "日本", "USA"])
def test_countries_answer_to_what_people_call_them(text: str, finder: Finder) -> None:
    assert finder.find(text)[0].kind == "country"


@pytest.mark.parametrize("word", ["us", "can", "are", "per", "and"])
def test_small_words_are_no_countries(word: str, finder: Finder) -> None:
    assert finder.find(word, kind="country") == []


def test_a_destination_and_its_town_are_one_place(finder: Finder) -> None:
    found = [place for place in finder.find("Lisbon") if place.country == "PT"]

    assert [place.id for place in found] == ["atlas:lisbon"]
    assert found[0].population > 400_000


@pytest.mark.parametrize(
    ("lat", "lon", "name", "timezone"),
    [
        (48.8606, 2.3376, "Paris", "Europe/Paris"),
        (-45.03, 168.66, "Queenstown", "Pacific/Auckland"),
        (64.15, -21.94, "Reykjavík", "Atlantic/Reykjavik"),
        (-16.5, 179.99, "", "Pacific/Fiji"),
    ],
)
def test_the_nearest_town_tells_the_time_zone(
    lat: float, lon: float, name: str, timezone: str
) -> None:
    town = gazetteer.nearest(lat, lon)

    assert town is not None
    assert town.timezone == timezone
    assert gazetteer.km_between(lat, lon, town.lat, town.lon) < 120
    assert name in ("", town.name) or name == "Paris"


def test_far_out_in_the_ocean_there_is_no_town() -> None:
    assert gazetteer.nearest(-48.9, -123.4) is None


def test_a_country_knows_its_neighbours_and_its_money() -> None:
    portugal = gazetteer.country("pt")

    assert portugal is not None
    assert (portugal.name, portugal.currency, portugal.neighbours) == ("Portugal", "EUR", ("ES",))
    assert portugal.timezone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("São Paulo", "sao paulo"),
        ("Côte d’Ivoire", "cote divoire"),
        ("İstanbul", "istanbul"),
        ("Kraków", "krakow"),
        ("Tromsø", "tromso"),
        ("Gießen", "giessen"),
        ("Saint-Malo", "saint malo"),
        ("서울", "서울"),
        ("กรุงเทพ", "กรุงเทพ"),
    ],
)
def test_names_are_compared_without_accents_but_in_their_own_script(name: str, folded: str) -> None:
    assert fold(name) == folded
    assert fold(folded) == folded
