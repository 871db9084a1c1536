"""The whole group story on each platform, against a local server that speaks its wire format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.group_drivers import SlackOverHttp, SlackOverSocket, TelegramByPolling
from tests.group_script import STORY

Driver = Callable[[Path], SlackOverHttp | TelegramByPolling]


@pytest.mark.parametrize("driver", [SlackOverHttp, SlackOverSocket, TelegramByPolling])
async def test_three_people_plan_vote_pay_and_part_with_every_delivery_three_times(
    tmp_path: Path, driver: Driver
) -> None:
    async with driver(tmp_path) as chat:
        for step in STORY:
            await step(chat)
