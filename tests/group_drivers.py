"""Drivers of a group story: what people do in a group, done on one platform's real wire format.

async with SlackOverHttp(folder) as chat:
    told = await chat.says("ana", "plan Lisbon 15-18 april 2027")

Whatever people do is delivered three times. Every call returns what Caravan said because of it,
wherever it said it, after everything that waited has been answered and sent.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from bot.schedule import end_polls
from bot.settings import load_settings
from bot.wiring import App, Parts, build
from tests.fake_slack import (
    BOT_USER,
    CHANNEL,
    TEAM,
    FakeSlack,
    event,
    mention,
    said,
    tap,
)
from tests.fake_slack_api import SlackApi, seen
from tests.fake_telegram import BOT, FakeTelegram, Shown, chat_of, user_of
from tests.slack_bot import ONE_WORKSPACE, SOCKET_MODE, Rig
from tests.slack_bot import running as on_slack
from tests.telegram_rig import Time
from tests.world import FakeWeather, WorldClock

TIMES = 3  # deliveries of everything
PATIENCE = 20.0
BUSY = ("inbox.waiting", "inbox.claimed", "outbox.ready", "outbox.sending", "outbox.unknown")
PEOPLE = ("ana", "ben", "cem")


@dataclass(frozen=True)
class Told:
    """What Caravan said: in the group, and to single people in their private chats."""

    group: str = ""
    alone: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        return not self.group and not self.alone

    @property
    def all(self) -> str:
        """What the group heard, and nobody else anything."""
        assert self.group and not self.alone, self
        return self.group

    def only(self, who: str) -> str:
        """What this person heard, and nobody else anything."""
        assert not self.group and set(self.alone) == {who}, self
        return self.alone[who]


class Chat(Protocol):
    """A group of three and their private chats, on one platform."""

    clock: WorldClock

    async def says(self, who: str, text: str) -> Told:
        """Somebody speaks to Caravan in the group."""
        ...

    async def chats(self, who: str, text: str) -> Told:
        """Somebody speaks to the others."""
        ...

    async def alone(self, who: str, text: str) -> Told:
        """Somebody writes in their private chat."""
        ...

    async def taps(self, who: str, label: str) -> Told:
        """Somebody taps the newest button of the group that is called so."""
        ...

    async def votes(self, who: str, option: str) -> Told:
        """Somebody votes in the newest poll, as one does on the platform; what was said besides
        the platform's own way of taking a vote."""
        ...

    async def edits(self, who: str, old: str, new: str) -> Told:
        """Somebody changes words of the last message that they wrote in the group."""
        ...

    async def robot(self, text: str) -> Told:
        """Another bot of the group speaks to Caravan."""
        ...

    async def leaves(self, who: str) -> Told:
        """Somebody leaves the group."""
        ...

    async def upgrades(self) -> Told:
        """The group becomes another one, as far as groups of the platform do."""
        ...

    async def strikes(self, **span: float) -> Told:
        """Time passes, and the schedule ticks."""
        ...

    async def restarts(self) -> None:
        """The bot stops; another one begins on the same database."""
        ...

    def everything(self) -> str:
        """All that the group has ever read, drafts included."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Rows of the database by state."""
        ...


class _Common:
    """What drivers share. `self.app` is the running Caravan."""

    clock: WorldClock
    app: App

    def _seen(self) -> dict[str, list[str]]:
        """What stands in each chat now; the group's name is empty."""
        raise NotImplementedError

    async def _told(self, doing: Coroutine[Any, Any, None]) -> Told:
        before = {chat: len(texts) for chat, texts in self._seen().items()}
        await doing
        await self._settles()
        self.clock.passes(minutes=1)
        new = {chat: texts[before.get(chat, 0) :] for chat, texts in self._seen().items()}
        for texts in new.values():
            assert len(set(texts)) == len(texts), texts  # nothing is said twice
        return Told(
            "\n".join(new.pop("", [])),
            {who: "\n".join(texts) for who, texts in new.items() if texts},
        )

    async def _settles(self) -> None:
        """Until nothing waits to be answered or sent."""
        async with asyncio.timeout(PATIENCE):
            while True:
                counts = await self.app.store.counts()
                if not any(counts.get(state) for state in BUSY):
                    return
                await asyncio.sleep(0.005)

    async def strikes(self, **span: float) -> Told:
        self.clock.passes(**span)
        return await self._told(self._ticks())

    async def _ticks(self) -> None:
        for _ in range(TIMES):
            await end_polls(self.app.store)

    async def counts(self) -> Mapping[str, int]:
        return await self.app.store.counts()


