"""A raw Slack payload as values of ours. Pure: no SDK, no network, no clock.

Events, slash commands, taps, filled-in forms and shortcuts.
Shapes: https://docs.slack.dev/reference/events, .../interaction-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.chat.fields import Raw, Unreadable, moment, part, required, said, word
from adapters.chat.slack.home import read_profile
from adapters.chat.slack.messages import (
    Ignored,
    Me,
    Overheard,
    changed,
    deleted,
    instant,
    person,
    spoken,
    where,
)
from adapters.chat.slack.ports import (
    CHOICE_PREFIX,
    EDIT_PROFILE,
    NEW_THREAD,
    PLATFORM,
    PROFILE_MODAL,
    SHORTCUT_ASK,
    chat_id,
    in_thread,
    place,
)
from adapters.chat.slack.words import words_of
from core.messages import (
    ConversationClosed,
    ConversationOpened,
    Inbound,
    InboundMessage,
    MembersChanged,
    TurnStopped,
)
from core.text import gate, name

COMMAND = "/caravan"
# The manifest subscribes to these and no others. `app_context_changed` belongs to the agent view;
# nothing follows from it here.
MESSAGE_EVENTS = ("message.channels", "message.groups", "message.im", "message.mpim")
EVENTS = (
    "agent_session_stopped",
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    *MESSAGE_EVENTS,
    "tokens_revoked",
)
_CLOSING = {
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_deleted": "deleted",
    "group_deleted": "deleted",
    "channel_left": "removed",
    "group_left": "removed",
}
_REOPENING = ("channel_unarchive", "group_unarchive")


@dataclass(frozen=True)
class HomeOpened:
    """Somebody looks at App Home. `tab` is "home" or "messages"."""

    team: str
    user: str
    channel: str
    tab: str


@dataclass(frozen=True)
class FormWanted:
    """Somebody wants the profile form; the trigger lives three seconds."""

    team: str
    user: str
    channel: str
    trigger: str


@dataclass(frozen=True)
class FormRefused:
    """A form with mistakes: sentences by block, for Slack to show in the form."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class WorkspaceLeft:
    """The app was removed from a workspace, or its token was revoked."""

    id: str
    team: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Stopped:
    """Somebody stops the answer in a thread; Slack waits to be told that nothing is done there."""

    turn: TurnStopped
    team: str
    channel: str
    thread: str


Parsed = (
    Inbound | Overheard | Ignored | HomeOpened | FormWanted | FormRefused | WorkspaceLeft | Stopped
)


def parse(body: Raw, me: Me, now: datetime) -> Parsed:
    """What a payload means for us. `now` dates what Slack does not date (a command, a form).

    Raises:
        Unreadable: a field that we need is missing or has another type.
    """
    kind = said(body, "type")
    if kind == "event_callback":
        at = moment(body, "event_time") if "event_time" in body else now
        return _event(required(body, "event"), word(body, "event_id"), me, now, at)
    if "command" in body:
        return _command(body, me, now)
    if kind == "block_actions":
        return _tap(body, me, now)
    if kind == "view_submission":
        return _form(body, me, now)
    if kind == "message_action":
        return _shortcut(body, me, now)
    return Ignored("payload type")


# --- events ------------------------------------------------------------------------------------


def _event(event: Raw, event_id: str, me: Me, now: datetime, at: datetime) -> Parsed:
    kind = word(event, "type")
    id = f"{PLATFORM}:{me.team}:{event_id}"
    if kind in ("message", "app_mention"):
        return _message(event, id, me)
    if kind == "app_home_opened":
        tab = said(event, "tab") or "home"
        return HomeOpened(me.team, word(event, "user"), said(event, "channel"), tab)
    if kind in ("member_joined_channel", "member_left_channel"):
        return _member(event, kind == "member_joined_channel", id, me, now)
    if kind in _CLOSING:
        return _closed(id, me.team, word(event, "channel"), _CLOSING[kind])
    if kind in _REOPENING:
        here = place(me.team, word(event, "channel"))
        return ConversationOpened(id=id, conversation=here, whole=True)
    if kind == "agent_session_stopped":
        return _stopped(event, id, me, now)
    if kind == "app_uninstalled":
        return WorkspaceLeft(id, me.team, "app removed", at)
    if kind == "tokens_revoked":
        bots = required(event, "tokens").get("bot")
        return WorkspaceLeft(id, me.team, "token revoked", at) if bots else Ignored("user token")
    return Ignored("event type")


def _message(event: Raw, id: str, me: Me) -> Parsed:
    subtype = said(event, "subtype")
    if subtype == "message_changed":
        return changed(event, id, me)
    if subtype == "message_deleted":
        return deleted(event, id, me)
    return spoken(event, me)


