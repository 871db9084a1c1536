"""Country facts and phrases: the files pass their checks, and the checks notice mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.travel.atlas import gazetteer, sources
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.schema import MEANINGS, CountryFile, PhrasesFile
from adapters.travel.curated import AtlasPlaces
from core.flows.country import emergency, phrases, plugs
from core.travel import CountryFacts
from tools.atlas_checks.countries import BIG, country_problems, phrases_problems

COUNTRIES = {file.name.removesuffix(".yaml"): file for file in sources.country_files()}
PHRASES = {file.name.removesuffix(".yaml"): file for file in sources.phrases_files()}
# Gone from the map, or out of reach without an expedition.
LEFT_OUT = set("AN CS AQ BV CC GS HM IO PN TF TK UM".split())


@pytest.fixture(scope="module")
def places() -> AtlasPlaces:
    return AtlasPlaces(Atlas(sources.compile_atlas()))


def facts(places: AtlasPlaces, code: str) -> CountryFacts:
    found = places.country(code)
    assert found is not None
    return found


@pytest.mark.parametrize("code", PHRASES)
def test_every_phrases_file_passes_all_checks(code: str) -> None:
    assert list(phrases_problems(sources.read_phrases(PHRASES[code]), code)) == []


def test_every_country_of_the_gazetteer_has_facts() -> None:
    known = {code for _, code in gazetteer.country_names()}

    assert known - set(COUNTRIES) == LEFT_OUT
    assert set(COUNTRIES) - known == set()


def test_the_big_languages_are_all_there_with_every_meaning() -> None:
    assert set(PHRASES) >= BIG
    for code in BIG:
        spoken = sources.read_phrases(PHRASES[code])
        assert [line.meaning for line in spoken.phrases] == list(MEANINGS)


def test_a_country_brings_the_phrases_of_its_language(places: AtlasPlaces) -> None:
    portugal, brazil = facts(places, "PT"), facts(places, "BR")
    asked = "please take me to this address"

    said = {p.meaning: p.local for p in portugal.phrases}
    assert said["thank you"].startswith("obrigado (said by a man) / obrigada")
    assert said[asked] != {p.meaning: p.local for p in brazil.phrases}[asked]
    assert facts(places, "GB").phrases == ()


def test_what_the_atlas_is_not_sure_of_is_said(places: AtlasPlaces) -> None:
    burundi, portugal = facts(places, "BI"), facts(places, "PT")

    assert "check it on the spot" in emergency(burundi)
    assert "check it on the spot" not in plugs(burundi)
    assert "check it on the spot" not in emergency(portugal)
    assert "not sure of every word" in phrases(facts(places, "KH"))
    assert "not sure of every word" not in phrases(portugal)


def test_unknown_numbers_are_said_to_be_unknown(places: AtlasPlaces) -> None:
    assert "no checked emergency numbers" in emergency(facts(places, "SS"))


def test_a_language_without_phrases_is_no_silent_gap() -> None:
    country = sources.read_country(COUNTRIES["PT"])

    with pytest.raises(sources.BadAtlasFile, match=r"no phrases/pt\.yaml"):
        sources.with_phrases(country, {})


# Known by hand: what one reads in any guide book.
SPOT_CHECKS = [
    ("MT", lambda c: (c.plug_types, c.drive_side, c.emergency["all"]), (("G",), "left", "112")),
    ("JP", lambda c: (c.voltage, c.drive_side, c.emergency["police"]), (100, "left", "110")),
    ("TW", lambda c: (c.voltage, c.emergency["ambulance"]), (110, "119")),
    ("HK", lambda c: (c.currency, c.drive_side, c.emergency["all"]), ("HKD", "left", "999")),
    ("CN", lambda c: (c.drive_side, c.emergency["fire"]), ("right", "119")),
    ("KE", lambda c: (c.drive_side, c.plug_types), ("left", ("G",))),
    ("CL", lambda c: (c.plug_types, c.emergency["police"]), (("C", "L"), "133")),
    ("EC", lambda c: (c.currency, c.emergency["all"]), ("USD", "911")),
    ("BG", lambda c: c.currency, "EUR"),
    ("HR", lambda c: c.currency, "EUR"),
    ("NP", lambda c: (c.drive_side, c.emergency["police"]), ("left", "100")),
    ("SR", lambda c: c.drive_side, "left"),
    ("VI", lambda c: (c.drive_side, c.currency), ("left", "USD")),
    ("GI", lambda c: (c.drive_side, c.currency), ("right", "GIP")),
    ("NC", lambda c: c.currency, "XPF"),
    ("CW", lambda c: c.currency, "XCG"),
    ("SA", lambda c: c.emergency["ambulance"], "997"),
    ("LI", lambda c: (c.currency, "J" in c.plug_types), ("CHF", True)),
]


@pytest.mark.parametrize(("code", "asked", "known"), SPOT_CHECKS, ids=[s[0] for s in SPOT_CHECKS])
def test_facts_known_by_hand(
    places: AtlasPlaces, code: str, asked: Callable[[CountryFacts], object], known: object
) -> None:
    assert asked(facts(places, code)) == known


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "the wrong side of the road": ({"drive_side": "left"}, "do not drive on the left"),
    "British sockets": ({"plug_types": ["G"]}, "sockets of type F are expected"),
    "a plug twice": ({"plug_types": ["C", "F", "F"]}, "listed twice"),
    "American voltage": ({"voltage": 120}, "120 V is not the voltage"),
    "American frequency": ({"frequency": 60}, "60 Hz is not the frequency"),
    "the old currency": ({"currency": "PTE"}, "currency is PTE"),
    "a forgotten language": (
        {"languages": [{"code": "es", "name": "Spanish"}], "phrases_language": "es"},
        "Portuguese is official there",
    ),
    "a language by another name": (
        {"languages": [{"code": "pt", "name": "Lusitanian"}]},
        'is "Portuguese", not',
    ),
    "phrases nobody speaks": ({"phrases_language": "ja"}, "must be one of the languages"),
    "a visa agency": ({"visa_note_url": "https://visas-fast.example.com/"}, "a government's"),
    "a full telephone number": (
        {"emergency": {"all": "112", "police": "213421623", "ambulance": None, "fire": None}},
        "is no short number",
    ),
    "no 112 in the EU": (
        {"emergency": {"all": "115", "police": None, "ambulance": None, "fire": None}},
        "112 works here",
    ),
    "half of the emergency numbers": (
        {"emergency": {"all": None, "police": "110", "ambulance": None, "fire": None}},
        "each service needs one",
    ),
    "phrases of its own": (
        {"phrases": [{"meaning": "hello", "local": "olá", "say": ""}]},
        "written in phrases/",
    ),
    "no provenance": (
        {
            "provenance": [
                {
                    "field": "currency",
                    "source": "model knowledge",
                    "licence": "own",
                    "retrieved": "2026-11-22",
                    "method": "model_knowledge",
                    "confidence": "high",
                }
            ]
        },
        'no entry for "emergency"',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_country_file_is_noticed(mistake: str) -> None:
    change, told = MISTAKES[mistake]
    portugal = sources.read_country(COUNTRIES["PT"]).model_dump(mode="json")

    problems = list(country_problems(CountryFile.model_validate({**portugal, **change}), "PT"))

    assert [problem for problem in problems if told in problem], problems


def _without(meaning: str) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    return lambda lines: [line for line in lines if line["meaning"] != meaning]


def _with(told: str, /, **change: str) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    return lambda lines: [{**line, **change} if line["meaning"] == told else line for line in lines]


PHRASE_MISTAKES = {
    "a missing cry for help": (_without("help!"), "no phrase for help!"),
    "too few": (lambda lines: lines[:3], "3 phrases, at least"),
    "the same twice": (lambda lines: [lines[0], *lines], '"hello" is told 2 times'),
    "a meaning of its own": (_with("hello", meaning="cheers"), "none of the meanings"),
    "another order": (lambda lines: lines[::-1], "not in the order"),
    "a lost gap": (_with("where is …?", local="どこですか"), "only on one side"),
    "no pronunciation": (_with("hello", say=""), "needs a pronunciation"),
    "a pronunciation in kana": (_with("hello", say="こんにちは"), "not in Latin letters"),
}


@pytest.mark.parametrize("mistake", PHRASE_MISTAKES)
def test_a_mistake_in_a_phrases_file_is_noticed(mistake: str) -> None:
    change, told = PHRASE_MISTAKES[mistake]
    japanese = sources.read_phrases(PHRASES["ja"]).model_dump(mode="json")
    japanese["phrases"] = change(japanese["phrases"])

    problems = list(phrases_problems(PhrasesFile.model_validate(japanese), "ja"))

    assert [problem for problem in problems if told in problem], problems
