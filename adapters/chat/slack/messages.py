"""Messages of Slack: said, changed, deleted; whom they are for, and in which conversation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.chat.fields import Raw, Unreadable, part, required, said, word
from adapters.chat.slack.ports import PLATFORM, in_thread, person_id, place
from adapters.chat.slack.words import words_of
from core.messages import Conversation, InboundMessage, MessageDeleted, Mode, Person

_SPOKEN = frozenset(("", "file_share", "thread_broadcast", "me_message"))
_TS = re.compile(r"(\d{1,11})\.(\d{1,6})")
_NOBODY = frozenset(("USLACKBOT",))


@dataclass(frozen=True)
class Me:
    """Who we are in a workspace: team, user id of the bot, its bot id."""

    team: str
    user: str
    bot: str = ""


@dataclass(frozen=True)
class Ignored:
    """A payload that nobody has to answer; `reason` is a short, fixed phrase for the counter."""

    reason: str


@dataclass(frozen=True)
class Overheard:
    """Said in a thread of a channel, and not to us: it counts if the thread is ours."""

    message: InboundMessage | MessageDeleted


def spoken(event: Raw, me: Me) -> InboundMessage | Overheard | Ignored:
    """A new message. `message` and `app_mention` of the same message are the same value."""
    if said(event, "subtype") not in _SPOKEN:
        return Ignored("message type")
    return _heard(event, word(event, "channel"), me, edited=None, id="")


def changed(event: Raw, id: str, me: Me) -> InboundMessage | MessageDeleted | Overheard | Ignored:
    """A message was edited; Slack says so, too, when it unfolds a link or counts replies."""
    message, channel = required(event, "message"), word(event, "channel")
    before = part(event, "previous_message") or {}
    if said(message, "subtype") == "tombstone":
        return _gone(before or message, word(message, "ts"), channel, id, me)
    if said(message, "subtype") not in _SPOKEN:
        return Ignored("message type")
    edited = part(message, "edited")
    if edited is None or said(message, "text") == said(before, "text"):
        return Ignored("edit without other words")
    called = words_of(said(before, "text"), me.user).to_us
    moment = instant(word(edited, "ts"))
    return _heard(message, channel, me, edited=moment, id=id, called=called)


def deleted(event: Raw, id: str, me: Me) -> MessageDeleted | Overheard | Ignored:
    """A message was taken back."""
    before = part(event, "previous_message") or {}
    return _gone(before, word(event, "deleted_ts"), word(event, "channel"), id, me)


def where(me: Me, channel: str, thread: str) -> Conversation:
    """A direct message channel is one conversation, whatever is said in threads there."""
    if channel.startswith("D"):
        return place(me.team, channel, direct=True)
    return place(me.team, channel, thread)


def person(me: Me, user: str) -> Person:
    """Slack says who by id alone; `introduce` finds the name."""
    return Person(id=person_id(me.team, user))


def instant(ts: str) -> datetime:
    """The moment in a message's `ts`. Raises Unreadable."""
    match = _TS.fullmatch(ts)
    if match is None:
        raise Unreadable("ts is not a moment")
    micros = int(match[2].ljust(6, "0"))
    return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(microseconds=micros)


def _heard(
    message: Raw,
    channel: str,
    me: Me,
    *,
    edited: datetime | None,
    id: str,
    called: bool = False,
) -> InboundMessage | Overheard | Ignored:
    """`called`: the words before an edit were for us."""
    if _by_a_bot(message, me):
        return Ignored("bot")
    ts, thread = word(message, "ts"), said(message, "thread_ts")
    sent_at = instant(ts)
    words = words_of(said(message, "text"), me.user)
    unsupported = "" if words.text else _file_kind(message)
    if not words.text and not words.to_us and (not unsupported or edited):
        return Ignored("nothing to read")
    direct = channel.startswith("D")
    ours = said(message, "parent_user_id") == me.user
    to_us = direct or words.to_us or called or ours
    if not to_us and not thread:
        return Ignored("not for us")
    read = InboundMessage(
        # app_mention and message are two events of one message; they share this id.
        id=in_thread(id or f"{PLATFORM}:{me.team}:{channel}:{ts}", thread if direct else ""),
        conversation=where(me, channel, thread or ts),
        sender=person(me, word(message, "user")),
        text=words.text or ("" if unsupported else "/help"),
        addressed=to_us,
        sent_at=sent_at,
        ref=ts,
        edited_at=edited,
        unsupported=unsupported,
    )
    return read if to_us else Overheard(read)


def _gone(
    before: Raw, ts: str, channel: str, id: str, me: Me
) -> MessageDeleted | Overheard | Ignored:
    if _by_a_bot(before, me):
        return Ignored("bot")
    instant(ts)
    thread = said(before, "thread_ts")
    here = where(me, channel, thread or ts)
    taken_back = MessageDeleted(id=id, conversation=here, ref=ts)
    if here.mode is Mode.SOLO or words_of(said(before, "text"), me.user).to_us:
        return taken_back
    return Overheard(taken_back) if thread else Ignored("not for us")


def _by_a_bot(message: Raw, me: Me) -> bool:
    user = said(message, "user")
    return bool(message.get("bot_id")) or user == me.user or user in _NOBODY


def _file_kind(message: Raw) -> str:
    """What a file without words is, as a traveller would name it."""
    files = message.get("files")
    first = files[0] if isinstance(files, list) and files else None
    if not isinstance(first, Mapping):
        return ""
    kind = said(first, "mimetype").partition("/")[0]
    names = {"image": "photo", "audio": "audio file", "video": "video"}
    return names.get(kind, "document")
