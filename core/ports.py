"""The ports of the road: chat, store, model, clock. Adapters implement them, tests fake them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel

from core.groups.state import Expense, GroupNews, GroupState
from core.linking import LinkNews, LinkView
from core.messages import (
    Capabilities,
    Conversation,
    Inbound,
    InboundMessage,
    PollDue,
    Reply,
    Value,
)
from core.notices.ports import NoticeStore
from core.notices.state import NoticeBook, NoticeWishes
from core.people import Profile
from core.session import Session
from core.spending import Booking, Books, Budget, OverBudget, Payer
from core.trips import Recommendation, Trip


class Clock(Protocol):
    def now(self) -> datetime:
        """The current moment, aware, UTC."""
        ...


# --- the inbox ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A message that this worker may answer until `lease_until`; `fence` stops late writes.

    `also` waits behind it in a group, oldest first: some or all of that, from the first on, may be
    answered together with the message.
    """

    message: InboundMessage
    fence: int
    attempts: int  # this one included
    lease_until: datetime
    also: tuple[InboundMessage, ...] = ()


class Inbox(Protocol):
    """Durable intake. Everything raises Unavailable when the database cannot be written."""

    async def accept(self, inbound: Sequence[Inbound]) -> int:
        """Keep `inbound`, all in one transaction; returns how many were new.

        When this returns, the platform may be told "received". A second delivery of the same id
        changes nothing. An edit replaces its original while that one waits, and an older version
        never replaces a newer one, in whatever order they arrive. After its answer an edit changes
        what is remembered; one of a message that was marked to be reread is claimed once more.
        """
        ...

    async def bury(self, platform: str, external_id: str, raw: str, why: str) -> None:
        """Keep an update that could not be read as a dead letter (`raw` is cut at 16,000)."""
        ...

    async def claim(self, worker: str, limit: int, platforms: Collection[str] = ()) -> list[Claim]:
        """The oldest waiting message of up to `limit` conversations that nobody works on.

        Only of these platforms, of all when none is named.

        Order inside a conversation is the order of arrival. A lease that ended counts as free; the
        attempt is counted; a worker that gets one with more than 5 gives it up unanswered.
        """
        ...

    async def renew(self, claim: Claim) -> Claim:
        """A longer lease. Raises Stale when the lease was lost."""
        ...

    async def retry_later(self, claim: Claim, why: str, at: datetime) -> None:
        """Give the message back; its conversation waits until `at`. Raises Stale."""
        ...

    async def put_back(self, claim: Claim, at: datetime) -> None:
        """Give the message back until `at`, uncounted: nothing was wrong with it. Raises Stale."""
        ...

    async def release(self, worker: str) -> None:
        """Give back, uncounted, everything this worker holds (a clean stop)."""
        ...


# --- the outbox --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """A stored reply that this worker may send. `resend` is set when it may be there already."""

    reply: Reply
    resend: bool
    attempts: int
    fence: int


class Outbox(Protocol):
    async def claim_replies(
        self,
        worker: str,
        limit: int,
        platforms: Collection[str] = (),
        notices: int | None = None,
    ) -> list[Delivery]:
        """The next reply of up to `limit` conversations, marked `sending` in one transaction.

        Only of these platforms, of all when none is named. Answers come before notices, of which
        there are at most so many when a number is named. A notice that is not wanted any more, or
        not now, is taken back instead.

        Replies of one conversation go out in the order they were committed. Rows left `sending` by
        a dead worker come back with `resend` set, at most five times.
        """
        ...

    async def sent(self, delivery: Delivery, platform_ids: Sequence[str]) -> bool:
        """It arrived. A `poll_ref` among the ids tells where a poll is seen, in the order of the
        reply's polls; votes that came before this mark are let in now.

        Returns whether the next reply to the conversation waits already."""
        ...

    async def send_later(self, delivery: Delivery, why: str, at: datetime) -> None:
        """Nothing was delivered (429, connection refused): back to `ready`, not before `at`."""
        ...

    async def uncertain(self, delivery: Delivery, why: str, at: datetime) -> None:
        """It may have arrived: `unknown`; it comes back once more with `resend` set, after `at`."""
        ...

    async def not_sent(self, delivery: Delivery, why: str) -> None:
        """The platform refused it for good: `failed`."""
        ...

    async def close(self, conversation: str, why: str) -> None:
        """Nobody can be reached there: fail its waiting replies, keep new ones from piling up."""
        ...


