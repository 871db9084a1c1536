"""Notices in the language of their chat: translated where that is sure and quick, else English."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.travel.date_names import date_names
from core.errors import Unavailable
from core.messages import Text
from core.notices.composing import Composing
from core.notices.state import Hearer, Kind, Notice
from core.notices.translating import Translating
from core.ports import Ledger, LlmCall, Prompt
from core.prompts import PromptLoader
from core.session import Session
from core.spending import Booking, Budget, Limits, Payer
from tests.notice_desk import GROUP, ZONE, Desk, opened
from tests.notice_rig import Rig, a_plan, a_trip, chat
from tests.test_notice_story import PLAN, RAINY, said_in, storm, strikes
from tests.world import ScriptedModel, World

A_CALL = LlmCall("translator", "translate", "system/1", 300, 100, 0, 0.5, "ok", Decimal("0.01"))
SPANISH = {
    "**Rain on": "**Lluvia el",
    "rain": "lluvia",
    "Before: no forecast yet, typically": "Antes: aún sin pronóstico, normalmente",
    "Now:": "Ahora:",
    "Forecast:": "Pronóstico:",
    "as of": "a fecha de",
    "Instead, indoors and open:": "En cambio, a cubierto y abierto:",
    "Official warning for": "Aviso oficial para",
    "Wind warning": "Aviso de viento",
    "Gusts up to": "Rachas de hasta",
    "In your plan then:": "En tu plan entonces:",
    "This comes late: it was meant for": "Esto llega tarde: era para el",
}


class Translator(ScriptedModel):
    """A language model that knows some Spanish; `twist` spoils what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.twist = ("", "")
        self.bug = self.silent = False
        self.translations: list[Prompt] = []

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str:
        assert prompt.purpose == "translate"
        booking = await ledger.reserve(1_000)
        self.translations.append(prompt)
        try:
            if self.silent:
                await asyncio.Event().wait()
            if self.down:
                raise Unavailable("The language model", "down in this test")
            if self.bug:
                raise RuntimeError("a mistake of ours")
        finally:
            ledger.add(replace(A_CALL, booking=booking))
        said = prompt.messages[-1].content
        for english, here in SPANISH.items():
            said = said.replace(english, here)
        old, new = self.twist
        assert old in said
        return said.replace(old, new) if old else said


@dataclass
class Room:
    """A desk, a translator beside it, and the books."""

    desk: Desk
    model: Translator = field(default_factory=Translator)
    kept: list[tuple[str, Sequence[LlmCall]]] = field(default_factory=list)
    budget: Budget | None = None

    async def news(self, kind: Kind) -> Notice:
        """The notice of what a look finds."""
        found = await self.desk.looks()
        assert found is not None
        [change] = [c for c in found.changes if c.kind is kind]
        return self.desk.notice(kind, str(change.on), change.about, change.news)

    def composer(self) -> Translating:
        async def keep(conversation: str, calls: Sequence[LlmCall]) -> None:
            self.kept.append((conversation, tuple(calls)))

        return Translating(
            Composing(self.desk.travel),
            self.model,
            PromptLoader.load(),
            keep,
            self.budget,
            date_names,
            patience_s=0.01 if self.model.silent else 15,
        )

    async def tells(
        self,
        notice: Notice,
        language: str = "es",
        *,
        late: bool = False,
        by: Translating | None = None,
    ) -> str:
        now = self.desk.clock.now()
        hearer = Hearer(now, ZONE, late, language)
        parts = await (by or self.composer()).compose(notice, self.desk.trip, hearer)
        assert parts is not None
        return "\n".join(p.markdown for p in parts if isinstance(p, Text))


@pytest.fixture
async def room() -> Room:
    """Two days before, with rain on the day outdoors, and a storm warning."""
    desk = await opened()
    desk.at("2027-04-14 09:00")
    desk.skies.said[date.fromisoformat(RAINY)] = {"rain_mm": 18, "rain_chance": 0.9}
    desk.warnings.alerts = (storm("w1"),)
    return Room(desk)


async def test_a_spanish_chat_gets_its_rain_notice_in_spanish(tmp_path: Path) -> None:
    """The whole road: what was last written there decides, and what was used is written down."""
    model = Translator()
    model.english["quiero viajar con mi familia"] = ("es", PLAN)
    world = World(tmp_path / "spanish.sqlite", model=model)
    await world.opens()
    await world.says("quiero viajar con mi familia")
    await strikes(world, "2027-04-14 09:00")
    before = len(said_in(world))
    world.weather.says(RAINY, rain_mm=18)
    await strikes(world, "2027-04-14 12:00")
    [notice] = said_in(world)[before:]
    assert world.app is not None
    rows = (await world.app.store.export_person("telegram:ana"))["llm_calls"]
    await world.closes()

    assert "**Lluvia el Fri 16 Apr**" in notice.text
    assert "Antes: aún sin pronóstico, normalmente 12–20 °C" in notice.text
    assert any(label.startswith("Take ") for label in notice.choices)
    outside = [row for row in rows if row["inbox_id"] == 0]
    assert {row["purpose"] for row in outside} == {"translate"}
    assert {row["conversation"] for row in outside} == {"telegram:1:"}


