"""People with an account on each of two platforms, for stories: Telegram and Slack in memory."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from bot.settings import load_settings
from bot.wiring import Parts, build
from core.messages import Conversation, Mode, Person, Reply, Text
from tests.world import ANSWER_SECONDS, Answer, FakeChat, World


class FakeSlack(FakeChat):
    platform = "slack"


@dataclass
class TwoPlatforms(World):
    """`writes("slack", "bob", ...)` is what bob writes in his private chat on Slack."""

    slack: FakeSlack = field(default_factory=FakeSlack)

    async def opens(self) -> None:
        self.app = await build(
            load_settings({"CARAVAN_DATABASE": str(self.path), "CARAVAN_LIVE": "off"}),
            Parts(
                clock=self.clock,
                weather=self.weather,
                adapters=[self.chat, self.slack],
                model=self.model,
            ),
        )
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.app.runtime.run(self._stop))
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.chat.ready.wait()
            await self.slack.ready.wait()

    async def closes(self) -> None:
        self.slack.inbox = None
        self.slack.ready.clear()
        await super().closes()

    def adapter(self, platform: str) -> FakeChat:
        return self.slack if platform == "slack" else self.chat

    async def writes(
        self, platform: str, who: str, text: str = "", *, chat: str = "", choice: str = ""
    ) -> Answer:
        place = chat or f"private-{who}"
        mode = Mode.GROUP if chat.startswith("-") else Mode.SOLO
        message = self.message(
            text,
            choice=choice,
            conversation=Conversation(platform=platform, chat_id=place, mode=mode),
            sender=Person(id=f"{platform}:{who}", name=who.capitalize()),
        )
        message = message.model_copy(update={"id": f"{platform}:{message.id}"})
        assert self.chat.inbox is not None
        await self.chat.inbox.accept([message])
        return Answer(await self.adapter(platform).answer_to(message.id))

    def told(self, platform: str, who: str) -> list[str]:
        """What Caravan wrote first, without being asked there."""
        return [words(r) for r in self.asides(platform, who)]

    def asides(self, platform: str, who: str) -> list[Reply]:
        return [
            r
            for r in self.adapter(platform).sent
            if r.conversation.chat_id == f"private-{who}" and not r.answers
        ]

    async def aside(self, platform: str, who: str, number: int = 1) -> Answer:
        """The `number`th thing that Caravan wrote first."""
        adapter = self.adapter(platform)
        async with asyncio.timeout(ANSWER_SECONDS), adapter._news:
            await adapter._news.wait_for(lambda: len(self.asides(platform, who)) >= number)
        return Answer(self.asides(platform, who)[number - 1])


def words(reply: Reply) -> str:
    return "\n".join(p.markdown for p in reply.parts if isinstance(p, Text))


def code_in(answer: Answer) -> str:
    found = re.search(r"\*\*([A-Z0-9]{4}-[A-Z0-9]{4})\*\*", answer.text)
    assert found, answer.text
    return found[1]


async def linked(world: TwoPlatforms, who: str = "ana", other: str = "ana2") -> Answer:
    """Join `who` on Telegram with `other` on Slack, both saying yes; the last answer."""
    code = code_in(await world.writes("telegram", who, "link my accounts"))
    count = len(world.asides("telegram", who))
    question = await world.writes("slack", other, f"link {code}")
    there = await world.aside("telegram", who, count + 1)
    await world.writes("telegram", who, choice=there.choices["Yes, both are me"])
    return await world.writes("slack", other, choice=question.choices["Yes, both are me"])
