"""What somebody may not eat or climb, told in private, shapes the plans of their group by code."""

from __future__ import annotations

import pytest

from core.diets import Served, refused_by, served_at, suits
from core.messages import Choices
from tests.test_fair_story import GROUP, a_group, said_in
from tests.town import sight
from tests.world import Answer, World

BERGEN = "plan Bergen 15-16 april 2027"  # its fish market is in the plan
SALZBURG = "plan Salzburg 15-16 april 2027"  # a ridge with steps, a brewery
EVERYONE = "does not fit everyone"


def whole(answer: Answer) -> str:
    return f"{answer.text}\n{answer.days}"


async def changed_by(world: World, need: str, plan: str) -> tuple[str, str]:
    """The plan of Ana, Ben and Cid before Ben tells his need in private, and after."""
    await a_group(world, "ana", "ben", "cid")
    before = whole(await world.says(plan, who="ana", chat=GROUP))
    await world.says(need, who="ben", chat="ben")
    return before, whole(await world.says(plan, who="ana", chat=GROUP))


@pytest.mark.parametrize(
    ("need", "plan", "out", "hints"),
    [
        ("I am vegan", BERGEN, "Fish Market", ("vegan", "diet", "meat")),
        ("privately, I'm vegetarian", BERGEN, "Fish Market", ("vegetarian", "diet", "meat")),
        ("I'm coeliac", SALZBURG, "brewery", ("coeliac", "gluten", "diet")),
        ("I can't do stairs", SALZBURG, "Mönchsberg", ("stairs", "steps", "step-free")),
    ],
)
async def test_a_need_told_in_private_is_kept_by_the_plan_of_three_and_never_named(
    world: World, need: str, plan: str, out: str, hints: tuple[str, ...]
) -> None:
    before, after = await changed_by(world, need, plan)

    assert out in before and out not in after
    for word in (*hints, EVERYONE):
        assert word not in after.casefold()
    assert not [t for t in said_in(world, GROUP)[-1:] if "Ben" in t]


