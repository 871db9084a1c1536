"""The adapter at its start, beside Telegram, and where Slack says no."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from adapters.chat.front import Front
from bot.settings import load_settings
from bot.wiring import Parts, build
from core.errors import Misconfigured
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, CHANNEL, DIRECT, FakeSlack, event, said
from tests.slack_bot import ONE_WORKSPACE, SOCKET_MODE, free_port, running
from tests.world import WorldClock


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (ONE_WORKSPACE | {"SLACK_BOT_TOKEN": "xoxb-of-nobody"}, "SLACK_BOT_TOKEN"),
        (SOCKET_MODE | {"SLACK_APP_TOKEN": "xapp-of-nobody"}, "SLACK_APP_TOKEN"),
    ],
)
async def test_a_token_that_slack_refuses_ends_the_start_with_its_name(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    slack = await FakeSlack().start()
    app = await build(
        load_settings(
            {
                "CARAVAN_DATABASE": str(tmp_path / "c.sqlite"),
                "CARAVAN_LIVE": "off",
                "SLACK_API_BASE_URL": slack.base_url,
                "PORT": str(free_port()),
                **settings,
            }
        ),
        Parts(clock=WorldClock()),
    )
    try:
        async with asyncio.timeout(20):
            with pytest.raises(Misconfigured) as caught:
                await app.runtime.run(asyncio.Event())
    finally:
        await app.aclose()
        await slack.aclose()

    assert caught.value.variable == named
    assert BOT_TOKEN not in str(caught.value) and APP_TOKEN not in str(caught.value)


async def test_what_waits_is_sent_after_the_start_and_no_chat_is_taken_for_closed(
    tmp_path: Path,
) -> None:
    """Replies of a process that died may be claimed before Slack has said who we are."""
    slack = await FakeSlack().start()
    async with running(tmp_path / "c.sqlite", slack=slack) as rig:
        slack.refuse("chat.postMessage", "ratelimited", retry_after=60)
        await rig.posts.event(event(said("help", ts="1795000000.1", channel=DIRECT)))
        await slack.wait_for(lambda: not slack.refusals["chat.postMessage"])
    async with running(tmp_path / "c.sqlite", slack=slack) as rig:
        rig.clock.passes(minutes=5)
        await slack.replied(1)
    await slack.aclose()


async def test_one_server_serves_many_adapters_and_ends_with_the_last() -> None:
    front = Front(0, "127.0.0.1")

    async def hello(request: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text=request.path)

    async def asked(path: str, method: str = "POST") -> tuple[int, str]:
        url = f"http://127.0.0.1:{front.port}{path}"
        async with aiohttp.ClientSession() as s, s.request(method, url) as answer:
            return answer.status, await answer.text()

    async with front.serving({("POST", "/telegram"): hello}):
        async with front.serving({("POST", "/slack/events"): hello}):
            assert await asked("/telegram") == (200, "/telegram")
            assert await asked("/slack/events") == (200, "/slack/events")
        assert (await asked("/slack/events"))[0] == 404
        assert (await asked("/telegram", "GET"))[0] == 405
        assert (await asked("/telegram"))[0] == 200

    assert front.port == 0


async def test_a_member_who_is_removed_and_comes_back_is_answered(tmp_path: Path) -> None:
    from tests.fake_slack import BOT_USER

    root = "1795000000.000001"
    async with running(tmp_path / "c.sqlite") as rig:
        rig.api.not_in.add(CHANNEL)
        await rig.posts.event(event(said(f"<@{BOT_USER}> help", ts=root)))
        await rig.idle()
        rig.api.not_in.clear()
        joined = {"type": "member_joined_channel", "channel": CHANNEL, "user": BOT_USER}
        await rig.posts.event(event(joined))
        await rig.posts.event(
            event(said(f"<@{BOT_USER}> my trips", ts="1795000000.9", thread=root))
        )
        await rig.slack.replied(1)

        assert len(rig.slack.replies()) == 1