async def test_an_english_chat_or_one_without_a_model_asks_nobody(room: Room) -> None:
    rain = await room.news(Kind.WEATHER)
    texts = [await room.tells(rain, language) for language in ("en", "en-GB", "und", "", "xx")]
    room.model.words = False
    texts.append(await room.tells(rain))

    assert all("**Rain on Fri 16 Apr**" in text for text in texts)
    assert not room.model.translations
    assert not room.kept


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("90 %", "9 %"),
        ("10:00", "09:00"),
        ("Ahora:", "Ahora, en 2 palabras:"),
        ("https://open-meteo.com/", "https://evil.example/"),
        ("Ahora:", "Más en evil.example.com. Ahora:"),
    ],
)
async def test_what_a_model_changes_is_told_in_english(room: Room, old: str, new: str) -> None:
    rain = await room.news(Kind.WEATHER)
    good = await room.tells(rain)
    room.model.twist = (old, new)
    said = await room.tells(rain)

    assert "**Lluvia el Fri 16 Apr**" in good
    assert "**Rain on Fri 16 Apr**" in said
    assert new not in said


async def test_a_name_of_a_stop_or_of_a_swap_stays_what_it_is(room: Room) -> None:
    rain = await room.news(Kind.WEATHER)
    good = await room.tells(rain)
    names = [part.partition("**")[0] for part in good.split(": **")[1:]]
    said = []
    for name in names:
        room.model.twist = (name, "el Castillo")
        said.append(await room.tells(rain))

    assert len(names) == 2
    assert all("**Rain on" in text for text in said)


@pytest.mark.parametrize("how", ["down", "bug", "silent"])
async def test_a_model_that_fails_or_hangs_leaves_it_english_and_is_paid_for(
    room: Room, how: str
) -> None:
    setattr(room.model, how, True)
    said = await room.tells(await room.news(Kind.WEATHER))

    assert "**Rain on Fri 16 Apr**" in said
    assert room.kept == [("telegram:1:", (A_CALL,))]


async def test_a_model_that_hung_once_keeps_nobody_waiting_for_a_while(room: Room) -> None:
    room.model.silent = True
    composer, rain = room.composer(), await room.news(Kind.WEATHER)
    said = [await room.tells(rain, by=composer) for _ in range(3)]

    assert all("**Rain on Fri 16 Apr**" in text for text in said)
    assert len(room.model.translations) == 1


async def test_an_official_warning_is_translated_only_with_its_hours_as_they_are(
    room: Room,
) -> None:
    """Not even their order may change."""
    warning = await room.news(Kind.ALERT)
    good = await room.tells(warning)
    room.model.twist = ("07:00–21:00", "21:00–07:00")
    said = await room.tells(warning)

    assert "**Aviso de viento** (Severe), Fri 16 Apr 07:00–21:00" in good
    assert "**Wind warning** (Severe), Fri 16 Apr 07:00–21:00" in said


async def test_that_a_notice_comes_late_is_said_in_the_same_language(room: Room) -> None:
    said = await room.tells(await room.news(Kind.ALERT), late=True)

    assert said.startswith("*Esto llega tarde: era para el Wed 14 Apr 10:00.*\n\n⚠️ **Aviso")


class Books:
    """Notes who was to pay, and lets them when there is anything left."""

    def __init__(self, *, left: bool = True) -> None:
        self.left = left
        self.payers: list[Payer] = []

    async def book_tokens(self, booking: Booking, limits: Limits) -> bool:
        self.payers.append(booking.payer)
        return self.left


async def test_a_spent_budget_means_english(room: Room) -> None:
    books = Books(left=False)
    room.budget = Budget(books, Limits(person=1), room.desk.clock)
    said = await room.tells(await room.news(Kind.WEATHER))

    assert "**Rain on Fri 16 Apr**" in said
    assert books.payers == [Payer("telegram:1", "telegram:1")]
    assert not room.model.translations


async def test_in_a_group_nobody_alone_pays_for_a_notice(room: Room) -> None:
    books = Books()
    room.budget = Budget(books, Limits(person=1), room.desk.clock)
    notice = (await room.news(Kind.WEATHER)).model_copy(update={"conversation": GROUP})
    said = await room.tells(notice)

    assert "**Lluvia el Fri 16 Apr**" in said
    assert books.payers == [Payer("", "telegram:-42")]


@pytest.mark.parametrize("where", ["1", "-42"])
async def test_a_claim_carries_the_language_of_the_chat_where_it_is_told(
    tmp_path: Path, where: str
) -> None:
    rig = Rig(tmp_path)
    store, noticing = await rig.opens()
    trip = a_trip(a_plan(rig.clock.now().date() + timedelta(days=3)), where=where)
    session = Session(conversation=chat(where).key, language="es")
    await rig.turn(store, where, trips=(trip,), session=session)
    rig.clock.passes(hours=9, minutes=30)
    await rig.ticks(noticing, store)
    await rig.closes()

    assert [hearer.language for _, hearer in rig.composer.heard] == ["es"]


async def test_what_a_translation_used_replaces_what_was_set_aside_for_it(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    store, _ = await rig.opens()
    await rig.turn(store)
    budget = Budget(store, Limits(person=1_000), rig.clock)
    payer = Payer("desk:1", "desk:1")
    booking = await budget.reserve(payer, 1_000)
    await store.keep_calls(chat().key, (replace(A_CALL, booking=booking),))
    again = await budget.reserve(payer, 600)
    rows = (await store.export_person("desk:1"))["llm_calls"]
    await rig.closes()

    assert again.tokens == 600
    assert [(r["person"], r["input_tokens"], r["inbox_id"]) for r in rows] == [("desk:1", 300, 0)]
