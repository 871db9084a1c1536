"""The atlas: what every file must hold, that the checks notice mistakes, and facts known by hand.

A failure names the file and says all that is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.travel.atlas import gazetteer, opening, sources
from adapters.travel.atlas.atlas import COMPILED, Atlas
from adapters.travel.atlas.schema import DestinationFile, Poi
from tools.atlas_checks import problems_of, problems_together
from tools.atlas_checks.countries import country_problems
from tools.atlas_checks.money import DAY_IN_EUROS, day_in_euros

DESTINATIONS = {file.name.removesuffix(".yaml"): file for file in sources.destination_files()}
COUNTRIES = {file.name.removesuffix(".yaml"): file for file in sources.country_files()}
# Museums on the British Isles and in the Netherlands are open daily; elsewhere they rest a day.
RESTING = {"PT", "ES", "FR", "IT", "GR", "DE", "DK", "AT", "CZ", "HU", "PL", "HR", "SI", "CH", "BE"}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return Atlas.load()


@pytest.fixture(scope="module")
def lisbon() -> DestinationFile:
    return sources.read_destination(DESTINATIONS["lisbon"])


# Checks 1 to 8 on the files themselves.


@pytest.mark.parametrize("slug", DESTINATIONS)
def test_every_destination_passes_all_checks(slug: str) -> None:
    assert problems_of(sources.read_destination(DESTINATIONS[slug]), slug) == []


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_country_passes_all_checks(code: str) -> None:
    assert list(country_problems(sources.read_country(COUNTRIES[code]), code)) == []


def test_no_two_destinations_share_an_id_or_a_name(atlas: Atlas) -> None:
    assert problems_together(atlas.destinations(), set()) == []


def test_every_destination_lies_in_a_country_the_atlas_has_facts_of(atlas: Atlas) -> None:
    countries = {destination.country for destination in atlas.destinations()}

    assert countries - set(atlas.country_codes) == set()


def test_the_world_is_covered_in_the_shares_that_were_promised(atlas: Atlas) -> None:
    """150 destinations; Istanbul counts as Europe, Mexico and Cuba as Latin America."""
    counted = Counter(_part_of_the_world(d) for d in atlas.destinations())

    assert counted == {
        "Europe": 55,
        "Asia": 35,
        "North America": 20,
        "Latin America": 15,
        "Africa and Middle East": 15,
        "Oceania": 10,
    }
    assert all(12 <= len(d.pois) <= 20 for d in atlas.destinations())


def _part_of_the_world(destination: DestinationFile) -> str:
    if destination.country in {"AE", "JO", "OM", "QA"}:
        return "Africa and Middle East"
    if destination.country in {"MX", "CU"}:
        return "Latin America"
    if destination.id == "istanbul":
        return "Europe"
    country = gazetteer.country(destination.country)
    assert country is not None
    return {
        "EU": "Europe",
        "AS": "Asia",
        "NA": "North America",
        "SA": "Latin America",
        "AF": "Africa and Middle East",
        "OC": "Oceania",
    }[country.continent]


def test_most_museums_of_the_continent_rest_one_weekday(atlas: Atlas) -> None:
    """A sanity figure: curators who forget closing days would fall below it."""
    museums = [
        (destination, poi)
        for destination in atlas.destinations()
        if destination.country in RESTING
        for poi in destination.pois
        if poi.category == "museum" and poi.opening
    ]
    closing = [each for each in museums if _weekdays_closed(*each)]

    assert len(museums) >= 20
    assert len(closing) / len(museums) >= 0.6


def test_daily_costs_follow_the_price_levels_of_the_countries(atlas: Atlas) -> None:
    pairs = [
        (euros, float(DAY_IN_EUROS[destination.country]))
        for destination in atlas.destinations()
        if destination.country in DAY_IN_EUROS and (euros := day_in_euros(destination))
    ]

    assert len(pairs) >= 8
    assert _rank_correlation(pairs) >= 0.6


# The checks notice mistakes: one file, one thing broken, one sentence about it.


def _poi(file: dict[str, Any], number: int = 0) -> dict[str, Any]:
    poi: dict[str, Any] = file["pois"][number]
    return poi


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a POI with latitude and longitude swapped": (
        lambda file: _poi(file).update(point={"lat": -9.2, "lon": 38.7}),
        "outside of bbox",
    ),
    "a POI in another country": (
        lambda file: _poi(file).update(point={"lat": 40.42, "lon": -3.70}),
        "not in PT",
    ),
    "two POIs on one spot": (
        lambda file: _poi(file).update(point=dict(_poi(file, 1)["point"])),
        "less than 20 m apart",
    ),
    "the centre of another town": (
        lambda file: file.update(center={"lat": 38.52, "lon": -8.89}),
        "km from Lisbon",
    ),
    "the time zone of the Azores": (
        lambda file: file.update(timezone="Atlantic/Azores"),
        "Europe/Lisbon in",
    ),
    "a time zone that does not exist": (
        lambda file: file.update(timezone="Europe/Lisboa"),
        "does not exist",
    ),
    "an airport that does not exist": (
        lambda file: file["airports"][0].update(iata="QQX"),
        "airport QQX does not exist",
    ),
    "an airport too near": (lambda file: file["airports"][0].update(km=70), "km away, not 70"),
    "nights warmer than days": (
        lambda file: file["climate"].update(tmin_c=[40.0] * 12),
        "tmin_c is not below tmax_c",
    ),
    "a southern summer": (
        lambda file: [
            file["climate"].update({key: file["climate"][key][6:] + file["climate"][key][:6]})
            for key in ("tmax_c", "tmin_c")
        ],
        "July is colder than January",
    ),
    "a jump between months": (
        lambda file: file["climate"]["tmax_c"].__setitem__(3, 45.0),
        "jumps from",
    ),
    "sun at night": (lambda file: file["climate"].update(sun_h=[420.0] * 12), "hours of sun"),
    "sun hours a day": (lambda file: file["climate"].update(sun_h=[8.0] * 12), "whole month"),
    "rain on 32 days": (lambda file: file["climate"].update(rain_days=[32.0] * 12), "rain days"),
    "an opening string nobody can read": (
        lambda file: _poi(file).update(opening="open every day"),
        "is not OSM syntax",
    ),
    "a sight that is hardly ever open": (
        lambda file: _poi(file).update(opening="Jan 01 10:00-11:00"),
        "hardly ever open",
    ),
    "a visit of a week": (
        lambda file: next(poi for poi in file["pois"] if poi["category"] == "viewpoint").update(
            visit_min=600
        ),
        "600 min for a viewpoint",
    ),
    "the wrong currency": (lambda file: file["cost"].update(currency="PLN"), "pays in EUR"),
    "a lost zero": (
        lambda file: file["cost"].update(daily_low=5, daily_mid=9, daily_high=20, meal_mid=2),
        "a middling day of about 9 EUR",
    ),
    "costs that fall": (lambda file: file["cost"].update(daily_low=500), "cost must rise"),
    "too few POIs": (lambda file: file.update(pois=file["pois"][:6]), "6 POIs"),
    "no provenance of the climate": (
        lambda file: file.update(
            provenance=[entry for entry in file["provenance"] if entry["field"] != "climate"]
        ),
        'no entry for "climate"',
    ),
    "a review by nobody": (
        lambda file: file["provenance"][0].update(reviewed=True),
        "reviewed, but by nobody",
    ),
    "a date in the future": (
        lambda file: file["provenance"][0].update(retrieved="2199-01-01"),
        "in the future",
    ),
    "one id twice": (
        lambda file: _poi(file).update(id=_poi(file, 1)["id"]),
        "is used 2 times",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_file_is_told(mistake: str, lisbon: DestinationFile) -> None:
    file = lisbon.model_dump(mode="json")
    breaks, sentence = MISTAKES[mistake]
    breaks(file)

    problems = problems_of(DestinationFile.model_validate(file), "lisbon")

    assert any(sentence in problem for problem in problems), problems


def test_all_schema_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yaml"
    file.write_text("id: No Where\nvibez: {}\nschema_version: 1\n")

    with pytest.raises(sources.BadAtlasFile) as error:
        sources.read_destination(file)

    assert {"id", "vibez", "pois"} <= {told.partition(":")[0] for told in error.value.problems}


# The compiled file.


def test_the_compiled_atlas_is_that_of_the_yaml_files() -> None:
    """When this fails, run `python tools/build_atlas.py` and commit atlas.jsonl."""
    compiled = (Path(sources.__file__).parent / COMPILED).read_bytes()

    assert compiled == sources.compile_atlas()


def test_a_destination_answers_to_any_spelling_of_its_names(atlas: Atlas) -> None:
    assert [found.id for found in atlas.called("LISBOA")] == ["lisbon"]
    assert [found.id for found in atlas.called("Lissabon")] == ["lisbon"]
    assert atlas.called("Nowhere at all") == []


def test_an_id_the_atlas_does_not_have_is_none(atlas: Atlas) -> None:
    assert atlas.destination("atlantis") is None
    assert atlas.country("XX") is None


# Check 10: thirty facts looked up by hand.

GOLDEN: dict[str, tuple[Callable[[Any], object], object]] = {
    "112 is the number in Portugal": (lambda a: a.country("PT").emergency.all, "112"),
    "999 is the number in the United Kingdom": (lambda a: a.country("GB").emergency.all, "999"),
    "000 is the number in Australia": (lambda a: a.country("AU").emergency.all, "000"),
    "111 is the number in New Zealand": (lambda a: a.country("NZ").emergency.all, "111"),
    "911 is the number in Mexico": (lambda a: a.country("MX").emergency.all, "911"),
    "110 is the police in Japan": (lambda a: a.country("JP").emergency.police, "110"),
    "119 is the ambulance in Korea": (lambda a: a.country("KR").emergency.ambulance, "119"),
    "1669 is the ambulance in Thailand": (lambda a: a.country("TH").emergency.ambulance, "1669"),
    "192 is the ambulance in Brazil": (lambda a: a.country("BR").emergency.ambulance, "192"),
    "995 is the ambulance in Singapore": (lambda a: a.country("SG").emergency.ambulance, "995"),
    "10111 is the police in South Africa": (lambda a: a.country("ZA").emergency.police, "10111"),
    "they drive on the left in Thailand": (lambda a: a.country("TH").drive_side, "left"),
    "they drive on the right in Vietnam": (lambda a: a.country("VN").drive_side, "right"),
    "Japan has 100 volts": (lambda a: a.country("JP").voltage, 100),
    "the Swiss plug is type J": (lambda a: "J" in a.country("CH").plug_types, True),
    "Croatia pays in euros": (lambda a: a.country("HR").currency, "EUR"),
    "Czechia pays in crowns": (lambda a: a.country("CZ").currency, "CZK"),
    "Morocco pays in dirhams": (lambda a: a.country("MA").currency, "MAD"),
    "tap water in Mexico is not for drinking": (
        lambda a: a.country("MX").tap_water.level,
        "unsafe",
    ),
    "tap water in Iceland is": (lambda a: a.country("IS").tap_water.level, "safe"),
    "Bali is in the time zone of Makassar": (
        lambda a: a.destination("bali").timezone,
        "Asia/Makassar",
    ),
    "Madeira is Portuguese": (lambda a: a.destination("madeira").country, "PT"),
    "Queenstown is in New Zealand": (lambda a: a.destination("queenstown").country, "NZ"),
    "Lisbon's airport is LIS": (lambda a: a.destination("lisbon").airports[0].iata, "LIS"),
    "Buenos Aires is warmer in January than in July": (
        lambda a: (lambda t: t[0] > t[6])(a.destination("buenos-aires").climate.tmax_c),
        True,
    ),
    "the Louvre is closed on Tuesdays": (lambda a: _open(a, "paris/louvre", "2027-05-11"), False),
    "the Louvre is open late on Wednesdays": (
        lambda a: _closes(a, "paris/louvre", "2027-05-12"),
        21 * 60,
    ),
    "the Tower of Belém is closed on Mondays": (
        lambda a: _open(a, "lisbon/belem-tower", "2027-05-10"),
        False,
    ),
    "Bangkok's Chatuchak is a weekend market": (
        lambda a: [_open(a, "bangkok/chatuchak-market", f"2027-05-{d}") for d in (12, 15)],
        [False, True],
    ),
    "the Met in New York is closed on Wednesdays": (
        lambda a: _open(a, "new-york/metropolitan-museum", "2027-05-12"),
        False,
    ),
}


@pytest.mark.parametrize("fact", GOLDEN)
def test_a_fact_known_by_hand_is_in_the_atlas(fact: str, atlas: Atlas) -> None:
    found, expected = GOLDEN[fact]

    assert found(atlas) == expected


def _sight(atlas: Atlas, id: str) -> tuple[DestinationFile, Poi]:
    slug, _, poi_id = id.partition("/")
    destination = atlas.destination(slug)
    assert destination is not None
    [poi] = [poi for poi in destination.pois if poi.id == poi_id]
    return destination, poi


def _on(atlas: Atlas, id: str, day: str) -> opening.Intervals:
    on = date.fromisoformat(day)
    hours = opening.hours(*_sight(atlas, id), on, on)
    assert hours is not None
    return hours[on]


def _open(atlas: Atlas, id: str, day: str) -> bool:
    return bool(_on(atlas, id, day))


def _closes(atlas: Atlas, id: str, day: str) -> int:
    return _on(atlas, id, day)[-1][1]


def _weekdays_closed(destination: DestinationFile, poi: Poi) -> set[int]:
    """Weekdays without hours in a fortnight of October, which has few holidays."""
    hours = opening.hours(destination, poi, date(2027, 10, 11), date(2027, 10, 24)) or {}
    return set(range(7)) - {day.weekday() for day, spans in hours.items() if spans}


def _rank_correlation(pairs: list[tuple[float, float]]) -> float:
    """Spearman's, ties by their middle rank."""
    ones, others = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (len(pairs) - 1) / 2
    covariance = sum((a - middle) * (b - middle) for a, b in zip(ones, others, strict=True))
    spread = [sum((rank - middle) ** 2 for rank in ranks) for ranks in (ones, others)]
    return float(covariance / (spread[0] * spread[1]) ** 0.5)


def _ranks(values: list[float]) -> list[float]:
    return list(_middle_ranks(values))


def _middle_ranks(values: list[float]) -> Iterator[float]:
    for value in values:
        yield sum(other < value for other in values) + (values.count(value) - 1) / 2
