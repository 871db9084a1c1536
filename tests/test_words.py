"""How Caravan writes, and that what others wrote shows as it is and rings for nobody."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.chat.telegram.format import formatted
from adapters.stores.sqlite import SqliteStore
from core import words
from core.grounding import Ground
from core.messages import Conversation, InboundMessage, Person
from core.text import gate, name, plain
from core.travel import Confidence, DayWeather, Money, Source
from core.wishes import Party
from tests.fake_open_meteo import Time

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

# --- numbers, dates, money ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        (date(2027, 4, 15), date(2027, 4, 15), "Thu 15 Apr 2027"),
        (date(2027, 4, 15), date(2027, 4, 19), "Thu 15 – Mon 19 Apr 2027"),
        (date(2027, 4, 29), date(2027, 5, 2), "Thu 29 Apr – Sun 2 May 2027"),
        (date(2026, 12, 30), date(2027, 1, 2), "Wed 30 Dec 2026 – Sat 2 Jan 2027"),
    ],
)
def test_a_span_names_months_and_years_once(first: date, last: date, written: str) -> None:
    assert words.span(first, last) == written


@pytest.mark.parametrize(
    ("value", "currency", "exact", "rough"),
    [
        (0, "EUR", "€0", "about €0"),
        (2, "EUR", "€2", "about €2"),
        (17.5, "EUR", "€18", "about €18"),
        (123, "EUR", "€123", "about €125"),
        (1_234, "CHF", "CHF 1,234", "about CHF 1,250"),
        (7_777, "GBP", "£7,777", "about £7,800"),
        (45_678, "JPY", "¥45,678", "about ¥46,000"),
    ],
)
def test_money_is_grouped_and_estimates_are_round(
    value: float, currency: str, exact: str, rough: str
) -> None:
    assert words.money(Money(amount=Decimal(str(value)), currency=currency)) == exact
    assert words.about(value, currency) == rough


def test_small_words() -> None:
    assert [words.minutes(m) for m in (45, 60, 90, 125)] == ["45 min", "1 h", "1 h 30", "2 h 05"]
    assert words.listing([]) == ""
    assert words.listing(["a", "b", "c"], "or") == "a, b or c"
    assert words.plural(1, "day") == "1 day"
    assert words.party(Party(adults=2, children=(11, 4))) == "2 adults and 2 children (4 and 11)"


def source(confidence: Confidence, **age: float) -> Source:
    fetched = NOW - timedelta(**age)
    return Source(name="Open-Meteo", fetched_at=fetched, confidence=confidence)


@pytest.mark.parametrize(
    ("given_source", "written"),
    [
        (source(Confidence.LIVE, minutes=20), "Open-Meteo"),
        (source(Confidence.CACHED, minutes=20), "Open-Meteo, 20 min old"),
        (source(Confidence.CACHED, hours=1), "Open-Meteo, 1 h old"),
        (source(Confidence.CACHED, hours=5, minutes=50), "Open-Meteo, 6 h old"),
        (source(Confidence.LIVE, days=3), "Open-Meteo, 3 days old"),
        (source(Confidence.CURATED, days=90), "Open-Meteo"),
        (source(Confidence.ESTIMATE, days=90), "Open-Meteo"),
    ],
)
def test_what_was_fetched_says_its_age(given_source: Source, written: str) -> None:
    """Also a live value that stands in a plan made days ago."""
    assert words.source(given_source, NOW) == written


def test_weather_is_short() -> None:
    day = DayWeather(
        source=source(Confidence.LIVE),
        day=NOW.date(),
        typical=False,
        tmax_c=21.6,
        tmin_c=-0.4,
        rain_chance=0.6,
        rain_mm=3,
    )

    assert words.weather(day) == "0–22 °C, rain 60 %"
    assert words.weather(day.model_copy(update={"rain_chance": None})) == "0–22 °C, rain 3 mm"
    assert words.weather(day.model_copy(update={"typical": True})) == "0–22 °C"


# --- what others wrote -------------------------------------------------------------------------

MARKUP = st.lists(
    st.one_of(
        st.sampled_from("\\`*_[]()<>#|~&;$-+=.:!1 \n@^{}%'\"/?é日😀\u202e\x00"),
        st.sampled_from(["](http://evil.test)", "<b>", "&amp;", "**", "||", "```", "https://a.b/"]),
        st.characters(),
    ),
    max_size=30,
).map("".join)


@pytest.mark.fault("F4")
@given(MARKUP)
@example("![x](https://evil.test/p.png)")
@example("<script>alert(1)</script> &lt;b&gt; &#64;")
@example("# Big\n- list\n> quote\n1. one\n| a | b |\n|---|---|")
@example("tg://user?id=1 [hi](tg://user?id=1)")
def test_a_name_shows_exactly_its_characters_on_telegram_and_in_plain_text(text: str) -> None:
    """Alone, in bold as a title, and as an item of a list."""
    seen = " ".join(gate(text).text.split())
    literal = words.literal(text)
    alone = formatted(literal)
    framed = formatted(f"**Trip: {literal} today**\n\n- {literal}\n- end")

    assert "".join(f.text for f in alone) == seen
    assert not any(f.entities for f in alone)
    assert plain(literal) == seen
    assert "\n".join(f.text for f in framed) == f"Trip: {seen} today\n\n• {seen}\n• end"
    assert [e["type"] for f in framed for e in f.entities] == ["bold"]


CALLS = [
    "@channel",
    "@here",
    "@everyone",
    "@all",
    "@EVERYONE",
    "＠here",
    "﹫all",
    "＠ｅｖｅｒｙｏｎｅ",
    "\\@here",
    "@@here",
    "@**here**",
    "_@here_",
    "&#64;here",
    "<!here>",
    "<!channel>",
    "<!everyone|everyone>",
    "<!subteam^S1>",
    "<!subteam^S1|@here>",
    "&lt;!here&gt;",
    "\\<!channel\\>",
    "<!<!here>>",
    "@<!here>",
    "<!@here>",
    "@[here](https://evil.test/)",
]


@pytest.mark.fault("F5")
@pytest.mark.parametrize("call", CALLS)
def test_a_model_cannot_ring_for_everybody(call: str) -> None:
    """In one go, and letter by letter as it streams."""
    said = f"Look {call}: the plan is ready. Thanks to @anna!"
    ground = Ground.of("")
    shown = [ground.clean(said)]
    shown += [ground.clean(said[:end], whole=False) for end in range(1, len(said))]

    for text in (rendered for s in shown for rendered in (s, plain(s), *_on_telegram(s))):
        folded = unicodedata.normalize("NFKC", text).casefold()
        assert not any(f"@{word}" in folded for word in ("here", "channel", "everyone", "all"))
        for special in ("<!here>", "<!channel>", "<!everyone", "<!subteam"):
            assert special not in folded
    assert shown[0].endswith("the plan is ready. Thanks to @anna!")


def _on_telegram(markdown: str) -> list[str]:
    return [f.text for f in formatted(markdown)]


ODD = [
    "a\x00b",
    "\ud83d lone \udc00",
    "\x00",
    "\ud800",
    "NaN Infinity -0 1e400",
    '{"text": NaN}',
    "[" * 5_000,
    "{" * 8_000,
    '{"a":' * 2_000 + "1" + "}" * 2_000,
    '{"a": 1, "a": 2}',
    "9" * 8_000,
    "'; drop table inbox; --",
    "\u202e\u2066\ufeff",
    "\r\n\u2028\x85",
    "e" + "\u0301" * 4_000,
    "\U0010ffff\ufffe\uffff",
    "😀" * 8_000,
    "",
]


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd") / "caravan.sqlite"


def message(text: str, number: int) -> InboundMessage:
    """What an adapter makes of raw text: everything from outside goes through the gate."""
    return InboundMessage(
        id=f"telegram:1:{number}",
        conversation=Conversation(platform="telegram", chat_id=str(number)),
        sender=Person(id="telegram:ana", name=name(text)),
        text=gate(text).text,
        choice=name(text),
        sent_at=NOW,
        ref=gate(text, 100).text,
    )


async def keep(storage: Path, texts: list[str]) -> dict[str, InboundMessage]:
    """Through the edge into a real database and out again, after a restart."""
    messages = [message(text, number) for number, text in enumerate(texts)]
    store = await SqliteStore.open(storage, Time())
    await store.accept(messages)
    await store.aclose()
    store = await SqliteStore.open(storage, Time())
    claims = await store.claim("worker", 1_000)
    await store.release("worker")
    await store.aclose()
    return {c.message.id: c.message for c in claims}


@pytest.mark.fault("F3")
async def test_text_that_cannot_be_stored_passes_the_edge_and_comes_back_the_same(
    storage: Path,
) -> None:
    kept = await keep(storage, ODD)

    for number, text in enumerate(ODD):
        went_in = message(text, number)
        assert kept[went_in.id] == went_in
        assert "\x00" not in went_in.text
        went_in.text.encode()


@given(st.text(st.characters(exclude_categories=()), max_size=200))
@example("\ud83d\x00")
def test_any_text_makes_a_message_that_survives_json(text: str) -> None:
    made = message(text, 1)

    assert InboundMessage.model_validate_json(made.model_dump_json()) == made
