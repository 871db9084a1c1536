"""A translated card is sent only when every number, link and name survived."""

from __future__ import annotations

import pytest

from adapters.models.reader.language import _SCRIPTS
from adapters.travel.date_names import date_names
from core.ports import Ledger, Prompt
from core.prompts import PromptLoader
from core.translation import says_the_same, translated
from core.wording import language_name
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


DATES = (
    "**Lisbon · Thu 15 – Mon 19 Apr 2027**\n"
    "**Day 1 · Thu 15 Apr**\n- 10:00–11:00 **Sunday Market** (10 min on foot)\n"
    "Closed on Mondays. Your flight leaves Mon 19 Apr at 18:40."
)
# The same in languages that put the parts of a date in their own places.
TRANSLATED = {
    "es": (
        "**Lisbon · jue. 15 – lun. 19 de abril de 2027**\n"
        "**Día 1 · jueves 15 de abril**\n- 10:00–11:00 **Sunday Market** (10 min a pie)\n"
        "Cerrado los lunes. Tu vuelo sale el lun 19 abr a las 18:40."
    ),
    "de": (
        "**Lisbon · Do 15. – Mo 19. April 2027**\n"
        "**Tag 1 · Do, 15. Apr.**\n- 10:00–11:00 **Sunday Market** (10 Min zu Fuß)\n"
        "Montags zu. Dein Flug geht Montag, 19. April um 18:40 Uhr."
    ),
    "it": (
        "**Lisbon · gio 15 – lun 19 apr 2027**\n"
        "**Giorno 1 · giovedì 15 aprile**\n- 10:00–11:00 **Sunday Market** (10 min a piedi)\n"
        "Chiuso il lunedì. Il tuo volo parte lun 19 apr alle 18:40."
    ),
    "ja": (
        "**Lisbon・2027年4月15日(木)〜19日(月)**\n"
        "**1日目・4月15日(木)**\n- 10:00–11:00 **Sunday Market**(徒歩10分)\n"
        "月曜日は休み。帰りの便は4月19日(月)18:40発です。"
    ),
    "ko": (
        "**Lisbon · 2027년 4월 15일(목) – 19일(월)**\n"
        "**1일차 · 4월 15일(목)**\n- 10:00–11:00 **Sunday Market** (도보 10분)\n"
        "월요일 휴무. 항공편은 4월 19일(월) 18:40에 출발합니다."
    ),
    "zh": (
        "**Lisbon · 2027年4月15日周四至19日周一**\n"
        "**第1天 · 4月15日(周四)**\n- 10:00–11:00 **Sunday Market**(步行10分钟)\n"
        "星期一关闭。您的航班于4月19日周一18:40起飞。"
    ),
    "ru": (
        "**Lisbon · чт 15 – пн 19 апреля 2027**\n"
        "**День 1 · четверг, 15 апр.**\n- 10:00–11:00 **Sunday Market** (10 мин пешком)\n"
        "Закрыто по понедельникам. Ваш рейс: понедельник, 19 апреля, 18:40."
    ),
    "ar": (
        "**Lisbon · الخميس ١٥ – الاثنين ١٩ أبريل ٢٠٢٧**\n"
        "**اليوم ١ · الخميس ١٥ أبريل**\n- ١٠:٠٠–١١:٠٠ **Sunday Market** (١٠ دقائق سيرًا)\n"
        "مغلق الاثنين. رحلتك يوم الاثنين ١٩ أبريل الساعة ١٨:٤٠."
    ),
}


@pytest.mark.parametrize("code", TRANSLATED)
def test_dates_are_the_same_in_every_order_and_script(code: str) -> None:
    assert says_the_same(DATES, TRANSLATED[code], ["Sunday Market"], here=date_names(code))


@pytest.mark.parametrize(
    ("code", "found", "put"),
    [
        ("es", "15 de abril", "15 de agosto"),
        ("es", "jueves 15", "viernes 15"),
        ("es", "los lunes", "los martes"),
        ("es", "19 abr", "19 ago"),
        ("de", "Do, 15", "Di, 15"),
        ("de", "19. April um", "19. August um"),
        ("it", "giovedì 15 aprile", "giovedì 15 agosto"),
        ("it", "il lunedì", "il martedì"),
        ("ja", "4月19日(月)", "5月19日(月)"),
        ("ja", "4月15日(木)", "4月15日(金)"),
        ("ja", "月曜日は", "火曜日は"),
        ("ko", "4월 19일(월)", "4월 19일(화)"),
        ("ko", "4월 15일(목)", "7월 15일(목)"),
        ("zh", "4月19日周一", "4月19日周二"),
        ("ru", "19 апреля, ", "19 августа, "),
        ("ru", "четверг, 15", "пятница, 15"),
        ("ar", "الخميس ١٥ أبريل", "الخميس ١٥ مايو"),
    ],
)
def test_another_month_or_weekday_is_not(code: str, found: str, put: str) -> None:
    assert found in TRANSLATED[code]
    changed = TRANSLATED[code].replace(found, put)
    assert not says_the_same(DATES, changed, ["Sunday Market"], here=date_names(code))


def test_a_word_that_is_a_month_and_a_weekday_may_be_either() -> None:
    english = "**Day 1 · Tue 2 Mar** · 2 h by the sea"
    here = date_names("es")

    assert says_the_same(english, "**Día 1 · mar 2 mar** · 2 h junto al mar", (), here=here)
    assert not says_the_same(english, "**Día 1 · mar 2 abr** · 2 h junto al mar", (), here=here)


def test_every_script_that_is_read_is_answered_in_its_language() -> None:
    """Greek and Thai were told apart, and answered in English."""
    scripts = {code for _, code in _SCRIPTS}

    assert "el" in scripts
    assert [code for code in scripts if language_name(code) == "English"] == []


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
