"""What the two halves of the Slack adapter know of each other: what comes in, what goes out.

A conversation's `chat_id` is "TEAM/CHANNEL" (`chat_id`, `channel_of`); its `thread_id` is the
`thread_ts` of a channel's thread, empty in direct messages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.messages import Conversation, Mode, Reply
from core.people import Profile
from core.ports import Unreachable
from core.trips import Trip

PLATFORM = "slack"
# The value of a button that is a choice of ours; the rest of it is the choice's id.
CHOICE_PREFIX = "c:"
# action_id of the button that opens the profile modal (App Home), callback_id of that modal, and
# callback_id of the message shortcut. `private_metadata` of the home view and of the modal is the
# id of the direct message channel, so that what is said there can be answered there.
EDIT_PROFILE = "profile:edit"
PROFILE_MODAL = "profile:modal"
SHORTCUT_ASK = "caravan_ask"
# A slash command in a channel has no message to answer below. Its conversation has a `thread_id`
# that begins so; the first message of the answer goes to the channel and becomes the thread.
NEW_THREAD = "new-"


class WorkspaceGone(Unreachable):
    """The workspace's token is refused for good, or there is none: revoked, app removed."""


class ChannelGone(Unreachable):
    """The channel is archived, deleted, or we are not in it; the workspace is well."""


# The bot token of a workspace. Raises WorkspaceGone when it is not installed there (any more).
Tokens = Callable[[str], Awaitable[str]]


class Outgoing(Protocol):
    """Everything that is said to Slack on behalf of a traveller."""

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        """As core.ports.ChatAdapter.send; WorkspaceGone and ChannelGone tell the two apart."""
        ...

    async def show(self, reply: Reply) -> None:
        """As core.ports.ChatAdapter.show."""
        ...

    async def publish_home(self, team: str, user: str, view: Mapping[str, Any]) -> None:
        """Show `view` (type "home") to one person; a failure is logged, never raised."""
        ...

    async def open_modal(self, team: str, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; its trigger lives three seconds. A failure is logged, never raised."""
        ...

    async def suggest(self, team: str, channel: str) -> None:
        """Show suggested prompts in the agent surface; a failure is logged, never raised."""
        ...

    async def at_rest(self, team: str, channel: str, thread: str) -> None:
        """Say that nothing is being answered in a thread; a failure is logged, never raised."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class AtHome:
    """What the App Home shows of one person."""

    profile: Profile
    trips: tuple[Trip, ...] = ()


# What the store knows of a person ("slack:TEAM/USER").
Homes = Callable[[str], Awaitable[AtHome]]


def chat_id(team: str, channel: str) -> str:
    return f"{team}/{channel}"


def person_id(team: str, user: str) -> str:
    """The id of a person; user ids are unique inside a workspace only."""
    return f"{PLATFORM}:{team}/{user}"


def in_thread(message_id: str, thread: str) -> str:
    """The id of a message that was said in a thread of a direct message channel.

    All of such a channel is one conversation, so the id is what says where the answer belongs.
    """
    return f"{message_id}@{thread}" if thread else message_id


def thread_of(message_id: str) -> str:
    """The thread that `in_thread` put into an id; empty when there is none."""
    return message_id.partition("@")[2]


def team_of(conversation: Conversation) -> str:
    return conversation.chat_id.partition("/")[0]


def channel_of(conversation: Conversation) -> str:
    return conversation.chat_id.partition("/")[2]


def place(team: str, channel: str, thread: str = "", *, direct: bool = False) -> Conversation:
    """The conversation of a channel, thread, or (`direct`) of one person with us."""
    return Conversation(
        platform=PLATFORM,
        chat_id=chat_id(team, channel),
        thread_id=thread,
        mode=Mode.SOLO if direct else Mode.GROUP,
    )