# --- Slack -------------------------------------------------------------------------------------


class SlackOverHttp(_Common):
    """A channel, in one thread of which they plan; events come over HTTP with real signatures."""

    settings: Mapping[str, str] = ONE_WORKSPACE

    def __init__(self, folder: Path) -> None:
        self.clock = WorldClock()
        self._path = folder / "caravan.sqlite"
        self._time = Time()
        self._numbers = itertools.count(1)
        self._root = ""  # the ts of the message that began the thread
        self._wrote: dict[str, dict[str, Any]] = {}  # the last message of each in the group
        self._stack = AsyncExitStack()
        self._bot = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._slack = await FakeSlack().start()
        self._stack.push_async_callback(self._slack.aclose)
        self._api = await self._stack.enter_async_context(SlackApi(self._slack))
        await self._opens()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bot.aclose()
        await self._stack.aclose()

    async def _opens(self) -> None:
        made = on_slack(
            self._path,
            self.settings,
            slack=self._slack,
            api=self._api,
            clock=self.clock,
            time=self._time,
        )
        self._rig: Rig = await self._bot.enter_async_context(made)
        self.app = self._rig.app

    async def restarts(self) -> None:
        await self._bot.aclose()
        self._bot = AsyncExitStack()
        await self._opens()

    # What Slack delivers, by the kind that Socket Mode gives it.

    async def _event(self, inner: Mapping[str, Any]) -> None:
        await self._rig.posts.event(event(inner), times=TIMES)

    async def _interaction(self, payload: Mapping[str, Any]) -> None:
        await self._rig.posts.interaction(payload, times=TIMES)

    async def _message(self, inner: Mapping[str, Any]) -> None:
        """A mention comes as two events."""
        await self._event(inner)
        if f"<@{BOT_USER}>" in inner["text"] and inner["channel"] == CHANNEL:
            await self._event(mention(inner))

    # What people do.

    async def says(self, who: str, text: str) -> Told:
        """The first one calls Caravan and so begins the thread; there it hears everybody."""
        call = "" if self._root else f"<@{BOT_USER}> "
        message = said(f"{call}{text}", ts=self._ts(), user=_user(who), thread=self._root)
        self._root = self._root or message["ts"]
        self._wrote[who] = message
        return await self._told(self._message(message))

    async def chats(self, who: str, text: str) -> Told:
        return await self._told(self._message(said(text, ts=self._ts(), user=_user(who))))

    async def alone(self, who: str, text: str) -> Told:
        direct = said(text, ts=self._ts(), user=_user(who), channel=_direct(who))
        return await self._told(self._message(direct))

    async def taps(self, who: str, label: str) -> Told:
        shown, value = self._button(label)
        tapped = tap(
            value,
            label=label,
            user=_user(who),
            thread=shown.get("thread_ts", ""),
            ts=shown["ts"],
            action_ts=self._ts(),
        )
        return await self._told(self._interaction(tapped))

    async def votes(self, who: str, option: str) -> Told:
        """Slack has no polls: a vote is a tap, and it is acknowledged in words."""
        told = await self.taps(who, option)
        noted = f"{who.capitalize()}: {option}, noted."
        return Told(alone=told.alone) if told.group.startswith(noted) else told

    async def edits(self, who: str, old: str, new: str) -> Told:
        before = self._wrote[who]
        edited = {"user": before["user"], "ts": self._ts()}
        now = {**before, "text": before["text"].replace(old, new), "edited": edited}
        self._wrote[who] = now
        changed = {
            "type": "message",
            "subtype": "message_changed",
            "channel": CHANNEL,
            "channel_type": "channel",
            "ts": self._ts(),
            "message": now,
            "previous_message": before,
        }
        return await self._told(self._event(changed))

    async def robot(self, text: str) -> Told:
        line = said(
            f"<@{BOT_USER}> {text}",
            ts=self._ts(),
            user="U0ROBOT",
            thread=self._root,
            bot_id="B0ROBOT",
            app_id="A0ROBOT",
        )
        return await self._told(self._message(line))

    async def leaves(self, who: str) -> Told:
        left = {
            "type": "member_left_channel",
            "user": _user(who),
            "channel": CHANNEL,
            "channel_type": "C",
            "team": TEAM,
        }
        return await self._told(self._event(left))

    async def upgrades(self) -> Told:
        """A channel keeps its id for ever; it can only be called otherwise."""
        renamed = {"type": "channel_rename", "channel": {"id": CHANNEL, "name": "lisbon-or-porto"}}
        return await self._told(self._event(renamed))

    def everything(self) -> str:
        versions = [seen(v) for m in self._api.messages(CHANNEL) for v in m["versions"]]
        return "\n".join(versions)

    def _seen(self) -> dict[str, list[str]]:
        in_channel = self._api.messages(CHANNEL)
        assert all(m.get("thread_ts") == self._root for m in in_channel)
        return {
            "": _plain(self._api.seen(CHANNEL)),
            **{who: _plain(self._api.seen(_direct(who))) for who in PEOPLE},
        }

    def _button(self, label: str) -> tuple[dict[str, Any], str]:
        for message in reversed(self._api.messages(CHANNEL)):
            for block in message.get("blocks") or []:
                for element in block.get("elements") or []:
                    if element["text"]["text"] == label:
                        return message, element["value"]
        raise AssertionError(f"no button {label}")

    def _ts(self) -> str:
        return f"{int(self.clock.now().timestamp())}.{next(self._numbers):06d}"


