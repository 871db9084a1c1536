"""What comes in from a chat and what goes out: conversations, messages, replies and their parts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value: compared by content, safe to share, written to the database as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Mode(StrEnum):
    SOLO = "solo"
    GROUP = "group"


class Conversation(Value):
    """Where people talk: enough to speak first there later. `key` is its name in the database."""

    platform: str
    chat_id: str
    thread_id: str = ""
    mode: Mode = Mode.SOLO

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.chat_id}:{self.thread_id}"


class Person(Value):
    """Somebody who writes. `id` is "platform:user"; `language` is the platform's hint, BCP 47."""

    id: str
    name: str = ""
    language: str = ""
    is_bot: bool = False


class InboundMessage(Value):
    """One message as we keep it; the platform's raw payload is never stored with it.

    `id` is the platform's delivery id and makes a second delivery recognisable.
    `form` are the (key, value) pairs of a filled-in profile form, keys as in core.people.KEYS;
    several values stand with commas between them, an empty value says that there is none.
    `ref` is the platform's message id inside the chat; an edit has the same `ref` and `edited_at`.
    `choice` is the id of a tapped choice; `unsupported` names what we cannot read ("sticker").
    `was` are the words before the edit, when those have been answered already.
    """

    id: str
    conversation: Conversation
    sender: Person
    text: str = ""
    choice: str = ""
    form: tuple[tuple[str, str], ...] = ()
    addressed: bool = True
    sent_at: AwareDatetime
    ref: str = ""
    edited_at: AwareDatetime | None = None
    unsupported: str = ""
    was: str = ""

    @property
    def version(self) -> datetime:
        return self.edited_at or self.sent_at


class ConversationMoved(Value):
    """A group got a new id (Telegram: it became a supergroup); rows follow in one transaction."""

    id: str
    old_key: str
    new: Conversation


class ConversationClosed(Value):
    """Nobody can be reached there any more: bot blocked, removed, chat deleted.

    With `whole` that is so for every conversation whose key begins with `key`: all threads of a
    channel ("slack:T1/C1:"), a whole workspace ("slack:T1/").
    """

    id: str
    key: str
    why: str
    whole: bool = False


class ConversationOpened(Value):
    """The bot can speak there (again): added, unblocked; `whole`: in all threads of the chat."""

    id: str
    conversation: Conversation
    whole: bool = False


class PollVoted(Value):
    """Somebody voted in a poll that the platform shows natively; no picks takes the vote back.

    The platform names the poll (`poll`, its own id) and the person, not the conversation: the store
    knows where it was asked. A vote that comes before the store knows is kept until then.
    """

    id: str
    platform: str
    poll: str
    voter: Person
    picks: tuple[int, ...]
    at: AwareDatetime

    @property
    def choice(self) -> str:
        """The vote as the id of a choice, see core.choices."""
        return f"ballot:{self.poll}/{','.join(map(str, self.picks))}"


class PollDue(Value):
    """The time of a poll is over. `poll` is our id; the same delivery again changes nothing."""

    id: str
    poll: str
    at: AwareDatetime

    @property
    def choice(self) -> str:
        """The end of the poll as the id of a choice, see core.choices."""
        return f"due:{self.poll}"


# Who "sends" what no person sent.
CLOCK = Person(id="caravan:clock")


class MembersChanged(Value):
    """People came into a group or left it, as the platform says; true of all its threads."""

    id: str
    conversation: Conversation
    joined: tuple[Person, ...] = ()
    left: tuple[Person, ...] = ()
    at: AwareDatetime


class TurnStopped(Value):
    """Somebody wants no answer any more to what they said before `at`.

    Only to messages whose id ends with `within`, when that is given.
    """

    id: str
    conversation: Conversation
    sender: Person
    at: AwareDatetime
    within: str = ""


class MessageDeleted(Value):
    """Somebody took a message back: `ref` is its id inside the chat."""

    id: str
    conversation: Conversation
    ref: str


Inbound = (
    InboundMessage
    | ConversationMoved
    | ConversationClosed
    | ConversationOpened
    | PollVoted
    | PollDue
    | MembersChanged
    | MessageDeleted
    | TurnStopped
)


class Text(Value):
    """Markdown as people write it: bold, italics, links, lists, code, headings, quotes, tables."""

    type: Literal["text"] = "text"
    markdown: str


class Choice(Value):
    """Something to tap, or to answer with its number. `id` comes back as `InboundMessage.choice`.

    `id` has at most 48 bytes (Telegram allows 64 for callback data; the rest is our prefix).
    `start` is what opens a private chat with Caravan, where the platform can do that.
    """

    id: str
    label: str
    start: str = ""


class Choices(Value):
    type: Literal["choices"] = "choices"
    options: tuple[Choice, ...]


class Pin(Value):
    """A point on the map."""

    type: Literal["pin"] = "pin"
    title: str
    lat: float
    lon: float


class File(Value):
    """A document we made. `content` is base64 in JSON, bytes in Python."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    type: Literal["file"] = "file"
    name: str
    media_type: str
    content: bytes
    caption: str = ""


class PollPart(Value):
    """A poll with named votes. `poll` is our id of it; where there are no polls, `options` and
    `more` are shown as choices, so each option is also what a tap on it says.

    `question` has at most 300 characters, a label 100, and there are 2 to 12 options (Telegram).
    """

    type: Literal["poll"] = "poll"
    poll: str
    question: str
    options: tuple[Choice, ...]
    multiple: bool = False
    more: tuple[Choice, ...] = ()


class PollOver(Value):
    """A poll that was shown takes no more votes. `refs` are where it is shown, see `poll_ref`."""

    type: Literal["poll_over"] = "poll_over"
    poll: str
    refs: tuple[str, ...] = ()


def poll_ref(platform_poll: str, message: str) -> str:
    """The name of a natively shown poll: the platform's poll id and the id of its message.

    `ChatAdapter.send` returns it in the place of a message id.
    """
    return f"poll/{platform_poll}/{message}"


def shown_poll(ref: str) -> tuple[str, str] | None:
    """The poll id and the message id of a `poll_ref`; None for the id of any other message."""
    kind, _, rest = ref.partition("/")
    poll, _, message = rest.partition("/")
    return (poll, message) if kind == "poll" and poll and message else None


Part = Annotated[Text | Choices | Pin | File | PollPart | PollOver, Field(discriminator="type")]


class Reply(Value):
    """The whole screen so far. The same `id` again, with the next `seq`, replaces what is shown.

    Only a `final` reply is stored and guaranteed; the others are drafts and may be lost.
    `answers` is the id of the inbound message, empty when Caravan speaks first.
    """

    id: str
    seq: int
    final: bool
    conversation: Conversation
    parts: tuple[Part, ...]
    answers: str = ""


class Capabilities(Value):
    """What a platform can show; `fit` alone decides by it how a reply is degraded.

    `max_text` counts UTF-16 code units when `utf16` is set, characters otherwise.
    """

    buttons: bool
    edits: bool
    drafts: bool
    files: bool
    pins: bool
    max_text: int
    utf16: bool = False
    seconds_between_edits: float = 1.0
    polls: bool = False  # with named votes, that are told to us
