"""A translated card is sent only when every number, link and name survived."""

from __future__ import annotations

import pytest

from core.translation import says_the_same

CARD = (
    "**Day 1 · Thu 15 Apr** · typically 12–20 °C\n"
    "- 14:15–15:15 **Carmo Convent ruins** (10 min on foot, about €1,050)\n"
    "Search: [Google Flights](https://www.google.com/travel/flights?q=1)"
)
NAMES = ["Carmo Convent ruins"]
GERMAN = (
    "**Tag 1 · Do 15. Apr** · meist 12–20 °C\n"
    "- 14:15–15:15 **Carmo Convent ruins** (10 Min zu Fuß, etwa 1.050 €)\n"
    "Suche: [Google Flights](https://www.google.com/travel/flights?q=1)"
)


def test_other_words_with_the_same_facts_are_taken() -> None:
    assert says_the_same(CARD, GERMAN, NAMES)


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("14:15", "14:45"),
        ("1.050", "1.500"),
        ("Carmo Convent ruins", "Ruinen des Carmo-Klosters"),
        ("https://www.google.com/travel/flights?q=1", "https://evil.example/"),
        ("(10 Min zu Fuß, etwa 1.050 €)", "(10 Min zu Fuß)"),
        ("zu Fuß", "zu Fuß, Eintritt 12 €"),
        ("Suche:", "Suche auf evil.example.com:"),
        ("Suche:", "Suche auf https://evil.example/ oder:"),
    ],
)
def test_a_changed_missing_or_added_fact_is_not(found: str, put: str) -> None:
    assert found in GERMAN
    assert not says_the_same(CARD, GERMAN.replace(found, put), NAMES)
