"""Ticks hold no state, and a purge takes only what is finished and old."""

from __future__ import annotations

from bot.schedule import KEEP_DAYS, purge, tick, ticking
from core.errors import Unavailable
from core.messages import Choices
from tests.world import World


async def test_finished_messages_go_after_their_time_and_the_history_stays(world: World) -> None:
    await world.says("/help")
    await world.says("/trips")
    await world.closes()  # everything is marked
    await world.opens()
    assert world.app is not None
    store = world.app.store
    early = await purge(store, world.clock)
    world.clock.passes(days=KEEP_DAYS + 1)
    late = await purge(store, world.clock)

    answer = await world.says("/help")
    # Both replies and the first message; the last message keeps the ids growing.
    assert (early, late) == (0, 3)
    assert any(isinstance(p, Choices) for p in answer.reply.parts)


async def test_a_late_tick_is_made_up_for_and_never_doubled(world: World) -> None:
    assert world.app is not None
    with ticking(world.app.store, world.clock, world.app.noticing) as scheduler:
        jobs = scheduler.get_jobs()

    assert {job.id for job in jobs} == {"purge", "polls", "plan", "send", "watch"}
    for job in jobs:
        assert job.misfire_grace_time is None
        assert job.coalesce
        assert job.max_instances == 1


async def test_a_tick_that_fails_is_noted_and_the_next_one_works() -> None:
    answers = iter([Unavailable("database", "locked"), RuntimeError("a mistake"), 3])

    async def work() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert [await tick("plan", work) for _ in range(3)] == [0, 0, 3]
