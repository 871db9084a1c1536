"""Stories of shared costs: told in words, asked about when unsure, put right, settled."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from adapters.travel.rates import NoRate
from core.groups.costs_file import safe
from core.groups.state import Expense, GroupNews
from core.ports import Outcome
from core.travel import Confidence, Rate, Source, Travel
from tests.group_world import GROUP, says, taps
from tests.world import World, WorldClock


class KnownRates:
    """1 JPY = 0.006123 EUR of Fri 20 Nov 2026, and nothing else."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock

    async def rate(self, base: str, quote: str) -> Rate:
        if (base, quote) != ("JPY", "EUR"):
            raise NoRate("ECB", f"no rate for {base}")
        source = Source(name="ECB", fetched_at=self._clock.now(), confidence=Confidence.LIVE)
        day = self._clock.now().date().replace(day=20)
        return Rate(source=source, base=base, quote=quote, rate=Decimal("0.006123"), day=day)


@pytest.fixture
async def trio(tmp_path: Path) -> AsyncIterator[World]:
    """Ana, Ben and Cara in a group that has spoken to Caravan of its first cost."""
    world = World(tmp_path / "caravan.sqlite")
    world.dress = lambda travel: dressed(travel, world.clock)
    await world.opens()
    for who in ("ana", "ben", "cara"):
        await says(world, who, f"I paid 0.01 EUR for a stamp for {who}")
    yield world
    await world.closes()


def dressed(travel: Travel, clock: WorldClock) -> Travel:
    return replace(travel, rates=KnownRates(clock))


async def test_a_cost_is_put_right_without_naming_it_right_after_it(trio: World) -> None:
    await says(trio, "ana", "I paid 60 EUR for tickets")
    right = await says(trio, "ana", "actually it was 66")

    assert "Put right: **tickets**, EUR 66.00" in right.text


async def test_the_cost_that_is_named_is_taken_back_and_not_the_last(trio: World) -> None:
    await says(trio, "ana", "I paid 20 EUR for the bus")
    await says(trio, "ben", "Ben paid 30 EUR for lunch")
    undone = await says(trio, "ben", "undo the bus")
    own = await says(trio, "ana", "delete my last expense")
    unknown = await says(trio, "ana", "undo the boat")

    assert "Taken back: **bus**, EUR 20.00, paid by Ana" in undone.text
    assert "Taken back: **stamp**, EUR 0.01, paid by Ana" in own.text
    assert "I have no cost booked as “boat”" in unknown.text


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("i paid 20 eur for the taxi and ben paid 40 eur for lunch", "one cost a message"),
        ("i paid -20 eur for food", "-20 EUR cannot be paid in coins"),
        ("i paid 0 eur for food", "0 EUR cannot be paid in coins"),
    ],
)
async def test_what_cannot_be_booked_as_it_is_said_is_not_booked(
    trio: World, said: str, answered: str
) -> None:
    answer = await says(trio, "ana", said)
    spent = await says(trio, "ana", "what did we spend?")

    assert answered in answer.text
    assert "Spent so far: EUR 0.03" in spent.text


async def test_costs_of_three_are_settled_with_the_fewest_payments(trio: World) -> None:
    dinner = await says(trio, "ana", "I paid 80 EUR for dinner for Ben and me")
    taxi = await says(trio, "ana", "Ben paid 120 EUR for the taxi for everyone")

    owed = await says(trio, "cara", "who owes what?")

    assert "**dinner**, EUR 80.00, paid by Ana, for Ben and Ana (EUR 40.00 each)" in dinner.text
    assert "**taxi**, EUR 120.00, paid by Ben, for Ana, Ben and Cara (EUR 40.00 each)" in taxi.text
    assert "Ben gets back EUR 40.00" in owed.text
    assert "Cara → Ben: **EUR 40.00**" in owed.text
    assert "Ana" not in owed.text  # she is even


async def test_what_is_settled_by_a_button_is_settled_once(trio: World) -> None:
    await says(trio, "ben", "I paid 60 EUR for tickets for everyone")
    bill = await says(trio, "ana", "settle up")

    first = await taps(trio, "ana", bill, "Paid: Ana → Ben EUR 20.00")
    second = await taps(trio, "ana", bill, "Paid: Ana → Ben EUR 20.00")

    assert "Ana paid Ben" in first.text
    assert "too old" in second.text
    owed = (await says(trio, "ben", "who owes what?")).text
    assert "Cara → Ben: **EUR 20.00**" in owed and "Ana" not in owed


