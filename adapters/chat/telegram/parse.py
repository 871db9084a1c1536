"""A raw Telegram update as a value of ours. Pure: no SDK, no network, no clock.

Shapes: https://core.telegram.org/bots/api#update (Bot API 10).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

import orjson

from core.messages import (
    Conversation,
    ConversationClosed,
    ConversationMoved,
    ConversationOpened,
    Inbound,
    InboundMessage,
    Mode,
    Person,
)
from core.text import gate, name

PLATFORM = "telegram"
CHOICE_PREFIX = "c:"

# What `unsupported` says, as a traveller would name it. The order matters: a GIF is sent with a
# `document`, a venue with a `location`.
_UNREADABLE_KINDS = {
    "animation": "GIF",
    "photo": "photo",
    "sticker": "sticker",
    "voice": "voice message",
    "video_note": "video message",
    "video": "video",
    "audio": "audio file",
    "document": "document",
    "venue": "location",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
    "dice": "dice",
    "story": "story",
    "game": "game",
    "paid_media": "photo",
    "checklist": "checklist",
    "rich_message": "rich message",
}
_GONE = {"left", "kicked"}
_MAX_SECONDS = 253_402_300_799  # 9999-12-31

Raw = Mapping[str, object]


class Unreadable(ValueError):
    """The update is not of the documented shape; it is buried, the others go on."""


@dataclass(frozen=True)
class Me:
    """Who the bot is, as getMe says it. `username` is without "@"."""

    id: int
    username: str


@dataclass(frozen=True)
class Ignored:
    """An update that nobody has to answer; `reason` is a short, fixed phrase for the counter."""

    reason: str


def parse(update: Raw, me: Me, now: datetime) -> Inbound | Ignored:
    """What an update means for us. `now` dates what Telegram does not date (a tapped button).

    Raises:
        Unreadable: a field that we need is missing or has another type.
    """
    id = f"{PLATFORM}:{me.id}:{update_id(update)}"
    if (message := _part(update, "message")) is not None:
        return _message(id, message, me, edited=False)
    if (message := _part(update, "edited_message")) is not None:
        return _message(id, message, me, edited=True)
    if (query := _part(update, "callback_query")) is not None:
        return _choice(id, query, now)
    if (change := _part(update, "my_chat_member")) is not None:
        return _membership(id, change, me)
    return Ignored("update type")


def update_id(update: Raw) -> int:
    """The update's number. Raises Unreadable."""
    return _number(update, "update_id")


def album(update: Raw) -> str:
    """The id of the album that a message without words belongs to; empty for all others."""
    message = update.get("message")
    if not isinstance(message, Mapping) or message.get("caption"):
        return ""
    group = message.get("media_group_id")
    return group if isinstance(group, str) else ""


def query_id(update: Raw) -> str:
    """The id by which a tapped button is answered; empty when the update is none."""
    query = update.get("callback_query")
    id = query.get("id") if isinstance(query, Mapping) else None
    return id if isinstance(id, str) else ""


