"""`caravan notices`: the calendar of a trip on the command line, without sending anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from bot.cli import main
from bot.notices_command import told
from core.notices.state import Kind
from tests.notice_rig import Rig, a_plan, a_trip, lives_in

FIRST = date(2027, 3, 20)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.closes()


async def lines(rig: Rig, days: int = 30) -> list[str]:
    store, _ = await rig.opens()
    found = await store.calendar_of("trip")
    assert found is not None
    return list(told(found, rig.clock.now(), days))


async def test_a_dry_run_shows_every_notice_with_its_local_time_and_the_reason(rig: Rig) -> None:
    store, _ = await rig.opens()
    me = lives_in("desk:1", "Europe/Berlin")
    await rig.turn(store, profile=me, trips=(a_trip(a_plan(FIRST, 1)),))
    shown = await lines(rig)

    assert shown[:2] == [
        "Town (trip, version 1, planned)",
        "Told in desk:1:; zone at home: Europe/Berlin; quiet hours 22:00 to 08:00; "
        "3 messages a day",
    ]
    kinds = [line[37:57].strip() for line in shown[2:]]
    assert kinds == [
        "outlook 14", "outlook 7", "packing", "final check", "morning", "morning", "after",
    ]  # fmt: skip
    assert shown[5].startswith("Fri 19 Mar 18:")
    assert "Europe/Berlin" in shown[5]
    assert shown[5].endswith("planned: it is the evening before your trip")
    assert (await store.counts()).get("notices.planned", 0) == 0  # nothing was written


async def test_what_is_muted_said_or_too_far_ahead_is_shown_as_it_is(rig: Rig) -> None:
    store, noticing = await rig.opens()
    await rig.turn(store, trips=(a_trip(a_plan(FIRST, 1)),))
    await noticing.plan()
    await rig.wants(store, muted=frozenset({Kind.PACKING}))
    rig.clock.strikes("2027-03-10 09:00")
    shown = await lines(rig, days=9)

    assert [line[37:].split(":")[0].split() for line in shown[2:]] == [
        ["outlook", "7", "planned"],
        ["packing", "cancelled"],
    ]  # the final check is nine and a half days ahead
    assert "packing notices are muted in this chat" in shown[3]


async def test_what_is_overdue_and_can_still_be_told_is_shown(rig: Rig) -> None:
    """Nobody ticked in the evening; it comes after the quiet hours."""
    store, noticing = await rig.opens()
    await rig.turn(store, trips=(a_trip(a_plan(FIRST, 1)),))
    await noticing.plan()
    rig.clock.strikes("2027-03-19 22:30")
    [overdue, *_] = (await lines(rig, days=1))[2:]

    assert overdue.startswith("Fri 19 Mar 18:")
    assert overdue.endswith("it is the evening before your trip; waits until Sat 20 Mar 08:00")


def test_the_command_says_when_there_is_no_such_trip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARAVAN_DATABASE", str(tmp_path / "caravan.sqlite"))

    code = main(["notices", "--trip", "nope", "--days", "3", "--dry-run"])
    said = capsys.readouterr().out

    assert code == 1
    assert said == "There is no trip with the id “nope”.\nNo trip is planned.\n"


async def test_without_an_id_the_coming_trips_are_listed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = await rig.opens()
    later, gone = a_plan(date(2099, 3, 20), 1), a_plan(date(2001, 3, 20), 1)
    await rig.turn(store, trips=(a_trip(later), a_trip(gone, id="old")))
    await rig.closes()
    monkeypatch.setenv("CARAVAN_DATABASE", str(rig.file))

    code = await asyncio.to_thread(main, ["notices"])

    assert code == 0
    assert capsys.readouterr().out == "Coming trips:\n  trip  Town\n"
