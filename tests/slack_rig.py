"""What the tests of the outgoing half of Slack share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters.chat.slack.outgoing import SlackOutgoing
from adapters.chat.slack.ports import Tokens, WorkspaceGone, place
from core.messages import Conversation, Part, Reply
from tests.fake_slack import ANA, BOT_TOKEN, CHANNEL, DIRECT, TEAM, FakeSlack
from tests.fake_slack_api import SlackApi
from tests.telegram_rig import Time

# A little after the first message of the fake.
NOW = datetime.fromtimestamp(1_795_000_060, UTC)
THREAD = place(TEAM, CHANNEL, "1794999999.000001")
ANAS = place(TEAM, DIRECT, direct=True)


class StillClock:
    def now(self) -> datetime:
        return NOW


async def tokens(team: str) -> str:
    if team != TEAM:
        raise WorkspaceGone("not installed")
    return BOT_TOKEN


def outgoing_to(
    slack: FakeSlack, time: Time | None = None, tokens: Tokens = tokens
) -> SlackOutgoing:
    """Who wrote a message is known, but for messages whose id begins with "nobody"."""
    time = time or Time()
    return SlackOutgoing(
        tokens,
        StillClock(),
        slack.base_url,
        recipient=lambda id: "" if id.startswith("nobody") else ANA,
        monotonic=time,
        sleep=time.sleep,
    )


@asynccontextmanager
async def slack_server() -> AsyncIterator[tuple[FakeSlack, SlackApi]]:
    slack = await FakeSlack().start()
    try:
        async with SlackApi(slack) as api:
            yield slack, api
    finally:
        await slack.aclose()


def reply(
    *parts: Part,
    to: Conversation = ANAS,
    id: str = "r1",
    seq: int = 9,
    final: bool = True,
    answers: str = "",
) -> Reply:
    answers = answers or f"answers-{id}"
    return Reply(id=id, seq=seq, final=final, conversation=to, parts=parts, answers=answers)