async def test_a_third_that_does_not_divide_is_shared_to_the_cent(trio: World) -> None:
    booked = await says(trio, "ana", "I paid 100 EUR for a boat for everyone")

    assert "Ana EUR 33.34, Ben EUR 33.33 and Cara EUR 33.33" in booked.text


async def test_all_but_one_pay(trio: World) -> None:
    booked = await says(trio, "ana", "I paid 30 for wine for all but Ben")

    assert "for Ana and Cara (EUR 15.00 each)" in booked.text


async def test_a_name_that_nobody_has_is_asked_about_and_not_booked(trio: World) -> None:
    asked = await says(trio, "ana", "split 90 between Ana, Ben and Eva")
    who = await taps(trio, "ana", asked, "Ben")
    before = await says(trio, "ana", "what did we spend?")
    booked = await taps(trio, "ana", who, "Add Eva as a guest")

    assert asked.text == "Who paid it?"
    assert "nobody called “Eva”" in who.text
    assert "90" not in before.text
    assert "paid by Ben, for Ana, Ben and Eva (EUR 30.00 each)" in booked.text


async def test_a_typo_is_asked_about(trio: World) -> None:
    asked = await says(trio, "ana", "Carra owes me 20")
    booked = await taps(trio, "ana", asked, "Cara")

    assert "nobody called “Carra”" in asked.text
    assert "**Cara owes Ana** EUR 20.00" in booked.text


async def test_only_who_was_asked_may_answer_and_only_in_time(trio: World) -> None:
    asked = await says(trio, "ana", "split 90 between Ana and Ben")

    by_ben = await taps(trio, "ben", asked, "Ben")
    trio.clock.passes(minutes=31)
    late = await taps(trio, "ana", asked, "Ben")

    assert by_ben.text == late.text == "That button is too old, so I changed nothing."


async def test_a_debt_is_paid_back(trio: World) -> None:
    await says(trio, "ana", "Ben owes me 20")
    paid = await says(trio, "ana", "Ben paid me back 20")

    assert "Ben paid Ana" in paid.text
    assert "nobody owes anything" in (await says(trio, "ana", "who owes what?")).text


async def test_a_wrong_amount_is_put_right_and_undo_brings_the_old_one_back(trio: World) -> None:
    await says(trio, "ana", "I paid 80 for dinner for everyone")
    await says(trio, "ben", "I paid 9 for coffee for everyone")

    right = await says(trio, "ben", "that dinner was 85, not 80")
    spent = await says(trio, "ana", "what did we spend?")
    undone = await says(trio, "ana", "undo that")

    assert right.text.startswith("Put right: **dinner**, EUR 85.00")
    assert "Spent so far: EUR 94.03" in spent.text
    assert "As before: **dinner**, EUR 80.00" in undone.text
    assert "EUR 89.03" in (await says(trio, "ana", "what did we spend?")).text


async def test_the_undo_button_of_a_cost_takes_back_that_cost_once(trio: World) -> None:
    dinner = await says(trio, "ana", "I paid 80 for dinner for everyone")
    await says(trio, "ben", "I paid 9 for coffee for everyone")

    first = await taps(trio, "ana", dinner, "Undo")
    second = await taps(trio, "ana", dinner, "Undo")

    assert "Taken back: **dinner**" in first.text
    assert "already" in second.text
    assert "coffee" in (await says(trio, "ana", "what did we spend?")).text


async def test_a_foreign_amount_keeps_its_currency_and_names_the_rate(trio: World) -> None:
    booked = await says(trio, "ana", "I paid 3000 yen for ramen for Ben and me")

    assert "JPY 3,000" in booked.text
    assert "EUR 18.37: 1 JPY = 0.006123 EUR (ECB, Fri 20 Nov 2026)" in booked.text
    assert "Ben → Ana: **EUR 9.18**" in (await says(trio, "ben", "who owes what?")).text


