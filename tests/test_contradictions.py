"""Hard beats soft beats mood in whatever order it was said; two hard wishes are asked about."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.models.reader import RuleReader
from core.contradictions import contradictions, overruled, settled
from core.reading import ReadingContext
from core.wishes import Wish
from tests.gazetteer_fake import SmallWorld
from tests.town import days_from, sight
from tests.world import World

TODAY = date(2026, 11, 23)
READER = RuleReader(SmallWorld())
SAID = (
    "Lisbon, 15 to 19 April 2027",
    "no museums",
    "we love museums and food",
    "the Gulbenkian is a must",
    "somewhere lively, relaxed pace",
    "at most 900 euros for the two of us",
)
GULBENKIAN = sight(
    "gulbenkian",
    days_from(date(2027, 4, 15), 2),
    name="Calouste Gulbenkian Museum",
    category="museum",
)


def told(*texts: str) -> Wish:
    context = ReadingContext(today=TODAY, has_trip=True)
    return reduce(Wish.with_news, (READER.read(text, context).wish for text in texts), Wish())


def hard(wish: Wish) -> dict[str, object]:
    """What has to hold: where, when, who, how much; what is refused and what has to be in."""
    kept = wish.model_dump(
        include={"destinations", "when", "party", "budget", "pace", "step_free", "diet"}
    )
    return kept | {"no": set(wish.dislikes), "must": set(wish.musts)}


def test_six_statements_that_fight_in_all_720_orders_leave_the_same_hard_set() -> None:
    news = [told(text) for text in SAID]
    first = reduce(Wish.with_news, news, Wish())
    asked = contradictions(first, [GULBENKIAN])

    assert hard(first)["no"] == {"museums"}
    assert hard(first)["must"] == {"Gulbenkian"}
    assert set(first.likes) == {"museums", "food"}
    assert [(c.wanted, c.refused) for c in asked] == [(GULBENKIAN.name, "museums")]
    for order in permutations(news):
        wish = reduce(Wish.with_news, order, Wish())
        assert hard(wish) == hard(first)
        assert set(wish.likes) == set(first.likes)
        assert contradictions(wish, [GULBENKIAN]) == asked
        assert overruled(wish) == overruled(first)


TAGS = st.sampled_from(["museums", "churches", "food", "beaches", "the Gulbenkian"])
NEWS = st.builds(
    Wish,
    likes=st.lists(TAGS, max_size=2).map(tuple),
    dislikes=st.lists(TAGS, max_size=2).map(tuple),
    musts=st.lists(TAGS, max_size=2).map(tuple),
    diet=st.lists(st.sampled_from(["vegan", "halal"]), max_size=1).map(tuple),
    step_free=st.sampled_from([None, True]),
)


@settings(max_examples=200, deadline=None)
@given(news=st.lists(NEWS, min_size=2, max_size=6), data=st.data())
def test_no_order_of_statements_loses_a_refusal_or_a_must(
    news: list[Wish], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(news))
    one, two = (reduce(Wish.with_news, each, Wish()) for each in (news, other))

    assert hard(one) | {"diet": set(one.diet)} == hard(two) | {"diet": set(two.diet)}
    assert set(one.likes) == set(two.likes)
    assert set(one.dislikes) == {tag for each in news for tag in each.dislikes}
    assert set(one.musts) == {tag for each in news for tag in each.musts}


def test_what_is_liked_and_refused_is_left_out_and_the_plan_says_so() -> None:
    [sentence] = overruled(told("we love museums", "no museums"))

    assert "no museums" in sentence
    assert "museums after all" in sentence


@pytest.mark.parametrize("keep", [True, False])
def test_a_must_refused_by_its_name_is_settled_either_way(keep: bool) -> None:
    wish = Wish(musts=("the Gulbenkian",), dislikes=("Gulbenkian Museum",))
    [found] = contradictions(wish, [GULBENKIAN])

    after = settled(wish, found.must, found.refusal, keep=keep)

    assert contradictions(after, [GULBENKIAN]) == []
    assert ("the Gulbenkian" in after.musts) == keep


def test_a_kind_that_has_to_be_in_and_is_refused_is_a_contradiction_too() -> None:
    wish = Wish(musts=("museums",), dislikes=("churches", "museums"))
    [found] = contradictions(wish, [GULBENKIAN])

    assert settled(wish, found.must, found.refusal, keep=True).dislikes == ("churches",)
    assert settled(wish, found.must, found.refusal, keep=False).musts == ()


# --- in the chat -----------------------------------------------------------------------------

LISBON = "plan Lisbon 15-19 april 2027"


@pytest.mark.parametrize(
    "said",
    [
        ("no museums", "the Gulbenkian is a must"),
        ("the Gulbenkian is a must", "no museums"),
    ],
)
async def test_the_question_comes_in_either_order(world: World, said: tuple[str, str]) -> None:
    await world.says("plan Lisbon")
    for text in said:
        await world.says(text)
    question = await world.says("15-19 april 2027")

    assert "which one counts?" in question.text
    assert list(question.choices) == ["Keep Calouste Gulbenkian Museum", "No museums at all"]


async def test_a_refusal_stands_against_a_liking_and_the_plan_tells_it(world: World) -> None:
    await world.says("plan Lisbon, no museums")
    await world.says("we love museums")
    plan = await world.says("15-19 april 2027")

    assert "You said no museums" in plan.text
    assert "National Tile Museum" not in "".join(plan.days)


async def test_museums_after_all_takes_the_refusal_back(world: World) -> None:
    await world.says(f"{LISBON}, no museums")
    plan = await world.says("museums after all")

    assert "Museum" in "".join(plan.days)
    assert "You said no museums" not in plan.text


async def test_dropping_a_must_is_asked_about_and_keeping_it_changes_nothing(world: World) -> None:
    plan = await world.says(f"{LISBON}, the Oceanarium is a must")
    question = await world.says("drop the oceanarium")
    kept = await world.taps(question, "Keep Lisbon Oceanarium")

    assert "which one counts?" in question.text
    assert "stays as it is" in kept.text
    again = await world.says("drop the oceanarium")
    gone = await world.taps(again, "Without Lisbon Oceanarium")
    assert "Oceanarium" in "".join(plan.days)
    assert "Oceanarium" not in "".join(gone.days)


async def test_what_is_booked_is_dropped_only_when_the_traveller_decides_so(world: World) -> None:
    await world.says(f"{LISBON}, the Oceanarium is a must")
    booked = await world.says("the oceanarium is booked")
    question = await world.says("drop the oceanarium")
    kept = await world.taps(question, "Keep Lisbon Oceanarium")
    gone = await world.taps(question, "Drop Lisbon Oceanarium")

    assert "Lisbon Oceanarium is booked now and stays on" in booked.text
    assert "you decide" in question.text
    assert "stays as it is" in kept.text
    assert "Oceanarium" not in "".join(gone.days)
