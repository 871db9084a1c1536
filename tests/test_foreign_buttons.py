"""Fault G5: the ids in buttons, when they are foreign, guessed, old, or tapped twice."""

from __future__ import annotations

import pytest

from tests.link_world import TwoPlatforms, code_in
from tests.world import Answer


def guessed(id: str) -> str:
    """An id of the same shape that nobody was ever given."""
    verb, _, argument = id.partition(":")
    head, slash, tail = argument.partition("/")
    return f"{verb}:{'0' * len(head)}{slash}{tail}"


async def buttons_of_ana(both: TwoPlatforms) -> dict[str, str]:
    """One button of every kind that is about somebody's own things: what it is -> its id."""

    async def ana(text: str) -> Answer:
        return await both.writes("telegram", "ana", text)

    found: dict[str, str] = {}
    await ana("plan Lisbon 15-19 april 2027")
    found["trip"] = next(i for i in (await ana("my trips")).choices.values() if "open" in i)
    await ana("I am vegetarian")
    found["fact"] = (await ana("/profile")).choices["Remove: vegetarian"]
    found["cost"] = (await ana("I paid 80 EUR for dinner")).choices["Undo"]
    zoe = (await ana("I paid 10 EUR for Zoe and me")).choices["Add Zoe as a guest"]
    await both.writes("telegram", "ana", choice=zoe)
    found["payment"] = next(iter((await ana("settle up")).choices.values()))
    found["question"] = (await ana("I paid 10 EUR for Yan and me")).choices["Add Yan as a guest"]
    code = code_in(await ana("link my accounts"))
    await both.writes("slack", "ana2", f"link {code}")
    found["link"] = (await both.aside("telegram", "ana")).choices["Yes, both are me"]
    found["erase"] = (await ana("/forget")).choices["Yes, erase everything"]
    return found


@pytest.mark.fault("G5")
async def test_a_foreign_button_answers_like_an_unknown_one_and_does_nothing(
    both: TwoPlatforms,
) -> None:
    """Mallory taps every button of ana's: in private, and in a group that both are in."""
    of_ana = await buttons_of_ana(both)
    assert set(of_ana) == {"trip", "fact", "cost", "payment", "question", "link", "erase"}
    await both.writes("telegram", "mallory", "hello")

    for chat in ("", "-5"):
        for what, id in of_ana.items():
            foreign = await both.writes("telegram", "mallory", choice=id, chat=chat)
            unknown = await both.writes("telegram", "mallory", choice=guessed(id), chat=chat)
            assert foreign.text == unknown.text, what
            assert foreign.choices == unknown.choices, what
            assert "Lisbon" not in foreign.text and "vegetarian" not in foreign.text

    profile = await both.writes("telegram", "ana", "/profile")
    assert "vegetarian" in profile.text
    assert "dinner" in (await both.writes("telegram", "ana", "what did I spend?")).text
    assert "Lisbon" in (await both.writes("telegram", "ana", "my trips")).text


async def test_a_button_that_removes_a_fact_removes_no_other_when_it_is_tapped_again(
    both: TwoPlatforms,
) -> None:
    await both.writes("telegram", "ana", "I am vegetarian")
    await both.writes("telegram", "ana", "I love hiking")
    shown = await both.writes("telegram", "ana", "/profile")
    button = shown.choices["Remove: vegetarian"]

    first = await both.writes("telegram", "ana", choice=button)
    second = await both.writes("telegram", "ana", choice=button)

    assert "removed" in first.text
    assert "too old" in second.text
    left = (await both.writes("telegram", "ana", "/profile")).text
    assert "hiking" in left and "vegetarian" not in left


async def test_a_button_of_ones_own_ends_with_its_time(both: TwoPlatforms) -> None:
    asked = await both.writes("telegram", "ana", "/forget")
    both.clock.passes(minutes=11)

    late = await both.writes("telegram", "ana", choice=asked.choices["Yes, erase everything"])

    assert "too old" in late.text