async def test_without_a_rate_an_amount_stays_apart_and_that_is_said(trio: World) -> None:
    booked = await says(trio, "ana", "I paid 40 GEL for khachapuri for Ben and me")
    owed = await says(trio, "ben", "who owes what?")

    assert "no rate from GEL to EUR" in booked.text
    assert "Ben → Ana: **GEL 20.00**" in owed.text
    assert "Kept apart" in owed.text


async def test_half_a_yen_is_not_booked(trio: World) -> None:
    assert "cannot be paid" in (await says(trio, "ana", "I paid 80.50 yen for tea")).text


async def test_a_first_cost_without_a_currency_is_asked_about(world: World) -> None:
    asked = await world.says("I paid 80 for dinner", who="ana")
    booked = await world.says("euros", who="ana")

    assert "in which currency" in asked.text
    assert "**dinner**, EUR 80.00" in booked.text


async def test_who_travels_alone_keeps_an_account_of_the_trip(world: World) -> None:
    await world.says("I paid 30 CHF for a museum")
    await world.says("I paid 12 CHF for lunch")

    spent = await world.says("what did I spend?")

    assert "Spent so far: CHF 42.00" in spent.text
    assert "**museum**, CHF 30.00" in spent.text
    await world.restarts()
    assert "CHF 42.00" in (await world.says("what did I spend?")).text


async def test_the_costs_file_has_every_cost_and_no_formula(trio: World) -> None:
    await says(trio, "ana", "I paid 80 for =HYPERLINK(1) for everyone")
    await says(trio, "ana", "I paid 3000 yen for ramen for Ben and me")
    await says(trio, "ana", "undo")

    answer = await says(trio, "ben", "costs file")

    [file] = [p for p in answer.reply.parts if p.type == "file"]
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert file.name == "caravan-costs-2026-11-23.csv"
    assert rows[3]["what"].startswith("'=HYPERLINK")
    assert rows[3]["amount"] == "80"
    assert rows[4]["rate from"] == "ECB" and rows[4]["rate of"] == "2026-11-20"
    assert rows[4]["taken back"] == "2026-11-23"
    assert rows[4]["shared by"] == "Ben, Ana"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_what_a_spreadsheet_would_calculate_becomes_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe("dinner = good") == "dinner = good"


async def test_the_sums_of_more_costs_than_a_turn_begins_with_are_exact(trio: World) -> None:
    """1,200 costs of 3 EUR more, and the first ones still give the currency."""
    before = trio.message("look", who="ana", chat=GROUP)
    await trio.closes()
    store = await SqliteStore.open(trio.path, trio.clock)
    many = tuple(
        Expense(
            id=f"many-{n}",
            conversation=before.conversation.key,
            what="coffee",
            paid_by="telegram:ana",
            shared_by=("telegram:ana", "telegram:ben", "telegram:cara"),
            amount=Decimal(3),
            currency="EUR",
            said_at=trio.clock.now(),
        )
        for n in range(1_200)
    )
    await store.accept([before])
    [claim] = await store.claim("w", 1)
    await store.commit_turn(claim, Outcome(replies=(), group=GroupNews(expenses=many)))
    in_a_turn = len((await store.open_turn(before)).group.expenses)
    await store.aclose()
    await trio.opens()

    spent = await says(trio, "ana", "what did we spend?")
    owed = await says(trio, "ana", "who owes what?")
    booked = await says(trio, "ben", "I paid 3000 yen for ramen")

    assert in_a_turn == 1_000
    assert "EUR 3,600.03" in spent.text
    assert "EUR 1,200.00" in owed.text
    assert "EUR 18.37" in booked.text


async def test_a_word_that_may_be_somebodys_name_is_asked_about(trio: World) -> None:
    for said, answered in (
        ("paid 50 for dave", "I know nobody called “dave”"),
        ("I paid 50 for dinner for dave and me", "I know nobody called “dave”"),
        ("I paid 50 for Dave", "I know nobody called “Dave”"),
        ("paid 50 for cara", "for Cara"),
        ("paid 50 for tapas", "tapas"),
        ("paid 50 for the bill", "bill"),
    ):
        told = await says(trio, "ana", said)

        assert answered in told.text, said
        assert ("Noted" in told.text) == ("nobody" not in answered), said