class SlackOverSocket(SlackOverHttp):
    """The same over Socket Mode: envelopes on a WebSocket, each acknowledged by its id."""

    settings = SOCKET_MODE

    async def _event(self, inner: Mapping[str, Any]) -> None:
        payload = event(inner)
        for retry in range(TIMES):
            await self._slack.over_socket(payload, retry=retry)

    async def _interaction(self, payload: Mapping[str, Any]) -> None:
        for _ in range(TIMES):
            await self._slack.over_socket(payload, "interactive")


def _user(who: str) -> str:
    return f"U0{who.upper()}"


def _direct(who: str) -> str:
    return f"D0{who.upper()}"


def _plain(texts: Sequence[str]) -> list[str]:
    return [text.replace("**", "") for text in texts]


# --- Telegram ----------------------------------------------------------------------------------

GROUP, SUPERGROUP = -42, -1_000_042
NUMBERS = {who: n for n, who in enumerate(PEOPLE, 1)}


class TelegramByPolling(_Common):
    """A group with native polls, which becomes a supergroup; updates are polled for."""

    def __init__(self, folder: Path) -> None:
        self.clock = WorldClock()
        self._path = folder / "caravan.sqlite"
        self._time = Time()
        self._chat = GROUP
        self._ids = itertools.count(1)
        self._wrote: dict[str, dict[str, Any]] = {}
        self._stack = AsyncExitStack()
        self._bot = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._telegram = await self._stack.enter_async_context(FakeTelegram())
        await self._opens()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bot.aclose()
        await self._stack.aclose()

    async def _opens(self) -> None:
        self.app = await self._bot.enter_async_context(
            _on_telegram(self._path, self._telegram, self.clock, self._time)
        )

    async def restarts(self) -> None:
        await self._bot.aclose()
        self._bot = AsyncExitStack()
        await self._opens()

    async def _delivered(self, deliver: Callable[[], int]) -> None:
        """The update, until Telegram has been told that it is kept."""
        number = deliver()
        await self._telegram.until(lambda: self._telegram.offset > number, PATIENCE)

    async def _update(self, update: Mapping[str, Any]) -> None:
        await self._delivered(lambda: self._telegram.delivers(dict(update), TIMES))

    async def says(self, who: str, text: str) -> Told:
        called = f"@{BOT['username']}"
        entities = [{"type": "mention", "offset": 0, "length": len(called)}]
        message = self._message(who, f"{called} {text}", self._chat, entities=entities)
        self._wrote[who] = message
        return await self._told(self._update({"message": message}))

    async def chats(self, who: str, text: str) -> Told:
        return await self._told(self._update({"message": self._message(who, text, self._chat)}))

    async def alone(self, who: str, text: str) -> Told:
        return await self._told(self._update({"message": self._message(who, text, NUMBERS[who])}))

    async def taps(self, who: str, label: str) -> Told:
        user, name = NUMBERS[who], who.capitalize()
        return await self._told(
            self._delivered(
                lambda: self._telegram.user_taps(
                    label, chat=self._chat, user=user, name=name, times=TIMES
                )
            )
        )

    async def votes(self, who: str, option: str) -> Told:
        """Telegram shows the vote itself. One that comes late was under way when it closed."""
        poll = next(m.poll for m in reversed(self._shown()) if m.poll is not None)
        chosen = [poll.options.index(option)]
        if not poll.closed:
            poll.votes[NUMBERS[who]] = chosen
        answer = {"poll_id": poll.id, "user": self._user(who), "option_ids": chosen}
        return await self._told(self._update({"poll_answer": answer}))

    async def edits(self, who: str, old: str, new: str) -> Told:
        before = self._wrote[who]
        now = {**before, "text": before["text"].replace(old, new), "edit_date": self._date()}
        self._wrote[who] = now
        return await self._told(self._update({"edited_message": now}))

    async def robot(self, text: str) -> Told:
        message = self._message("ana", f"@{BOT['username']} {text}", self._chat)
        message["from"] = {"id": 99, "is_bot": True, "first_name": "Robot", "username": "robot"}
        return await self._told(self._update({"message": message}))

    async def leaves(self, who: str) -> Told:
        gone = self._message(who, "", self._chat, left_chat_member=self._user(who))
        return await self._told(self._update({"message": gone}))

    async def upgrades(self) -> Told:
        """The group has another id from now on, and the old one takes no messages."""
        for method in ("sendMessage", "sendPoll", "editMessageText", "stopPoll"):
            self._telegram.fails(
                method,
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                times=1_000,
                chat=GROUP,
                migrate_to_chat_id=SUPERGROUP,
            )
        moved = self._message("ana", "", GROUP, migrate_to_chat_id=SUPERGROUP)
        self._chat = SUPERGROUP
        return await self._told(self._update({"message": moved}))

    def everything(self) -> str:
        return "\n".join(version for message in self._shown() for version in message.versions)

    def _shown(self) -> list[Shown]:
        return [*self._telegram.chats[GROUP], *self._telegram.chats[SUPERGROUP]]

    def _seen(self) -> dict[str, list[str]]:
        group = [message.text for message in self._shown()]
        return {"": group, **{who: self._telegram.texts(n) for who, n in NUMBERS.items()}}

    def _message(self, who: str, text: str, chat: int, **more: Any) -> dict[str, Any]:
        return {
            "message_id": next(self._ids),
            "date": self._date(),
            "chat": chat_of(chat),
            "from": self._user(who),
            **({"text": text} if text else {}),
            **more,
        }

    def _user(self, who: str) -> dict[str, Any]:
        return user_of(NUMBERS[who], who.capitalize())

    def _date(self) -> int:
        return int(self.clock.now().timestamp())


@asynccontextmanager
async def _on_telegram(
    path: Path, telegram: FakeTelegram, clock: WorldClock, time: Time
) -> AsyncIterator[App]:
    app = await build(
        load_settings(
            {
                "CARAVAN_DATABASE": str(path),
                "CARAVAN_LIVE": "off",
                "TELEGRAM_BOT_TOKEN": telegram.token,
                "TELEGRAM_API_BASE_URL": telegram.url,
            }
        ),
        Parts(clock=clock, weather=FakeWeather(clock), monotonic=time, sleep=time.sleep),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(app.runtime.run(stop))
    try:
        yield app
    finally:
        stop.set()
        await task
        await app.aclose()


__all__ = ["Chat", "SlackOverHttp", "SlackOverSocket", "TelegramByPolling", "Told"]