def decoded(payload: bytes) -> object:
    """JSON as Telegram sends it. Raises Unreadable.

    orjson refuses lone surrogates, which people can get into a message; one such message must not
    make the whole batch unreadable.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        pass
    try:
        value: object = json.loads(payload)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    return value


# --- messages ----------------------------------------------------------------------------------


def _message(id: str, message: Raw, me: Me, *, edited: bool) -> Inbound | Ignored:
    chat = _required(message, "chat")
    moved = _moved(id, message, chat)
    if moved is not None:
        return moved
    kind = _word(chat, "type")
    if kind not in ("private", "group", "supergroup"):
        return Ignored("channel")
    sender = _sender(message, chat)
    if sender is None:
        return Ignored("bot or channel post")
    text, unsupported = _content(message)
    if not text and (not unsupported or edited):
        return Ignored("nothing to read")
    entities = list(_entities(message, text))
    command = _command(entities)
    if command is not None and "@" in command and not _is_ours(command.partition("@")[2], me):
        return Ignored("command for another bot")
    conversation = _conversation(message, chat)
    addressed = conversation.mode is Mode.SOLO or command is not None or _to_us(message, me)
    addressed = addressed or any(_mentions(e, said, me) for e, said in entities)
    return InboundMessage(
        id=id,
        conversation=conversation,
        sender=sender,
        text=gate(_without_our_name(text, entities, me)).text,
        addressed=addressed,
        sent_at=_moment(message, "date"),
        ref=str(_number(message, "message_id")),
        edited_at=_moment(message, "edit_date" if "edit_date" in message else "date")
        if edited
        else None,
        unsupported="" if text else unsupported,
    )


def _content(message: Raw) -> tuple[str, str]:
    """The words of a message, and the kind of what we cannot read in it."""
    unsupported = next((n for k, n in _UNREADABLE_KINDS.items() if message.get(k)), "")
    text = message.get("text", message.get("caption", ""))
    if not isinstance(text, str):
        raise Unreadable("text is not a string")
    return text, unsupported


def _moved(id: str, message: Raw, chat: Raw) -> ConversationMoved | None:
    """A group that became a supergroup says so twice: in the old chat and in the new one."""
    here = _number(chat, "id")
    if message.get("migrate_to_chat_id") is not None:
        old, new = here, _number(message, "migrate_to_chat_id")
    elif message.get("migrate_from_chat_id") is not None:
        old, new = _number(message, "migrate_from_chat_id"), here
    else:
        return None
    return ConversationMoved(id=id, old_key=_group(old).key, new=_group(new))


def _group(chat_id: int) -> Conversation:
    return Conversation(platform=PLATFORM, chat_id=str(chat_id), mode=Mode.GROUP)


def _sender(message: Raw, chat: Raw) -> Person | None:
    """Who wrote it; None for bots and channels. An anonymous admin writes as the group itself."""
    on_behalf = _part(message, "sender_chat")
    if on_behalf is not None:
        if _number(on_behalf, "id") != _number(chat, "id"):
            return None
        return Person(id=f"{PLATFORM}:{_number(chat, 'id')}", name=name(_said(chat, "title")))
    user = _part(message, "from")
    return None if user is None else _person(user)


def _person(user: Raw) -> Person | None:
    if user.get("is_bot") is True:
        return None
    full = f"{_said(user, 'first_name')} {_said(user, 'last_name')}"
    language = name(_said(user, "language_code"), limit=16)
    return Person(id=f"{PLATFORM}:{_number(user, 'id')}", name=name(full), language=language)


def _conversation(message: Raw, chat: Raw) -> Conversation:
    # `message_thread_id` also names the thread of replies in an ordinary supergroup, which nobody
    # sees as a place; only topics are conversations of their own.
    in_topic = message.get("is_topic_message") is True
    return Conversation(
        platform=PLATFORM,
        chat_id=str(_number(chat, "id")),
        thread_id=str(_number(message, "message_thread_id")) if in_topic else "",
        mode=Mode.SOLO if chat.get("type") == "private" else Mode.GROUP,
    )


# --- who is meant ------------------------------------------------------------------------------


def _entities(message: Raw, text: str) -> Iterator[tuple[Raw, str]]:
    """Each entity with the text that it covers; offsets count UTF-16 units."""
    found = message.get("entities", message.get("caption_entities"))
    if not isinstance(found, list):
        return
    utf16 = text.encode("utf-16-le", "surrogatepass")
    for entity in found:
        if not isinstance(entity, Mapping):
            continue
        offset, length = entity.get("offset"), entity.get("length")
        if _is_int(offset) and _is_int(length) and 0 <= offset <= offset + length <= len(utf16):
            covered = utf16[2 * offset : 2 * (offset + length)]
            yield entity, covered.decode("utf-16-le", "replace")


def _command(entities: list[tuple[Raw, str]]) -> str | None:
    """The command that the message begins with, such as "/plan@caravan_bot"."""
    for entity, said in entities:
        if entity.get("type") == "bot_command" and entity.get("offset") == 0:
            return said
    return None


def _mentions(entity: Raw, said: str, me: Me) -> bool:
    if entity.get("type") == "mention":
        return _is_ours(said.removeprefix("@"), me)
    user = entity.get("user")
    return (
        entity.get("type") == "text_mention"
        and isinstance(user, Mapping)
        and (user.get("id") == me.id)
    )


def _is_ours(username: str, me: Me) -> bool:
    return bool(me.username) and username.casefold() == me.username.casefold()


def _to_us(message: Raw, me: Me) -> bool:
    """A reply to one of our messages. The first message of a topic counts as a "reply" to it."""
    answered = message.get("reply_to_message")
    if not isinstance(answered, Mapping) or "forum_topic_created" in answered:
        return False
    author = answered.get("from")
    return isinstance(author, Mapping) and author.get("id") == me.id


def _without_our_name(text: str, entities: list[tuple[Raw, str]], me: Me) -> str:
    """ "/plan@caravan_bot Rome" and "@caravan_bot plan Rome" without the name of the bot."""
    if not me.username:
        return text
    command = _command(entities)
    if command is not None and "@" in command:
        return command.partition("@")[0] + text[len(command) :]
    for entity, said in entities:
        if entity.get("type") == "mention" and _is_ours(said.removeprefix("@"), me):
            start, _, end = text.partition(said)
            if not start.strip() or not end.strip(" .!?"):
                return f"{start.strip()} {end.lstrip(' ,:')}".strip()
    return text


# --- buttons and membership --------------------------------------------------------------------


def _choice(id: str, query: Raw, now: datetime) -> Inbound | Ignored:
    message = _part(query, "message")
    sender = _person(_required(query, "from"))
    data = query.get("data")
    if message is None or sender is None or not isinstance(data, str):
        return Ignored("button elsewhere")
    if not data.startswith(CHOICE_PREFIX):
        return Ignored("button of another bot")
    chat = _required(message, "chat")
    return InboundMessage(
        id=id,
        conversation=_conversation(message, chat),
        sender=sender,
        text=_label(message, data),
        choice=gate(data.removeprefix(CHOICE_PREFIX), limit=64).text,
        sent_at=now,
        # Not the message's id: two taps below one message are two messages of ours.
        ref=f"tap:{_word(query, 'id')}",
    )


def _label(message: Raw, data: str) -> str:
    """What stood on the tapped button; empty when the message is too old to be shown to us."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, Mapping) else None
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, Mapping) and button.get("callback_data") == data:
                return name(_said(button, "text"))
    return ""


