"""People of a chat: who they are, who comes and goes, whether we may speak and hear there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.chat.fields import (
    Raw,
    Unreadable,
    moment,
    number,
    part,
    required,
    said,
    word,
)
from adapters.chat.telegram.mentions import Me
from core.messages import (
    Conversation,
    ConversationClosed,
    ConversationOpened,
    Inbound,
    InboundMessage,
    MembersChanged,
    Mode,
    Person,
)
from core.text import name

PLATFORM = "telegram"
_GONE = {"left", "kicked"}


@dataclass(frozen=True)
class Ignored:
    """An update that nobody has to answer; `reason` is a short, fixed phrase for the counter."""

    reason: str


def person_of(user: Raw) -> Person | None:
    """Somebody; None for a bot."""
    if user.get("is_bot") is True:
        return None
    full = f"{said(user, 'first_name')} {said(user, 'last_name')}"
    language = name(said(user, "language_code"), limit=16)
    return Person(id=f"{PLATFORM}:{number(user, 'id')}", name=name(full), language=language)


def group_of(chat_id: int) -> Conversation:
    return Conversation(platform=PLATFORM, chat_id=str(chat_id), mode=Mode.GROUP)


# --- the others --------------------------------------------------------------------------------


def came_or_went(id: str, message: Raw, chat: Raw) -> Inbound | Ignored | None:
    """What a service message says of members; None when the message is none of that kind."""
    news = message.get("new_chat_members")
    if news is None:
        one = part(message, "left_chat_member")
        if one is None:
            return None
        return _changed(id, chat, message, left=_people([one]))
    if not isinstance(news, list):
        raise Unreadable("new_chat_members is not a list")
    return _changed(id, chat, message, joined=_people(news))


def somebody_else(id: str, change: Raw) -> Inbound | Ignored:
    """A `chat_member` update, which admins get: Telegram tells them of everybody."""
    chat = required(change, "chat")
    if word(chat, "type") not in ("group", "supergroup"):
        return Ignored("channel")
    new, old = required(change, "new_chat_member"), required(change, "old_chat_member")
    people = _people([required(new, "user")])
    is_in, was_in = _is_member(new), _is_member(old)
    if is_in == was_in:
        return Ignored("still a member")
    return _changed(id, chat, change, **{"joined" if is_in else "left": people})


def _changed(id: str, chat: Raw, dated: Raw, **who: tuple[Person, ...]) -> Inbound | Ignored:
    if not any(who.values()):
        return Ignored("a bot came or went")
    where = group_of(number(chat, "id"))
    return MembersChanged(id=id, conversation=where, at=moment(dated, "date"), **who)


def _people(users: list[object]) -> tuple[Person, ...]:
    found = [person_of(user) for user in users if isinstance(user, Mapping)]
    return tuple(p for p in found if p is not None)


def _is_member(member: Raw) -> bool:
    status = word(member, "status")
    return member.get("is_member") is True if status == "restricted" else status not in _GONE


# --- ourselves ---------------------------------------------------------------------------------


def membership(id: str, change: Raw, me: Me) -> Inbound | Ignored:
    """A `my_chat_member` update: we were let in, or are out."""
    chat = required(change, "chat")
    if word(chat, "type") == "channel":
        return Ignored("channel")
    new = required(change, "new_chat_member")
    if number(required(new, "user"), "id") != me.id:
        return Ignored("another member")
    mode = Mode.SOLO if chat.get("type") == "private" else Mode.GROUP
    where = Conversation(platform=PLATFORM, chat_id=str(number(chat, "id")), mode=mode)
    if not _may_speak(new):
        why = f"bot is {word(new, 'status')}"
        return ConversationClosed(id=id, key=where.key, why=why)
    if _may_speak(required(change, "old_chat_member")):
        return Ignored("still a member")
    return ConversationOpened(id=id, conversation=where)


def hard_of_hearing(update: Raw, me: Me, now: datetime) -> InboundMessage | None:
    """We were let into a group that shows us only commands and replies: a word on that is due.

    It goes the way of a tapped choice of whoever let us in. None for all other updates.
    """
    change = update.get("my_chat_member")
    if me.hears_all or not isinstance(change, Mapping):
        return None
    id = f"{PLATFORM}:{me.id}:{number(update, 'update_id')}"
    opened = membership(id, change, me)
    sender = person_of(required(change, "from"))
    new = required(change, "new_chat_member")
    if not isinstance(opened, ConversationOpened) or opened.conversation.mode is Mode.SOLO:
        return None
    if sender is None or word(new, "status") == "administrator":
        return None
    return InboundMessage(
        id=f"{id}:deaf", conversation=opened.conversation, sender=sender, choice="deaf", sent_at=now
    )


def _may_speak(member: Raw) -> bool:
    status = word(member, "status")
    if status == "restricted":
        return member.get("is_member") is True and member.get("can_send_messages") is True
    return status not in _GONE
