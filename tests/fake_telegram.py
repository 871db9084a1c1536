"""A small Bot API server for what the emulator lacks: drafts, pins, topics, entity checks, faults.

It speaks the real wire format (ok/result, error_code/description/parameters), keeps what people
would see in each chat, records every call, and can deliver an update more than once.

    async with FakeTelegram() as telegram:
        telegram.user_says("hello", chat=7)
        telegram.fails("sendMessage", 429, retry_after=37)
        await telegram.until(lambda: telegram.texts(7) == ["Hi!"])
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientSession, web

TOKEN = "123456:TEST-token_of_nobody"
BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Caravan",
    "username": "caravan_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
}
NOW = 1_900_000_000


@dataclass
class Effect:
    """One call of the bot and what became of it. `done` is False when it had no effect."""

    method: str
    parameters: dict[str, Any]
    status: int
    done: bool

    @property
    def chat(self) -> int:
        return int(self.parameters.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.parameters.get("text", ""))


@dataclass
class Shown:
    """A message as people see it. `media` is document, venue or location."""

    id: int
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # label -> callback data or address
    thread: int | None = None
    media: str = ""
    file: bytes = b""
    file_name: str = ""
    versions: list[str] = field(default_factory=list)
    poll: Poll | None = None


@dataclass
class Poll:
    """A native poll; `votes` are the options each user chose last."""

    id: str
    question: str
    options: list[str]
    multiple: bool
    closed: bool = False
    votes: dict[int, list[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        counts = [sum(n in v for v in self.votes.values()) for n in range(len(self.options))]
        return {
            "id": self.id,
            "question": self.question,
            "options": [
                {"text": t, "voter_count": c} for t, c in zip(self.options, counts, strict=True)
            ],
            "total_voter_count": len(self.votes),
            "is_closed": self.closed,
            "is_anonymous": False,
            "type": "regular",
            "allows_multiple_answers": self.multiple,
        }


@dataclass
class _Fault:
    method: str
    status: int
    description: str
    parameters: dict[str, Any]
    times: int
    chat: int | None
    done: bool
    how: str  # answer | hang | reset


class Refusal(Exception):
    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class FakeTelegram:
    """One bot's Bot API. All state is open to the test."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.effects: list[Effect] = []
        self.chats: dict[int, list[Shown]] = defaultdict(list)
        self.drafts: dict[tuple[int, int], str] = {}
        self.draft_texts: list[str] = []
        self.updates: list[dict[str, Any]] = []
        self.polls = 0
        self.offset = 0
        self.webhook: dict[str, Any] = {}
        self.webhook_answers: list[int] = []
        self._port = port
        self._faults: list[_Fault] = []
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()
        self._next_update = 1
        self._next_message = 1000
        self._polling = False
        self._runner: web.AppRunner | None = None

    # --- life ----------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_post("/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._released.set()
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def until(self, true: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait for a condition; it is asked again after every call of the bot."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    # --- people --------------------------------------------------------------------------------

    def delivers(self, update: dict[str, Any], times: int = 1) -> int:
        """Queue a raw update, `times` over; it gets the next update_id unless it has one."""
        update = {"update_id": self._next_update, **update}
        self._next_update = max(self._next_update, update["update_id"]) + 1
        self.updates += [update] * times
        self._wake()
        return int(update["update_id"])

    def user_says(
        self,
        text: str,
        *,
        chat: int = 7,
        user: int | None = None,
        name: str = "Ann",
        thread: int | None = None,
        times: int = 1,
        **extra: Any,
    ) -> int:
        """A text message; returns its update_id. Negative chats are supergroups."""
        self._next_message += 1
        message: dict[str, Any] = {
            "message_id": self._next_message,
            "date": NOW + self._next_update,
            "chat": chat_of(chat),
            "from": user_of(user or abs(chat), name),
            "text": text,
            **extra,
        }
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        return self.delivers({"message": message}, times)

    def user_taps(
        self,
        label: str,
        *,
        chat: int = 7,
        user: int | None = None,
        name: str = "Ann",
        times: int = 1,
    ) -> int:
        """Tap the newest button with this label."""
        shown = next(m for m in reversed(self.chats[chat]) if label in m.buttons)
        keyboard = [[{"text": t, "callback_data": d}] for t, d in shown.buttons.items()]
        query = {
            "id": str(10_000 + self._next_update),
            "from": user_of(user or abs(chat), name),
            "chat_instance": "1",
            "data": shown.buttons[label],
            "message": {
                "message_id": shown.id,
                "date": NOW,
                "chat": chat_of(chat),
                "from": BOT,
                "text": shown.text,
                "reply_markup": {"inline_keyboard": keyboard},
                **(
                    {"message_thread_id": shown.thread, "is_topic_message": True}
                    if shown.thread
                    else {}
                ),
            },
        }
        return self.delivers({"callback_query": query}, times)

    def poll(self, chat: int) -> Poll:
        """The newest native poll of a chat."""
        return next(m.poll for m in reversed(self.chats[chat]) if m.poll is not None)

    def user_votes(
        self, *labels: str, chat: int, user: int, name: str = "Ann", times: int = 1
    ) -> int:
        """Vote in the newest poll of the chat, or take the vote back; a closed one takes none."""
        poll = self.poll(chat)
        if poll.closed:
            raise AssertionError("the poll is closed")
        chosen = [poll.options.index(label) for label in labels]
        poll.votes[user] = chosen
        answer = {"poll_id": poll.id, "user": user_of(user, name), "option_ids": chosen}
        return self.delivers({"poll_answer": answer}, times)

    async def posts(
        self,
        body: bytes,
        *,
        headers: dict[str, str] | None = None,
        url: str = "",
    ) -> int:
        """POST to the webhook as Telegram would; returns the status."""
        given = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        async with ClientSession() as session:
            where = url or self.webhook["url"]
            sent = given if headers is None else headers
            async with session.post(where, data=body, headers=sent) as answer:
                self.webhook_answers.append(answer.status)
                return answer.status

    async def pushes(self, update: dict[str, Any]) -> int:
        """Deliver one update by webhook."""
        update = {"update_id": self._next_update, **update}
        self._next_update = max(self._next_update, update["update_id"]) + 1
        return await self.posts(json.dumps(update).encode())

    # --- faults --------------------------------------------------------------------------------

    def fails(
        self,
        method: str,
        status: int,
        description: str = "",
        *,
        times: int = 1,
        chat: int | None = None,
        done: bool = False,
        **parameters: Any,
    ) -> None:
        """The next `times` calls answer with an error; `done` ones take effect all the same."""
        text = description or {
            403: "Forbidden: bot was blocked by the user",
            409: "Conflict: terminated by other getUpdates request",
            429: f"Too Many Requests: retry after {parameters.get('retry_after')}",
        }.get(status, "Bad Request: made up" if status == 400 else "Internal Server Error")
        self._faults.append(_Fault(method, status, text, parameters, times, chat, done, "answer"))

    def hangs(self, method: str, *, times: int = 1, done: bool = True) -> None:
        """The next calls take effect, but are not answered before `release`."""
        self._faults.append(_Fault(method, 0, "", {}, times, None, done, "hang"))

    def resets(self, method: str, *, times: int = 1, done: bool = True) -> None:
        """The next calls take effect, and the connection is cut instead of an answer."""
        self._faults.append(_Fault(method, 0, "", {}, times, None, done, "reset"))

    def release(self) -> None:
        self._released.set()

    # --- what is to be seen --------------------------------------------------------------------

    def texts(self, chat: int) -> list[str]:
        return [m.text for m in self.chats[chat]]

    def called(self, method: str) -> list[Effect]:
        return [e for e in self.effects if e.method == method]

    # --- the API -------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _error(404 if ":" not in request.match_info["token"] else 401, "Unauthorized")
        parameters, files = await _parameters(request)
        fault = self._fault(method, parameters)
        effect = Effect(method, parameters, 200, done=True)
        answer: Any = None
        try:
            if fault is None or fault.done:
                answer = await self._do(method, parameters, files)
            if fault is not None and fault.how == "answer":
                raise Refusal(fault.status, fault.description, **fault.parameters)
        except Refusal as refusal:
            effect.status = refusal.status
            effect.done = fault is not None and fault.done
            return self._recorded(
                effect, _error(refusal.status, refusal.description, refusal.parameters)
            )
        if fault is not None:
            effect.done = fault.done
            self._record(effect)
            if fault.how == "hang":
                await self._released.wait()
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return self._recorded(effect, web.json_response({"ok": True, "result": answer}))

    def _fault(self, method: str, parameters: dict[str, Any]) -> _Fault | None:
        for fault in self._faults:
            here = fault.chat is None or fault.chat == int(parameters.get("chat_id", 0))
            if fault.method == method and fault.times > 0 and here:
                fault.times -= 1
                return fault
        return None

    def _recorded(self, effect: Effect, answer: web.Response) -> web.Response:
        self._record(effect)
        return answer

    def _record(self, effect: Effect) -> None:
        if effect.method != "getUpdates":
            self.effects.append(effect)
        self._wake()

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._notifying = asyncio.ensure_future(notify())

    async def _do(self, method: str, given: dict[str, Any], files: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return await self._get_updates(given)
            case "setWebhook":
                self.webhook = given
                return True
            case "deleteWebhook":
                self.webhook = {}
                return True
            case "answerCallbackQuery" | "sendChatAction" | "setMyCommands" | "deleteMessage":
                return True
            case "sendMessageDraft":
                return self._draft(given)
            case "sendMessage":
                return self._sent(given, Shown(0, **_checked(given)))
            case "editMessageText":
                return self._edited(given)
            case "sendVenue" | "sendLocation":
                lat, lon = float(given["latitude"]), float(given["longitude"])
                if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                    raise Refusal(400, "Bad Request: wrong coordinates specified")
                if method == "sendVenue" and not (given.get("title") and given.get("address")):
                    raise Refusal(400, "Bad Request: VENUE_TITLE_EMPTY")
                media = method.removeprefix("send").lower()
                return self._sent(given, Shown(0, text=given.get("title", ""), media=media))
            case "sendPoll":
                return self._asked(given)
            case "stopPoll":
                return self._stopped(given)
            case "sendDocument":
                name, content = files["document"]
                caption = given.get("caption", "")
                return self._sent(
                    given, Shown(0, caption, media="document", file=content, file_name=name)
                )
        raise Refusal(404, "Not Found: method not found")

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polling:
            raise Refusal(409, "Conflict: terminated by other getUpdates request")
        self.polls += 1
        self.offset = max(self.offset, int(given.get("offset", 0)))
        self.updates = [u for u in self.updates if u["update_id"] >= self.offset]
        self._polling = True
        try:
            async with asyncio.timeout(min(float(given.get("timeout", 0)), 20)), self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self.updates or self._released.is_set())
        except TimeoutError:
            pass
        finally:
            self._polling = False
        return self.updates[: int(given.get("limit", 100))]

    def _sent(self, given: dict[str, Any], shown: Shown) -> dict[str, Any]:
        self._next_message += 1
        shown.id = self._next_message
        shown.thread = given.get("message_thread_id")
        shown.versions.append(shown.text)
        chat = int(given["chat_id"])
        self.chats[chat].append(shown)
        for key in [k for k in self.drafts if k[0] == chat]:
            del self.drafts[key]
        return {"message_id": shown.id, "date": NOW, "chat": chat_of(chat), "text": shown.text}

    def _asked(self, given: dict[str, Any]) -> dict[str, Any]:
        """sendPoll, held to the limits of the Bot API."""
        options = [str(o["text"]) for o in given["options"]]
        if not 1 <= len(given["question"]) <= 300:
            raise Refusal(400, "Bad Request: poll question length must not exceed 300")
        if not 2 <= len(options) <= 12:
            raise Refusal(400, "Bad Request: poll must have 2-12 options")
        if not all(1 <= len(o) <= 100 for o in options):
            raise Refusal(400, "Bad Request: poll options length must not exceed 100")
        if given.get("is_anonymous", True):
            raise Refusal(400, "Bad Request: this fake counts named votes only")
        poll = Poll(
            str(5_000_000_000_000_000_000 + self._next_message),
            given["question"],
            options,
            bool(given.get("allows_multiple_answers")),
        )
        made = self._sent(given, Shown(0, text=given["question"], media="poll", poll=poll))
        return {**made, "poll": poll.as_json()}

    def _stopped(self, given: dict[str, Any]) -> dict[str, Any]:
        for shown in self.chats[int(given["chat_id"])]:
            if shown.id == int(given["message_id"]) and shown.poll is not None:
                if shown.poll.closed:
                    raise Refusal(400, "Bad Request: poll has already been closed")
                shown.poll.closed = True
                return shown.poll.as_json()
        raise Refusal(400, "Bad Request: message with poll to stop not found")

    def _edited(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = int(given["chat_id"])
        new = _checked(given)
        for shown in self.chats[chat]:
            if shown.id == int(given["message_id"]):
                if (shown.text, shown.entities, shown.buttons) == tuple(new.values()):
                    raise Refusal(400, "Bad Request: message is not modified: same content")
                shown.text, shown.entities, shown.buttons = new.values()
                shown.versions.append(shown.text)
                return {"message_id": shown.id, "date": NOW, "chat": chat_of(chat)}
        raise Refusal(400, "Bad Request: message to edit not found")

    def _draft(self, given: dict[str, Any]) -> bool:
        if int(given["chat_id"]) <= 0:
            raise Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
        if not int(given["draft_id"]):
            raise Refusal(400, "Bad Request: TEXTDRAFT_ID_INVALID")
        text = _checked({**given, "text": given.get("text") or "…"})["text"]
        self.drafts[int(given["chat_id"]), int(given["draft_id"])] = text
        self.draft_texts.append(text)
        return True


def chat_of(id: int) -> dict[str, Any]:
    if id > 0:
        return {"id": id, "type": "private", "first_name": "Ann"}
    return {"id": id, "type": "supergroup", "title": "Friends"}


def user_of(id: int, name: str) -> dict[str, Any]:
    return {"id": id, "is_bot": False, "first_name": name, "language_code": "en"}


def _error(status: int, description: str, parameters: dict[str, Any] | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


async def _parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, Any]]:
    if request.content_type == "application/json":
        return await request.json(), {}
    given: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[key] = (value.filename, value.file.read())
        else:
            given[key] = value
    return given, files


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The text, entities and buttons of a message, held to Telegram's rules."""
    text = given.get("text", "")
    utf16 = text.encode("utf-16-le")
    length = len(utf16) // 2
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if length > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    entities = given.get("entities") or []
    for entity in entities:
        first, last = entity["offset"], entity["offset"] + entity["length"]
        if not 0 <= first < last <= length or _splits(utf16, first) or _splits(utf16, last):
            raise Refusal(400, "Bad Request: can't parse entities: entity out of range")
        if entity["type"] == "text_link" and "://" not in entity["url"]:
            raise Refusal(400, "Bad Request: can't parse entities: wrong URL")
    buttons: dict[str, str] = {}
    for row in (given.get("reply_markup") or {}).get("inline_keyboard", []):
        for button in row:
            if not button["text"].strip():
                raise Refusal(400, "Bad Request: can't parse inline keyboard button: Text is empty")
            if not _is_button(button):
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
            buttons[button["text"]] = button.get("callback_data") or button["url"]
    return {"text": text, "entities": entities, "buttons": buttons}


def _is_button(button: dict[str, Any]) -> bool:
    """Exactly one thing that a tap does: data for the bot, or an address."""
    if set(button) == {"text", "url"}:
        return str(button["url"]).startswith("https://")
    return set(button) == {"text", "callback_data"} and (
        1 <= len(button["callback_data"].encode()) <= 64
    )


def _splits(utf16: bytes, at: int) -> bool:
    """Whether an offset lies inside of a surrogate pair."""
    unit = utf16[2 * at : 2 * at + 2]
    return len(unit) == 2 and 0xDC <= unit[1] <= 0xDF