async def test_of_two_the_group_hears_only_that_it_does_not_fit_everyone(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("I am vegan", who="ben", chat="ben")
    answer = await world.says(BERGEN, who="ana", chat=GROUP)

    assert answer.text.startswith("This does not fit everyone.") and not answer.days
    assert "vegan" not in answer.text and "Fish" not in answer.text
    assert "Bergen Fish Market: by the name, nothing there is vegan" in said_in(world, "ben")[-1]


async def test_a_need_that_the_plan_keeps_anyway_changes_nothing(world: World) -> None:
    before, after = await changed_by(world, "I am halal", BERGEN)

    assert after == before


async def test_what_was_asked_for_aloud_stays_and_does_not_fit_everyone(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("I am vegan", who="ben", chat="ben")
    await world.says("the Bergen Fish Market is a must for me", who="ana", chat=GROUP)
    answer = await world.says(BERGEN, who="ana", chat=GROUP)

    assert "fits everyone" in answer.text and not answer.days


async def test_a_change_is_made_within_the_needs_told_since(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says(BERGEN, who="ana", chat=GROUP)
    await world.says("I am vegan", who="ben", chat="ben")
    slower = await world.says("slower", who="ana", chat=GROUP)

    assert slower.days and "Fish Market" not in "\n".join(slower.days)
    assert "vegan" not in slower.text


async def test_a_plan_from_before_a_need_does_not_come_back_by_undo(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says(BERGEN, who="ana", chat=GROUP)
    await world.says("I am vegan", who="ben", chat="ben")
    await world.says("slower", who="ana", chat=GROUP)
    answer = await world.says("undo", who="ana", chat=GROUP)

    assert answer.text == "This does not fit everyone. The plan stays as it was."
    assert "The plan before that the group asked for does not fit" in said_in(world, "ben")[-1]


async def test_who_joins_with_a_need_is_planned_for(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says(BERGEN, who="ana", chat=GROUP)
    await world.says("I am vegan", who="dan", chat="dan")
    joined = await world.says("count me in", who="dan", chat=GROUP)
    shown = await world.says("what is the plan?", who="ana", chat=GROUP)

    assert "The plan is for 4 now" in joined.text
    assert "Not every stop fits everyone; all that are in the plan now do." in joined.text
    assert "Fish Market" not in joined.text
    assert "vegan" not in joined.text + shown.text


async def test_places_to_eat_suit_everybody_too(world: World) -> None:
    food = "where can we eat in Bergen?"
    await a_group(world, "ana", "ben")
    await world.says("I am vegan", who="ben", chat="ben")
    of_two = (await world.says(food, who="ana", chat=GROUP)).text
    await world.says("hello", who="cid", chat=GROUP)
    of_three = (await world.says(food, who="ana", chat=GROUP)).text

    assert "Fish Market" in of_two and "Not all of these fit everyone" in of_two
    assert "Fish Market" not in of_three and "fit everyone" not in of_three
    assert "vegan" not in of_two + of_three


async def test_what_to_say_at_the_table_is_told_to_that_person_alone(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    noted = await world.says("I am vegan", who="ben", chat="ben")
    await world.says("I can't climb stairs", who="ben", chat="ben")
    await world.says("plan Lisbon 15-16 april 2027", who="ana", chat=GROUP)
    fit = await world.says("how well does the plan fit me?", who="ben", chat="ben")
    told = await world.says("what did I tell you privately?", who="ben", chat="ben")

    assert "In your groups I hold every plan against it" in noted.text
    assert "ask for vegan food" in fit.text and "means I don't eat meat" in fit.text
    assert "Ask whether these are step-free: " in fit.text
    assert "**In every group**, from your profile" in told.text and "food: vegan" in told.text
    assert "vegan" not in "\n".join(said_in(world, GROUP) + said_in(world, "ana"))


# --- said aloud, or alone ----------------------------------------------------------------------


async def test_a_diet_said_aloud_leaves_out_what_a_private_one_does(world: World) -> None:
    alone = await world.says(f"{BERGEN}, I am vegan", who="ana", chat="ana")

    assert "Fish Market" not in "\n".join(alone.days)


def test_a_place_is_judged_by_what_its_name_says_and_by_nothing_else() -> None:
    def place(name: str, category: str = "market") -> frozenset[Served]:
        return served_at(sight("x", [], name=name, category=category, tags=("food",)))

    assert place("Old fish market") == {Served.FISH}
    assert place("Fish and vegetable market") == frozenset()
    assert place("Time Out Market") == frozenset()
    assert place("Beer museum", "museum") == frozenset()
    assert place("Fishtown") == frozenset()
    cellar = sight("x", [], name="Wine cellar", category="experience", tags=("food",))
    assert not suits(cellar, refused_by(["halal"])) and suits(cellar, refused_by(["vegan"]))
    assert refused_by(["low-carb"]) == frozenset()


# --- what does not fit, and the nearest that does ----------------------------------------------


def labels(answer: Answer) -> list[str]:
    return [o.label for p in answer.reply.parts if isinstance(p, Choices) for o in p.options]


async def test_another_town_is_taken_within_the_needs_of_all(world: World) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Oslo and Copenhagen 15-18 april 2027", who="ana", chat=GROUP)
    await world.says("I am vegan", who="ben", chat="ben")
    answer = await world.says("Bergen instead of Oslo", who="ana", chat=GROUP)

    assert "Bergen instead of Oslo, planned anew." in answer.text
    assert "Fish Market" not in whole(answer) and "vegan" not in answer.text


async def test_another_town_that_fits_nobodys_purse_is_refused_without_a_word_on_money(
    world: World,
) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Oslo and Copenhagen 15-18 april 2027", who="ana", chat=GROUP)
    await world.says("privately, my budget is 90 euros", who="ben", chat="ben")
    answer = await world.says("Bergen instead of Oslo", who="ana", chat=GROUP)
    slower = await world.says("slower", who="ana", chat=GROUP)

    for said in (answer, slower):
        assert said.text.startswith("This does not fit everyone. The plan stays as it was.")
        assert "budget" not in said.text and "90" not in said.text
    assert "your limit is" in said_in(world, "ben")[-1]


async def test_the_nearest_days_that_fit_everyone_are_offered_for_what_was_asked(
    world: World,
) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Oslo and Copenhagen 15-18 april 2027", who="ana", chat=GROUP)
    await world.says("privately, I can't on 15 april 2027", who="ben", chat="ben")
    answer = await world.says("Bergen instead of Oslo", who="ana", chat=GROUP)
    [label] = labels(answer)
    moved = await world.taps(answer, label, who="ana", chat=GROUP)

    assert answer.text == (
        "This does not fit everyone. The plan stays as it was. Fri 16 – Mon 19 Apr 2027 would fit "
        "everyone."
    )
    assert label == "Fri 16 – Mon 19 Apr 2027"
    assert "Bergen" in whole(moved) and "Oslo" not in whole(moved)
    assert "Fri 16 – Mon 19 Apr 2027" in moved.text


async def test_a_change_of_days_that_does_not_fit_is_answered_with_the_nearest_that_do(
    world: World,
) -> None:
    await a_group(world, "ana", "ben", "cid")
    await world.says("plan Bergen 15-16 april 2027", who="ana", chat=GROUP)
    await world.says("privately, I can't on 17 april 2027", who="ben", chat="ben")
    answer = await world.says("one day longer", who="ana", chat=GROUP)
    [label] = labels(answer)
    moved = await world.taps(answer, label, who="cid", chat=GROUP)

    assert "Wed 14 – Fri 16 Apr 2027 would fit everyone" in answer.text
    assert "All days move: Thu 15 Apr is now Wed 14 Apr" in moved.text


async def test_with_two_no_other_days_are_named(world: World) -> None:
    await a_group(world, "ana", "ben")
    await world.says("privately, I can't on 16 april 2027", who="ben", chat="ben")
    answer = await world.says(BERGEN, who="ana", chat=GROUP)

    assert answer.text.startswith("This does not fit everyone.")
    assert "would fit" not in answer.text and labels(answer) == []