def _member(event: Raw, joined: bool, id: str, me: Me, now: datetime) -> Inbound:
    user, channel = word(event, "user"), word(event, "channel")
    here = place(me.team, channel)
    if user == me.user:
        if joined:
            return ConversationOpened(id=id, conversation=here, whole=True)
        return _closed(id, me.team, channel, "removed")
    who = (person(me, user),)
    if joined:
        return MembersChanged(id=id, conversation=here, joined=who, at=now)
    return MembersChanged(id=id, conversation=here, left=who, at=now)


def _closed(id: str, team: str, channel: str, why: str) -> ConversationClosed:
    """All threads of the channel."""
    key = f"{PLATFORM}:{chat_id(team, channel)}:"
    return ConversationClosed(id=id, key=key, why=why, whole=True)


def _stopped(event: Raw, id: str, me: Me, now: datetime) -> Stopped:
    """The stop button of the agent surface, in one thread of it."""
    channel, thread, at = word(event, "channel"), said(event, "thread_ts"), said(event, "event_ts")
    turn = TurnStopped(
        id=id,
        conversation=where(me, channel, thread),
        sender=person(me, word(event, "user")),
        at=instant(at) if at else now,
        # The message that began the thread has it as its own ts, the others by `in_thread`.
        within=thread if channel.startswith("D") else "",
    )
    return Stopped(turn, me.team, channel, thread)


# --- commands, buttons, forms, shortcuts -------------------------------------------------------


def _command(body: Raw, me: Me, now: datetime) -> Parsed:
    if word(body, "command") != COMMAND:
        return Ignored("command of another app")
    trigger, channel = word(body, "trigger_id"), word(body, "channel_id")
    # In a channel the answer begins a thread of its own; there is no message to answer below.
    here = where(me, channel, f"{NEW_THREAD}{trigger}")
    id = f"{PLATFORM}:{me.team}:command:{trigger}"
    return InboundMessage(
        id=id,
        conversation=here,
        sender=person(me, word(body, "user_id")),
        text=words_of(said(body, "text"), me.user).text or "/help",
        sent_at=now,
        ref=id,
    )


def _tap(body: Raw, me: Me, now: datetime) -> Parsed:
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, Mapping):
        raise Unreadable("actions is empty")
    user = word(required(body, "user"), "id")
    view = part(body, "view")
    home = said(view, "private_metadata") if view is not None else ""
    if action.get("action_id") == EDIT_PROFILE:
        return FormWanted(me.team, user, home, word(body, "trigger_id"))
    value = said(action, "value")
    if not value.startswith(CHOICE_PREFIX):
        return Ignored("button of another kind")
    if view is None:
        container = required(body, "container")
        channel, ts = word(container, "channel_id"), word(container, "message_ts")
        # Below a message that begins a thread stands its own ts.
        thread = said(container, "thread_ts")
        here = where(me, channel, thread or ts)
    elif home:
        channel, ts, thread, here = home, word(view, "id"), "", where(me, home, "")
    else:
        return Ignored("button without a chat")
    label = part(action, "text")
    id = f"{PLATFORM}:{me.team}:tap:{channel}:{ts}:{user}:{word(action, 'action_ts')}"
    return InboundMessage(
        id=in_thread(id, thread if channel.startswith("D") else ""),
        conversation=here,
        sender=person(me, user),
        text=name(said(label, "text")) if label is not None else "",
        choice=gate(value.removeprefix(CHOICE_PREFIX), limit=64).text,
        sent_at=now,
        ref=id,
    )


def _form(body: Raw, me: Me, now: datetime) -> Parsed:
    view = required(body, "view")
    if said(view, "callback_id") != PROFILE_MODAL:
        return Ignored("form of another kind")
    edits = read_profile(view)
    if edits.errors:
        return FormRefused(edits.errors)
    if not edits.channel:
        return Ignored("form without a chat")
    if not edits.form:
        return Ignored("form without a change")
    id = f"{PLATFORM}:{me.team}:view:{word(view, 'id')}"
    return InboundMessage(
        id=id,
        conversation=where(me, edits.channel, ""),
        sender=person(me, word(required(body, "user"), "id")),
        text="My profile: " + "; ".join(f"{k}: {v or 'none'}" for k, v in edits.form),
        form=edits.form,
        sent_at=now,
        ref=id,
    )


def _shortcut(body: Raw, me: Me, now: datetime) -> Parsed:
    """Somebody points at a message and wants our answer to it, in its thread."""
    if said(body, "callback_id") != SHORTCUT_ASK:
        return Ignored("shortcut of another kind")
    message, channel = required(body, "message"), word(required(body, "channel"), "id")
    ts = word(message, "ts")
    instant(ts)
    words = words_of(said(message, "text"), me.user)
    if not words.text:
        return Ignored("nothing to read")
    id = f"{PLATFORM}:{me.team}:ask:{word(body, 'action_ts')}"
    return InboundMessage(
        id=id,
        conversation=where(me, channel, said(message, "thread_ts") or ts),
        sender=person(me, word(required(body, "user"), "id")),
        text=words.text,
        sent_at=now,
        ref=id,
    )
