"""A change of weather on each platform, against a local server that speaks its wire format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.group_drivers import SlackOverHttp, TelegramByPolling

Driver = Callable[[Path], SlackOverHttp | TelegramByPolling]


def swap_in(text: str) -> str:
    """The label of the first swap that a notice offers."""
    found = re.search(r"indoors and open: \*{0,2}(?P<name>[^*\n]+?)\*{0,2} at \d", text)
    assert found is not None, text
    return f"Take {found['name']}"[:40]


@pytest.mark.parametrize("driver", [SlackOverHttp, TelegramByPolling])
async def test_rain_is_told_once_where_the_trip_was_planned_and_one_tap_changes_the_plan(
    tmp_path: Path, driver: Driver
) -> None:
    """Three schedulers, a restart between look and tap, every tap delivered three times; undo."""
    async with driver(tmp_path) as chat:
        planned = await chat.says("ana", "plan Lisbon 15-19 april 2027")
        await chat.looks_ahead("2027-04-13 09:00")
        before = (await chat.says("ben", "what is planned on day 2?")).all
        chat.weather.says("2027-04-16", rain_mm=18)
        notice = (await chat.looks_ahead("2027-04-13 12:00")).all
        again = await chat.looks_ahead("2027-04-13 14:00")
        await chat.restarts()
        changed = (await chat.taps("ben", swap_in(notice))).all
        after = (await chat.says("ben", "what is planned on day 2?")).all
        undone = (await chat.taps("ana", "Undo")).all
        restored = (await chat.says("ben", "what is planned on day 2?")).all

        assert "Day 2" in planned.all
        assert "Rain on Fri 16 Apr" in notice
        assert "Now: 13–21 °C, rain 90 %." in notice
        assert "Before: no forecast yet, typically 12–20 °C." in notice
        assert "as of Tue 13 Apr" in notice
        assert again.nothing
        assert "What changed" in changed
        assert after != before
        assert "Undone" in undone
        assert restored == before
