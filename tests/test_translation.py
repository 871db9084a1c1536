"""A translated card is sent only when every number, link and name survived."""

from __future__ import annotations

import pytest

from core.ports import Ledger, Prompt
from core.prompts import PromptLoader
from core.translation import says_the_same, translated
from tests.world import ScriptedModel

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


class German(ScriptedModel):
    """Knows one word, and hides a mark in it."""

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        return prompt.messages[-1].content.replace("Day", "Ta\u202eg")


async def test_a_plan_of_weeks_is_translated_as_a_whole_and_without_hidden_marks() -> None:
    card = "\n\n".join(f"**Day {n}**\n{'- on foot through the old town ' * 12}" for n in range(30))
    card = "\n\n".join(block.rstrip() for block in card.split("\n\n"))
    said = await translated(German(), PromptLoader.load(), Ledger(), "de", card, ())

    assert len(card) > 8_000
    assert said == card.replace("Day", "Tag")
