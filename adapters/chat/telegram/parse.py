"""A raw Telegram update as a value of ours. Pure: no SDK, no network, no clock.

Shapes: https://core.telegram.org/bots/api#update (Bot API 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapters.chat.fields import (
    Raw,
    Unreadable,
    is_int,
    moment,
    number,
    part,
    required,
    said,
    word,
)
from adapters.chat.telegram.mentions import (
    Me,
    borrowed,
    command_of,
    entities_of,
    is_ours,
    mentions,
    to_another_bot,
    to_us,
    without_our_name,
)
from adapters.chat.telegram.people import (
    PLATFORM,
    Ignored,
    came_or_went,
    group_of,
    hard_of_hearing,
    membership,
    person_of,
    somebody_else,
)
from core.messages import (
    Conversation,
    ConversationMoved,
    Inbound,
    InboundMessage,
    Mode,
    Person,
    PollVoted,
)
from core.text import gate, name

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


def parse(update: Raw, me: Me, now: datetime) -> Inbound | Ignored:
    """What an update means for us. `now` dates what Telegram does not date (a tapped button).

    Raises:
        Unreadable: a field that we need is missing or has another type.
    """
    id = f"{PLATFORM}:{me.id}:{update_id(update)}"
    if (message := part(update, "message")) is not None:
        return _message(id, message, me, edited=False)
    if (message := part(update, "edited_message")) is not None:
        return _message(id, message, me, edited=True)
    if (query := part(update, "callback_query")) is not None:
        return _choice(id, query, now)
    if (answer := part(update, "poll_answer")) is not None:
        return _poll_answer(id, answer, now)
    if (change := part(update, "my_chat_member")) is not None:
        return membership(id, change, me)
    if (change := part(update, "chat_member")) is not None:
        return somebody_else(id, change)
    return Ignored("update type")


def update_id(update: Raw) -> int:
    """The update's number. Raises Unreadable."""
    return number(update, "update_id")


def query_id(update: Raw) -> str:
    """The id by which a tapped button is answered; empty when the update is none."""
    query = update.get("callback_query")
    id = query.get("id") if isinstance(query, Mapping) else None
    return id if isinstance(id, str) else ""


# --- messages ----------------------------------------------------------------------------------


def _message(id: str, message: Raw, me: Me, *, edited: bool) -> Inbound | Ignored:
    chat = required(message, "chat")
    moved = _moved(id, message, chat)
    if moved is not None:
        return moved
    kind = word(chat, "type")
    if kind not in ("private", "group", "supergroup"):
        return Ignored("channel")
    if (changed := came_or_went(id, message, chat)) is not None:
        return changed
    sender = _sender(message, chat)
    if sender is None:
        return Ignored("bot or channel post")
    text, unsupported = _content(message)
    if not text and (not unsupported or edited):
        return Ignored("nothing to read")
    entities = list(entities_of(message, text))
    command = command_of(entities)
    if command is not None and "@" in command and not is_ours(command.partition("@")[2], me):
        return Ignored("command for another bot")
    conversation = _conversation(message, chat)
    if not text and message.get("media_group_id") is not None:
        # Each picture is an update, and by webhook they come at the same time: one is enough.
        id = f"{PLATFORM}:{me.id}:album:{conversation.chat_id}:{word(message, 'media_group_id')}"
    addressed = conversation.mode is Mode.SOLO or to_us(message, me)
    if not addressed and not borrowed(message):
        named = any(mentions(e, text_of, me) for e, text_of in entities)
        commanded = command is not None and ("@" in command or not to_another_bot(message, me))
        addressed = named or commanded
    return InboundMessage(
        id=id,
        conversation=conversation,
        sender=sender,
        text=gate(without_our_name(text, entities, me)).text,
        addressed=addressed,
        sent_at=moment(message, "date"),
        ref=str(number(message, "message_id")),
        edited_at=moment(message, "edit_date" if "edit_date" in message else "date")
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
    here = number(chat, "id")
    if message.get("migrate_to_chat_id") is not None:
        old, new = here, number(message, "migrate_to_chat_id")
    elif message.get("migrate_from_chat_id") is not None:
        old, new = number(message, "migrate_from_chat_id"), here
    else:
        return None
    return ConversationMoved(id=id, old_key=group_of(old).key, new=group_of(new))


def _sender(message: Raw, chat: Raw) -> Person | None:
    """Who wrote it; None for bots and channels. An anonymous admin writes as the group itself."""
    on_behalf = part(message, "sender_chat")
    if on_behalf is not None:
        if number(on_behalf, "id") != number(chat, "id"):
            return None
        return Person(id=f"{PLATFORM}:{number(chat, 'id')}", name=name(said(chat, "title")))
    user = part(message, "from")
    return None if user is None else person_of(user)


def _conversation(message: Raw, chat: Raw) -> Conversation:
    # `message_thread_id` also names the thread of replies in an ordinary supergroup, which nobody
    # sees as a place; only topics are conversations of their own.
    in_topic = message.get("is_topic_message") is True
    return Conversation(
        platform=PLATFORM,
        chat_id=str(number(chat, "id")),
        thread_id=str(number(message, "message_thread_id")) if in_topic else "",
        mode=Mode.SOLO if chat.get("type") == "private" else Mode.GROUP,
    )


# --- buttons --------------------------------------------------------------------------------------


def _choice(id: str, query: Raw, now: datetime) -> Inbound | Ignored:
    message = part(query, "message")
    sender = person_of(required(query, "from"))
    data = query.get("data")
    if message is None or sender is None or not isinstance(data, str):
        return Ignored("button elsewhere")
    if not data.startswith(CHOICE_PREFIX):
        return Ignored("button of another bot")
    chat = required(message, "chat")
    return InboundMessage(
        id=id,
        conversation=_conversation(message, chat),
        sender=sender,
        text=_label(message, data),
        choice=gate(data.removeprefix(CHOICE_PREFIX), limit=64).text,
        sent_at=now,
        # Not the message's id: two taps below one message are two messages of ours.
        ref=f"tap:{word(query, 'id')}",
    )


def _poll_answer(id: str, answer: Raw, now: datetime) -> Inbound | Ignored:
    """A vote in a poll of ours. It names neither the chat nor a time; no options: taken back."""
    user = part(answer, "user")
    voter = person_of(user) if user is not None else None
    if voter is None:  # an anonymous admin or a channel votes as a chat
        return Ignored("vote of a chat or bot")
    options = answer.get("option_ids")
    if not isinstance(options, list) or not all(is_int(o) and 0 <= o < 100 for o in options):
        raise Unreadable("option_ids is not a list of small numbers")
    return PollVoted(
        id=id,
        platform=PLATFORM,
        poll=word(answer, "poll_id"),
        voter=voter,
        picks=tuple(options),
        at=now,
    )


def _label(message: Raw, data: str) -> str:
    """What stood on the tapped button; empty when the message is too old to be shown to us."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, Mapping) else None
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, Mapping) and button.get("callback_data") == data:
                return name(said(button, "text"))
    return ""


__all__ = [
    "CHOICE_PREFIX",
    "PLATFORM",
    "Ignored",
    "hard_of_hearing",
    "parse",
    "query_id",
    "update_id",
]
