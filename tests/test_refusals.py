"""What no plan can hold is answered at once with a way on, and does not stick in the chat."""

from __future__ import annotations

import pytest

from adapters.models.reader import RuleReader
from core.reading import ReadingContext
from tests.gazetteer_fake import SmallWorld
from tests.world import START, World

READER = RuleReader(SmallWorld())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plan Lisbon for 60 people in may 2027 for 3 days", "group of 60"),
        ("plan Lisbon in may for two hundred and more, we are 200 people", "group of 200"),
        ("plan Lisbon 12-15 april 2027 for 2 adults and 25 children", "group of 27"),
        ("plan Lisbon 12-15 april 2027 with 0 euros", "most you want to spend"),
        ("plan Lisbon 12-15 april 2027, $0", "most you want to spend"),
        ("plan Lisbon 12-15 april 2027, 0 EUR", "most you want to spend"),
        ("plan Lisbon 12-15 april 2027, we have no money", "most you want to spend"),
        ("plan Rome in may 2020", "May 2020 is in the past"),
        ("somewhere warm for 60 people in may", "group of 60"),
    ],
)
async def test_it_is_answered_at_once(world: World, words: str, said: str) -> None:
    answer = await world.says(words)

    assert said in answer.text
    assert answer.text.rstrip().endswith(("?", "."))
    assert not answer.days
    assert not answer.choices


async def test_two_faults_of_one_message_are_both_told(world: World) -> None:
    answer = await world.says("plan Lisbon for 60 people for 400 days")

    assert "30 days" in answer.text
    assert "group of 60" in answer.text


@pytest.mark.parametrize(
    ("refused", "next_words", "head"),
    [
        ("plan Lisbon 12-15 april 2027 for 60 people", "we are 4", "4 adults"),
        ("plan Lisbon 12-15 april 2027 for 60 people", "12", "12 adults"),
        ("plan Lisbon 12-15 april 2027 with 0 euros", "900 euros", "Your limit: €900"),
        ("plan Lisbon 12-15 april 2027 with 0 euros", "make it 900", "Your limit: €900"),
        ("plan Lisbon 10-14 may 2020 for 2 people", "12-14 may 2027", "2 adults"),
        ("plan Lisbon for 400 days from 1 may 2027", "4 days", "Sat 1 – Tue 4 May 2027"),
        ("plan Lisbon for 0 days from 1 may 2027", "4", "Sat 1 – Tue 4 May 2027"),
        ("plan Lisbon from 5 to 1 may 2027 for 2 adults", "1 to 5 may 2027", "2 adults"),
        ("plan Lisbon 31 april to 4 may 2027 for 3 people", "1 may to 4 may", "3 adults"),
        ("plan Lisbon 3-6 may 2027, budget 50 euros for 2 people", "600 euros", "2 adults"),
    ],
)
async def test_the_answer_to_a_refusal_makes_the_plan_that_was_asked_for(
    world: World, refused: str, next_words: str, head: str
) -> None:
    await world.says(refused)
    answer = await world.says(next_words)

    assert "Lisbon, " in answer.text
    assert head in answer.text
    assert answer.days


@pytest.mark.parametrize(
    "refused",
    [
        "plan Lisbon for 400 days",
        "plan Lisbon for 0 days",
        "plan Lisbon 10-14 may 2020",
        "plan Lisbon for 60 people",
        "plan Lisbon with 0 euros",
    ],
)
async def test_a_refused_value_does_not_stick(world: World, refused: str) -> None:
    await world.says(refused)
    answer = await world.says("plan Porto 12-14 may 2027")

    assert "Porto, Wed 12 – Fri 14 May 2027" in answer.text
    assert len(answer.days) == 3


async def test_dates_that_have_passed_since_they_were_said_are_asked_for_again(
    world: World,
) -> None:
    await world.says("plan Lisbon 12-15 april 2027")
    world.clock.strikes("2027-06-01 09:00")
    answer = await world.says("plan Porto for 2 people")

    assert "When do you want to be in Porto" in answer.text
    assert answer.choices


async def test_a_party_that_is_too_large_leaves_the_plan_as_it_was(world: World) -> None:
    await world.says("plan Lisbon 12-15 april 2027")
    refused = await world.says("we are 60 people now")
    smaller = await world.says("we are 4 people now")

    assert "group of 60" in refused.text
    assert "4 adults" in smaller.text


async def test_an_answer_about_a_new_place_does_not_change_the_plan_of_the_old_one(
    world: World,
) -> None:
    await world.says("plan Lisbon 12-15 april 2027")
    await world.says("plan Porto 3-6 may 2027, budget 20 euros for 2 people")
    answer = await world.says("make it 900 euros")

    assert "Porto, Mon 3 – Thu 6 May 2027" in answer.text


async def test_dates_said_after_a_suggestion_was_picked_plan_that_suggestion(world: World) -> None:
    await world.says("somewhere warm for a long weekend in may 2027 from Berlin, 1200 euros")
    question = await world.says("plan 1")
    answer = await world.says("10-13 may 2027")

    assert question.text.split(" in May")[0] in answer.text
    assert "Mon 10 – Thu 13 May 2027" in answer.text
    assert answer.days


@pytest.mark.parametrize(
    ("text", "impossible"),
    [
        ("Lisbon 12-15 april 2027, 10 000 euros", ""),
        ("Lisbon 12-15 april 2027, 2000 €", ""),
        ("Lisbon in may, no budget limit", ""),
        ("Lisbon in may, money is no object", ""),
        ("Lisbon in may for 0.50 euros", ""),
        ("Lisbon in may, zero dollars", "money"),
        ("Lisbon in may, £0", "money"),
        ("Lisbon in may without a budget of course", ""),
    ],
)
def test_no_money_is_told_from_much_money(text: str, impossible: str) -> None:
    read = READER.read(text, ReadingContext(today=START.date()))

    assert read.impossible == impossible


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Rome for 2, 2000 euros", 2),
        ("Lisbon 12-15 april 2027 for 3", 3),
        ("Lisbon for 4 from Berlin", 4),
        ("Lisbon for one hundred people", 100),
        ("Lisbon for 1500 people", 1500),
        ("we are twenty-two people", 22),
        ("Lisbon for 3 to 5 days", None),
        ("Lisbon for 2-3 days", None),
        ("Lisbon for 7, 8 and 9 may", None),
        ("Lisbon for 5 may", None),
    ],
)
def test_the_party_is_counted_in_digits_and_in_words(text: str, people: int | None) -> None:
    party = READER.read(text, ReadingContext(today=START.date())).wish.party

    assert (party.size if party else None) == people
