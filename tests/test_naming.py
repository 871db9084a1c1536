"""What people mean by a name: case, accents, order, articles and small typos do not matter."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.naming import best_named, folded

LISBON = [
    ("belem-tower", "Belém Tower"),
    ("jeronimos", "Jerónimos Monastery"),
    ("castle", "São Jorge Castle"),
    ("tile", "National Tile Museum"),
    ("fado", "Fado Museum"),
    ("gulbenkian", "Calouste Gulbenkian Museum"),
    ("oceanario", "Lisbon Oceanarium"),
    ("lx", "LX Factory"),
    ("se", "Lisbon Cathedral"),
    ("se", "Sé de Lisboa"),
]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Belém Tower", "belem-tower"),
        ("the tower of BELEM", "belem-tower"),
        ("belem", "belem-tower"),
        ("Tower", "belem-tower"),
        ("jeronimos monastary", "jeronimos"),
        ("Gulbenkain", "gulbenkian"),
        ("tile museum", "tile"),
        ("fado", "fado"),
        ("sao jorge", "castle"),
        ("oceanarium!", "oceanario"),
        ("our castle", "castle"),
        ("lx factory", "lx"),
        ("lisbon cathedral", "se"),
        ("Sé", "se"),
    ],
)
def test_a_name_is_found_however_it_is_written(said: str, meant: str) -> None:
    assert best_named(said, LISBON) == meant


@pytest.mark.parametrize(
    "said", ["", "   ", "?!", "Eiffel Tower of London", "zoo", "museum of modern cars", "lx f"]
)
def test_a_name_that_nobody_has_finds_nothing(said: str) -> None:
    assert best_named(said, LISBON) is None


def test_among_names_that_all_fit_the_shortest_is_meant() -> None:
    assert best_named("museum", LISBON) == "fado"


def test_no_names_find_nothing() -> None:
    assert best_named("tower", []) is None
    assert best_named("tower", [("x", "")]) is None


def test_other_scripts_are_compared_as_they_are() -> None:
    names = [("fushimi", "伏見稲荷大社"), ("kinkaku", "金閣寺"), ("acropolis", "Ακρόπολη")]

    assert best_named("金閣寺", names) == "kinkaku"
    assert best_named("ΑΚΡΟΠΟΛΗ", names) == "acropolis"


@pytest.mark.parametrize(
    "huge", ["tower " * 2_000, "t" * 8_000, "a b c d " * 1_000], ids="words letters short".split()
)
def test_an_endless_name_costs_nothing_and_finds_nothing(huge: str) -> None:
    names = [(str(n), f"Tower number {n} of the long wall") for n in range(200)]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert best_named(huge, names) is None
        took.append(time.perf_counter() - began)

    assert min(took) < 0.05


def test_folding_keeps_words_and_drops_the_rest() -> None:
    assert folded("  Sé,  de_Lisboa!  Ö-STRASSE ß") == "se de_lisboa o strasse ss"


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=5), st.text(max_size=40))))
def test_any_text_finds_one_of_the_names_or_none(wanted: str, names: list[tuple[str, str]]) -> None:
    assert best_named(wanted, names) in {None, *(id for id, _ in names)}


@given(st.sampled_from(LISBON))
def test_every_name_finds_itself(pair: tuple[str, str]) -> None:
    assert best_named(pair[1], LISBON) == pair[0]
