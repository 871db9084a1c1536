"""What several people say at once in a group, and what each of them keeps for themselves."""

from __future__ import annotations

import sqlite3

from tests.group_world import Group
from tests.world import World

PLAN = "plan Lisbon 15-19 april 2027"


async def test_in_a_burst_each_ones_tastes_are_their_own(group: Group) -> None:
    await group.burst(("ana", PLAN), ("ben", "plan Lisbon without museums"))
    state = await group.state()

    assert state.wish_of("telegram:ana") is None
    wish = state.wish_of("telegram:ben")
    assert wish is not None and wish.wish.dislikes == ("museums",)


async def test_an_edit_takes_back_what_was_ones_own(group: Group) -> None:
    await group.says(PLAN, who="ana")
    said = group.message("no museums", who="ben")
    await group.answered(said)
    before = (await group.state()).wish_of("telegram:ben")
    await group.edits(said, "no beaches")
    after = (await group.state()).wish_of("telegram:ben")

    assert before is not None and before.wish.dislikes == ("museums",)
    assert after is not None and after.wish.dislikes == ("beaches",)


async def test_a_code_that_somebody_says_amid_a_burst_is_kept_nowhere(
    group: Group, world: World
) -> None:
    await group.accepts(
        group.message(PLAN, who="ana"),
        group.message("mine is 7F3K-Q2MD, haha", who="ben", addressed=False),
    )
    await group.settles()
    db = sqlite3.connect(world.path)
    kept = [
        str(row)
        for table in ("messages", "inbox", "outbox")
        for row in db.execute(f"SELECT * FROM {table}")
    ]
    db.close()

    assert any("mine is" in row for row in kept)
    assert not any("7F3K" in row for row in kept)
