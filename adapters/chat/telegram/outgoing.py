"""A reply as calls to the Bot API. Pure: what is sent, not how or when."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.chat.telegram.format import Formatted, cut_to_screen, formatted
from adapters.chat.telegram.parse import CHOICE_PREFIX
from adapters.chat.telegram.transport import Upload
from core.messages import (
    Choices,
    Conversation,
    File,
    Pin,
    PollOver,
    PollPart,
    Reply,
    Text,
    shown_poll,
)
from core.text import border_before, name

MAX_CALLBACK_BYTES = 64
MAX_CAPTION = 1024
MAX_LABEL = 64
MAX_QUESTION = 300
MAX_OPTION = 100
ROW_CHARS = 24  # short labels share a row; a phone shows about this many characters of it
ROW_BUTTONS = 3

NO_PREVIEW = {"is_disabled": True}
ONLY_CHOICES = "👇"  # Telegram needs a text to hang the buttons on


@dataclass(frozen=True)
class Call:
    """One method call. `fallbacks` are poorer versions of it, for when Telegram refuses it.

    `instead` is another call to make then; a call that is not `needed` may be refused in peace.
    """

    method: str
    parameters: Mapping[str, Any]
    fallbacks: tuple[Mapping[str, Any], ...] = field(default=())
    instead: Call | None = None
    needed: bool = True


def calls(reply: Reply, username: str = "") -> list[Call]:
    """The calls that bring the reply out, in order; buttons go below the text before them.

    `username` is the bot's: a choice that opens a private chat is then a link to it.
    """
    where = address(reply.conversation)
    made: list[Call] = []
    texts: list[Formatted] = []
    for part in reply.parts:
        if isinstance(part, Text):
            made += [_text(where, text) for text in texts]
            texts = formatted(part.markdown)
            continue
        buttons = part if isinstance(part, Choices) and part.options else None
        if buttons and not texts:
            texts = [Formatted(ONLY_CHOICES, [])]
        for number, text in enumerate(texts, 1):
            last = number == len(texts)
            made.append(_text(where, text, buttons if last else None, username))
        texts = []
        if isinstance(part, Pin):
            made.append(_pin(where, part))
        elif isinstance(part, File):
            made.append(_file(where, part))
        elif isinstance(part, PollPart):
            made.append(_poll(where, part))
        elif isinstance(part, PollOver):
            made += _poll_over(where, part)
    return made + [_text(where, text) for text in texts]


def address(conversation: Conversation) -> dict[str, Any]:
    """The parameters that name a conversation."""
    where: dict[str, Any] = {"chat_id": int(conversation.chat_id)}
    if conversation.thread_id:
        where["message_thread_id"] = int(conversation.thread_id)
    return where


def screen(reply: Reply) -> Formatted | None:
    """What a draft shows: its texts as one message; None when there is nothing to see yet."""
    return cut_to_screen("\n\n".join(p.markdown for p in reply.parts if isinstance(p, Text)))


def draft(reply: Reply, shown: Formatted) -> dict[str, Any]:
    """Parameters of sendMessageDraft; the same id again replaces the preview."""
    return {
        **address(reply.conversation),
        "draft_id": zlib.crc32(reply.id.encode()) & 0x7FFFFFFF or 1,
        **_shown(shown),
    }


def message(conversation: Conversation, shown: Formatted) -> dict[str, Any]:
    """Parameters of sendMessage."""
    return {**address(conversation), **_shown(shown), "link_preview_options": NO_PREVIEW}


def edit(parameters: Mapping[str, Any], message_id: int) -> dict[str, Any]:
    """Parameters of editMessageText out of those of sendMessage."""
    kept = {k: v for k, v in parameters.items() if k != "message_thread_id"}
    return {**kept, "message_id": message_id}


def _shown(text: Formatted) -> dict[str, Any]:
    return {"text": text.text, "entities": text.entities} if text.entities else {"text": text.text}


def _text(
    where: Mapping[str, Any], text: Formatted, choices: Choices | None = None, username: str = ""
) -> Call:
    bare = {**where, "text": text.text, "link_preview_options": NO_PREVIEW}
    full: dict[str, Any] = {**where, **_shown(text), "link_preview_options": NO_PREVIEW}
    if choices is None:
        return Call("sendMessage", full, (bare,) if text.entities else ())
    keyboard = {"reply_markup": {"inline_keyboard": _rows(choices, username)}}
    options = "\n".join(f"{n}. {o.label}" for n, o in enumerate(choices.options, 1))
    listed = {**bare, "text": f"{text.text}\n\n{options}"}
    fallbacks = ({**bare, **keyboard},) if text.entities else ()
    return Call("sendMessage", {**full, **keyboard}, (*fallbacks, listed))


def _rows(choices: Choices, username: str) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = []
    room = 0
    for option in choices.options:
        data = f"{CHOICE_PREFIX}{option.id}"
        label = option.label[: border_before(option.label, MAX_LABEL)].strip() or option.id
        if len(data.encode()) > MAX_CALLBACK_BYTES:
            continue  # core keeps ids at 48 bytes; the number can still be typed
        if not rows or len(label) > room or len(rows[-1]) == ROW_BUTTONS:
            rows.append([])
            room = ROW_CHARS
        if option.start and username:
            link = f"https://t.me/{username}?start={option.start}"
            rows[-1].append({"text": label, "url": link})
        else:
            rows[-1].append({"text": label, "callback_data": data})
        room -= len(label)
    return rows


def _pin(where: Mapping[str, Any], pin: Pin) -> Call:
    point = {**where, "latitude": pin.lat, "longitude": pin.lon}
    if not pin.title.strip():
        return Call("sendLocation", point)
    venue = {**point, "title": pin.title, "address": f"{pin.lat:.5f}, {pin.lon:.5f}"}
    return Call("sendVenue", venue)


def _poll(where: Mapping[str, Any], poll: PollPart) -> Call:
    """A poll with names, whose votes we are told. A group may forbid polls; then there are buttons.

    Telegram counts characters here, not UTF-16 units.
    """
    native = {
        **where,
        "question": poll.question[: border_before(poll.question, MAX_QUESTION)],
        "options": [{"text": o.label[: border_before(o.label, MAX_OPTION)]} for o in poll.options],
        "is_anonymous": False,
        "allows_multiple_answers": poll.multiple,
    }
    buttons = Choices(options=(*poll.options, *poll.more))
    return Call("sendPoll", native, instead=_text(where, Formatted(poll.question, []), buttons))


def _poll_over(where: Mapping[str, Any], over: PollOver) -> list[Call]:
    """Close the polls that were shown; one that is gone or closed already needs nothing."""
    shown = [seen for ref in over.refs if (seen := shown_poll(ref)) is not None]
    chat = {"chat_id": where["chat_id"]}
    return [
        Call("stopPoll", {**chat, "message_id": int(message)}, needed=False)
        for _, message in shown
        if message.isdecimal()
    ]


def _file(where: Mapping[str, Any], file: File) -> Call:
    upload = Upload(name(file.name) or "file", file.media_type, file.content)
    caption = file.caption[: border_before(file.caption, MAX_CAPTION // 2)]
    captioned = {"caption": caption} if caption else {}
    # A group may forbid files.
    said = f"I could not put the file {upload.name} here: Telegram does not take it."
    instead = _text(where, Formatted(said, []))
    if file.media_type == "image/png":
        return Call("sendPhoto", {**where, "photo": upload, **captioned}, instead=instead)
    return Call("sendDocument", {**where, "document": upload, **captioned}, instead=instead)
