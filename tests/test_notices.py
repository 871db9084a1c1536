"""The engine of notices on a real store: planned, claimed, re-checked, said once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from bot.noticing import Noticing
from core.notices.state import State
from tests.notice_rig import Rig, a_plan, a_trip

FIRST = date(2027, 3, 20)
EVENING_BEFORE = "2027-03-19 18:30"  # UTC, which is Lisbon's time then


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.closes()


@pytest.fixture
async def desk(rig: Rig) -> tuple[SqliteStore, Noticing]:
    return await rig.opens()


async def rows(store: SqliteStore, trip: str = "trip") -> dict[str, State]:
    """kind + about -> state of every row of the trip."""
    found = await store.calendar_of(trip)
    assert found is not None
    return {" ".join(filter(None, (r.kind, str(r.on), r.about))): r.state for r in found.rows}


async def test_what_a_trip_is_due_is_said_once_on_its_evening(
    rig: Rig, desk: tuple[SqliteStore, Noticing]
) -> None:
    store, noticing = desk
    await rig.turn(store, trips=(a_trip(a_plan(FIRST)),))
    early = await rig.ticks(noticing, store)
    rig.clock.strikes(EVENING_BEFORE)
    on_time = [await rig.ticks(noticing, store) for _ in range(3)]

    assert early == []
    assert on_time == [["final_check 2027-03-20"], [], []]
