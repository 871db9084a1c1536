"""The rule reader over the real atlas and gazetteer: the whole world, and plain words."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from adapters.models.reader import RuleReader
from adapters.models.reader.world import World
from adapters.travel.atlas import gazetteer
from adapters.travel.atlas.atlas import Atlas
from adapters.travel.atlas.typos import close_names
from core.reading import ReadingContext, Request


@pytest.fixture(scope="module")
def reader() -> RuleReader:
    atlas = Atlas.load()
    return RuleReader(World(atlas, gazetteer, partial(close_names, atlas)))


def _read(reader: RuleReader, text: str) -> Request:
    return reader.read(text, ReadingContext(today=date(2026, 11, 23)))


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("a week in Kyoto in april", "atlas:kyoto", "JP"),
        ("3 days in new york", "atlas:new-york", "US"),
        ("weekend trip to chiang mai", "atlas:chiang-mai", "TH"),
        ("we want to go to Lugo", "geonames:", "ES"),
        ("Paris, Texas in may", "geonames:4717560", "US"),
        ("somewhere in Portugal", "country:PT", "PT"),
        ("two weeks in kioto", "atlas:kyoto", "JP"),
        ("trip to Morroco", "country:MA", "MA"),
        ("road trip through tuscany", "region:IT", "IT"),
    ],
)
def test_a_place_of_the_world_is_found(
    reader: RuleReader, text: str, name: str, country: str
) -> None:
    """Curated names first, then countries, states and towns; typos only for well-known ones."""
    [mention] = _read(reader, text).wish.destinations

    assert mention.id.startswith(name), country


@pytest.mark.parametrize(
    "text",
    [
        "that would be nice, can we do the same of the best",
        "we are looking for something to do with a mobile phone",
        "I like reading in the bath, orange juice and a sandwich",
        "plan looks great, not feeling the last day though",
        "kids get bored, my dad has a bad knee and we need long breaks",
        "hello there, how was your morning my friend",
        "is it safe to walk at night",
        "please split the bill and bring the check",
    ],
)
def test_ordinary_words_are_no_places(reader: RuleReader, text: str) -> None:
    """The gazetteer knows towns called Of, Same, Best and Nice."""
    wish = _read(reader, text).wish

    assert (wish.destinations, wish.origin, wish.avoid) == ((), None, ())


def test_georgia_is_left_open_until_it_is_told(reader: RuleReader) -> None:
    """Country or state: the flow asks, unless the traveller says which."""
    [open_question] = _read(reader, "a week in Georgia").wish.destinations
    [country] = _read(reader, "a week in Georgia, the country").wish.destinations
    [state] = _read(reader, "a week in Georgia, USA").wish.destinations

    assert (open_question.id, open_question.kind) == ("", "")
    assert country.id == "country:GE"
    assert state.kind == "state"