# --- the store ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One line of a conversation's history. `role` is user, assistant or tool."""

    role: Literal["user", "assistant", "tool", "call"]
    text: str
    sender: str = ""  # the person's name, in groups
    said_at: datetime | None = None
    tokens: int = 0
    call_id: str = ""  # pairs a `call` with its `tool` result
    of: str = ""  # id of the message it is, when that is not the one being answered


@dataclass(frozen=True)
class LlmCall:
    """One call to a language model, for cost accounting. `cost` in US dollars, None if unknown."""

    model: str
    purpose: str
    prompt_version: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    seconds: float
    outcome: str  # ok | rate_limited | timeout | error | cut | refused | invalid
    cost: Decimal | None = None
    booking: Booking | None = None  # what was set aside for it


@dataclass(frozen=True)
class Opened:
    """What the store knows when a turn begins."""

    session: Session
    profile: Profile
    trips: tuple[Trip, ...]  # newest first, at most 20
    recommendations: tuple[Recommendation, ...]
    history: tuple[Entry, ...]  # the newest window, oldest first
    closed: bool = False
    group: GroupState = field(default_factory=GroupState)
    notices: NoticeBook = field(default_factory=NoticeBook)


@dataclass(frozen=True)
class Outcome:
    """Everything a turn changes, written in one transaction. None means unchanged.

    `also` are the messages answered together with the claimed one; `reread` are the ids of those
    that led to what is kept, so that an edit of them has to be read.
    """

    replies: tuple[Reply, ...]
    history: tuple[Entry, ...] = ()
    session: Session | None = None
    profile: Profile | None = None
    trips: tuple[Trip, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    llm_calls: tuple[LlmCall, ...] = ()
    group: GroupNews | None = None
    erase_person: str = ""  # erase everything of this person, after the replies are stored
    also: tuple[InboundMessage, ...] = ()
    other_profiles: tuple[Profile, ...] = ()  # of senders in `also`
    reread: frozenset[str] = frozenset()
    links: LinkNews | None = None
    secret: bool = False  # the message and its answer are kept no longer than they are needed
    notices: NoticeWishes | None = None


class Vault(Protocol):
    """What an adapter has to remember beside its conversations, by shelf and key.

    Installations, single-use tickets, threads. Values are bytes that nobody else reads; what is
    secret in them, their owner has sealed. Raises Unavailable when the database cannot be used.
    """

    async def keep(self, shelf: str, key: str, value: bytes, until: datetime | None = None) -> None:
        """Put it there, in place of what was; it is gone from `until` on."""
        ...

    async def find(self, shelf: str, key: str) -> bytes | None: ...

    async def take(self, shelf: str, key: str) -> bytes | None:
        """What is there, which then is gone: of many who take at once, one gets it."""
        ...

    async def on_shelf(self, shelf: str) -> Sequence[str]:
        """The keys of a shelf, in order."""
        ...


class Store(Inbox, Outbox, Vault, Books, NoticeStore, Protocol):
    """One database. One method per promise, each atomic."""

    async def open_turn(self, message: InboundMessage) -> Opened: ...

    async def at_home(self, person: str) -> tuple[Profile, tuple[Trip, ...]]:
        """What a person sees of themselves outside of any chat: the profile, the newest trips."""
        ...

    async def commit_turn(self, claim: Claim, outcome: Outcome) -> bool:
        """Session, profile, trips, history, outbox rows and "inbox done", or nothing.

        Returns whether the next message of the conversation waits already.

        Raises:
            Stale: the lease was lost.
            Unavailable: the database cannot be written, or links or profile are not any more as
                the turn had read them.
        """
        ...

    async def give_up(self, claim: Claim, why: str, apology: Reply | None) -> None:
        """Dead-letter the message and store the one apology for it. Raises Stale."""
        ...

    async def keep_calls(self, conversation: str, calls: Sequence[LlmCall]) -> None:
        """What calls outside of any turn used: settled and written down like those of a turn.

        `conversation` is the key of the chat they were made for; a private one says whose they are.
        """
        ...

    async def links_of(self, person: str, hash: str = "") -> LinkView:
        """The person's joined accounts, and the open requests that concern them.

        `hash` is that of a code which the person entered.
        """
        ...

    async def export_person(self, person: str) -> Mapping[str, Any]:
        """All rows that belong to the person, by table, as JSON values."""
        ...

    async def costs_of(self, message: InboundMessage) -> tuple[Expense, ...]:
        """Every expense that counts where the message was written, oldest first; a turn begins with
        the newest of them only."""
        ...

    async def last_said(self, conversation: str, person: str) -> datetime | None:
        """When the person last wrote in the conversation, or got an answer there; None: never."""
        ...

    async def due_polls(self) -> list[PollDue]:
        """Open polls whose time is over, to be accepted; at most 200, each until it is accepted."""
        ...

    async def reap(self, before: datetime) -> int:
        """Delete finished inbox and outbox rows older than `before`; returns how many."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Rows by state ("inbox.waiting", "outbox.unknown", "notices.expired", "dead_letters")."""
        ...

    async def aclose(self) -> None: ...


# --- chat --------------------------------------------------------------------------------------


class SendFailed(Exception):
    """Base of what a chat adapter raises when a reply did not (surely) arrive."""


class NotNow(SendFailed):
    """Surely not delivered; try again after `seconds` (429, connection refused)."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.why = why


class Uncertain(SendFailed):
    """It may have arrived: timeout or reset while waiting for the answer, 5xx."""


class Unreachable(SendFailed):
    """Nobody can be reached there: blocked, kicked, chat gone."""


class Refused(SendFailed):
    """The platform will never take this reply."""


class Moved(SendFailed):
    """The chat has a new id; not delivered."""

    def __init__(self, new: Conversation) -> None:
        super().__init__(new.key)
        self.new = new


class ChatAdapter(Protocol):
    """One platform. `run` takes messages in, `send` and `show` bring replies out."""

    platform: str
    capabilities: Capabilities

    async def run(self, inbox: Inbox, ready: Callable[[], None]) -> None:
        """Take messages in until cancelled or the input ends; `inbox.accept` before any ack."""
        ...

    async def send(self, reply: Reply, *, resend: bool = False) -> Sequence[str]:
        """Bring a final reply out, already fitted. Returns platform message ids.

        For a poll that is shown natively the id is a `core.messages.poll_ref`.

        Raises NotNow, Uncertain, Unreachable, Refused or Moved.
        """
        ...

    async def show(self, reply: Reply) -> None:
        """Show a draft if the platform's pace allows; may skip it, never raises SendFailed."""
        ...

    async def aclose(self) -> None: ...


# --- the language model ------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One message of a prompt. Content is data; it is never used as a template."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    """A read-only tool: a travel port under a name, with a pydantic shape for its arguments."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], Awaitable[str]]


@dataclass(frozen=True)
class Prompt:
    """What a model is asked. `draft` is the complete answer that code would give without one.

    The offline model, and a failing one, answer with the draft.
    """

    messages: tuple[Said, ...]
    purpose: str
    version: str = ""
    draft: str = ""
    tools: tuple[Tool, ...] = ()
    max_output_tokens: int = 800


T = TypeVar("T", bound=BaseModel)


@dataclass
class Ledger:
    """Collects the calls of one turn, and asks for each whether `payer` may have it.

    Without a budget there is no limit. `refused` is why a call was not made, the last time.
    """

    calls: list[LlmCall] = field(default_factory=list)
    budget: Budget | None = None
    payer: Payer | None = None
    refused: OverBudget | None = None

    def add(self, call: LlmCall) -> None:
        self.calls.append(call)

    async def reserve(self, tokens: int) -> Booking | None:
        """Set aside what a call may need at most. Whoever calls a model asks this before.

        Raises:
            OverBudget: a budget has too little left, so the call is not to be made.
        """
        if self.budget is None or self.payer is None:
            return None
        try:
            return await self.budget.reserve(self.payer, tokens)
        except OverBudget as error:
            self.refused = error
            raise


class LanguageModel(Protocol):
    """A guest with two jobs: read (`extract`) and word (`chat`, `stream`).

    Errors: Unavailable when no model gave an answer (after retries and fallbacks), Rejected when
    the model refused or its output could not be read after one repair.
    """

    name: str
    words: bool  # False: answers with the prompt's draft (offline)

    async def chat(self, prompt: Prompt, ledger: Ledger) -> str: ...

    def stream(self, prompt: Prompt, ledger: Ledger) -> AsyncIterator[str]:
        """Pieces of the answer as they come. Nothing is yielded twice: a fallback happens only
        before the first piece; later failures raise Unavailable and the caller drops the draft."""
        ...

    async def extract(self, prompt: Prompt, shape: type[T], ledger: Ledger) -> T: ...

    def count_tokens(self, text: str) -> int: ...

    async def aclose(self) -> None: ...


class Cached(Value):
    """A cached value with its age; `etag` and `modified` are the provider's own words for it."""

    body: str
    fetched_at: AwareDatetime
    fresh_until: AwareDatetime
    etag: str = ""
    modified: str = ""


class Cache(Protocol):
    """Never the only copy of anything; a miss is always allowed."""

    async def get(self, key: str) -> Cached | None: ...

    async def put(self, key: str, value: Cached) -> None: ...