def _membership(id: str, change: Raw, me: Me) -> Inbound | Ignored:
    chat = _required(change, "chat")
    if _word(chat, "type") == "channel":
        return Ignored("channel")
    new = _required(change, "new_chat_member")
    if _number(_required(new, "user"), "id") != me.id:
        return Ignored("another member")
    conversation = _conversation({}, chat)
    if not _may_speak(new):
        why = f"bot is {_word(new, 'status')}"
        return ConversationClosed(id=id, key=conversation.key, why=why)
    if _may_speak(_required(change, "old_chat_member")):
        return Ignored("still a member")
    return ConversationOpened(id=id, conversation=conversation)


def _may_speak(member: Raw) -> bool:
    status = _word(member, "status")
    if status == "restricted":
        return member.get("is_member") is True and member.get("can_send_messages") is True
    return status not in _GONE


# --- reading fields ----------------------------------------------------------------------------


def _is_int(value: object) -> TypeGuard[int]:
    return type(value) is int  # bool is an int in Python, never in JSON


def _part(raw: Raw, key: str) -> Raw | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Unreadable(f"{key} is not an object")
    return value


def _required(raw: Raw, key: str) -> Raw:
    value = _part(raw, key)
    if value is None:
        raise Unreadable(f"{key} is missing")
    return value


def _number(raw: Raw, key: str) -> int:
    value = raw.get(key)
    if not _is_int(value):
        raise Unreadable(f"{key} is not a whole number")
    return value


def _word(raw: Raw, key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"{key} is not a string")
    return value


def _said(raw: Raw, key: str) -> str:
    """A string that may be missing."""
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def _moment(raw: Raw, key: str) -> datetime:
    seconds = _number(raw, key)
    if not 0 <= seconds <= _MAX_SECONDS:
        raise Unreadable(f"{key} is not a moment")
    return datetime.fromtimestamp(seconds, UTC)
