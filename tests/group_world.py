"""A group chat in a story: several people who write, tap, edit, delete, come and go.

group = Group(world)                                 # `world` from tests/world.py, opened
answer = await group.says("plan Lisbon", who="ana")  # addressed to Caravan, answered
await group.chats("I would love that", who="ben")    # among themselves: nobody answers
await group.leaves("ben")
alone = await group.privately("my budget is 500", who="cara")
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.groups.state import GroupState
from core.messages import (
    Conversation,
    Inbound,
    InboundMessage,
    MembersChanged,
    MessageDeleted,
    Mode,
    Person,
)
from core.ports import Entry
from tests.world import ANSWER_SECONDS, Answer, World

GROUP = "-5"  # the chat of `says` and `taps`


async def says(world: World, who: str, text: str, **more: object) -> Answer:
    """Somebody speaks to Caravan in that group, for stories where many say one line each."""
    return await world.says(text, who=who, chat=GROUP, **more)  # type: ignore[arg-type]


async def taps(world: World, who: str, answer: Answer, label: str) -> Answer:
    return await says(world, who, "", choice=answer.choices[label])


@dataclass
class Group:
    """One group chat of a world; `chat` begins with a minus."""

    world: World
    chat: str = "-42"
    thread: str = ""
    _events: int = 0

    @property
    def conversation(self) -> Conversation:
        return Conversation(
            platform="telegram", chat_id=self.chat, thread_id=self.thread, mode=Mode.GROUP
        )

    def message(self, text: str = "", *, who: str = "ana", **more: object) -> InboundMessage:
        """A message in this chat, addressed to Caravan unless `addressed` says otherwise."""
        return self.world.message(
            text, who=who, chat=self.chat, **{"conversation": self.conversation, **more}
        )

    async def accepts(self, *inbound: Inbound) -> int:
        """Let the platform deliver these, together; returns how many were new."""
        assert self.world.chat.inbox is not None
        return await self.world.chat.inbox.accept(inbound)

    async def says(self, text: str = "", *, who: str = "ana", **more: object) -> Answer:
        """Somebody speaks to Caravan and gets an answer."""
        return await self.answered(self.message(text, who=who, **more))

    async def answered(self, message: InboundMessage) -> Answer:
        """Deliver the message and wait for the answer to it."""
        await self.accepts(message)
        answer = Answer(await self.world.chat.answer_to(message.id))
        await self.world.all_told()
        return answer

    async def taps(self, answer: Answer, label: str, *, who: str = "ana") -> Answer:
        return await self.says(choice=answer.choices[label], who=who)

    async def chats(self, text: str, *, who: str = "ana", **more: object) -> InboundMessage:
        """Somebody writes to the others; returns when Caravan has taken note."""
        message = self.message(text, who=who, addressed=False, **more)
        await self.accepts(message)
        await self.settles()
        return message

    async def burst(self, *said: tuple[str, str]) -> list[Answer]:
        """(who, text) pairs arrive at the same time; all that is said to them."""
        before = len(self.said)
        await self.accepts(*(self.message(text, who=who) for who, text in said))
        await self.settles()
        return self.said[before:]

    async def edits(self, message: InboundMessage, text: str) -> list[Answer]:
        """The sender changes a message; all that Caravan says to it."""
        before = len(self.said)
        self.world.clock.passes(seconds=30)
        edit = {"id": self._event(), "text": text, "edited_at": self.world.clock.now()}
        await self.accepts(message.model_copy(update=edit))
        await self.settles()
        return self.said[before:]

    async def deletes(self, message: InboundMessage) -> None:
        await self.accepts(
            MessageDeleted(id=self._event(), conversation=self.conversation, ref=message.ref)
        )
        await self.settles()

    async def leaves(self, *who: str) -> None:
        """The platform says that they have left the chat."""
        await self._members_changed(left=tuple(map(person, who)))

    async def comes(self, *who: str) -> None:
        """The platform says that they have been added to the chat."""
        await self._members_changed(joined=tuple(map(person, who)))

    async def privately(self, text: str = "", *, who: str = "ana", **more: object) -> Answer:
        """The same person in their own private chat with Caravan."""
        return await self.world.says(text, who=who, chat=who, **more)

    @property
    def said(self) -> list[Answer]:
        """All that Caravan said in this chat, oldest first."""
        where = self.conversation.key
        return [Answer(r) for r in self.world.chat.sent if r.conversation.key == where]

    def said_privately(self, who: str) -> list[Answer]:
        """All that Caravan said to this person alone."""
        return [Answer(r) for r in self.world.chat.sent if r.conversation.chat_id == who]

    async def state(self) -> GroupState:
        """What is kept of the group now."""
        assert self.world.app is not None
        return (await self.world.app.store.open_turn(self.message("look"))).group

    async def history(self) -> tuple[Entry, ...]:
        assert self.world.app is not None
        return (await self.world.app.store.open_turn(self.message("look"))).history

    async def settles(self) -> None:
        """Wait until nothing waits to be answered or sent any more."""
        assert self.world.app is not None
        busy = ("inbox.waiting", "inbox.claimed", "outbox.ready", "outbox.sending")
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                counts = await self.world.app.store.counts()
                if not any(counts.get(state) for state in busy):
                    return
                await asyncio.sleep(0)

    async def _members_changed(self, **who: tuple[Person, ...]) -> None:
        await self.accepts(
            MembersChanged(
                id=self._event(),
                conversation=self.conversation,
                at=self.world.clock.now(),
                **who,
            )
        )

    def _event(self) -> str:
        self._events += 1
        return f"telegram:1:event-{self.world.path.stem}-{self.chat}-{self._events}"


def person(who: str) -> Person:
    """The person that stories call `who`."""
    return Person(id=f"telegram:{who}", name=who.capitalize())
