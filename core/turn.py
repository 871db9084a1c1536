"""One turn: all that a flow may read and change. The concierge saves what changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from core.context import ContextManager
from core.exports import Exporter
from core.groups.state import Expense, GroupNews, GroupState
from core.hearing import Heard, lines
from core.linking import LinkNews, LinkView
from core.messages import Choice, Conversation, InboundMessage, Mode, Part
from core.notices.state import NoticeBook, NoticeWishes
from core.people import Party, Profile
from core.ports import Entry, LanguageModel, Ledger
from core.prompts import PromptLoader
from core.reading import Request
from core.session import Session
from core.travel import Travel
from core.trips import Recommendation, Trip

Screen = tuple[Part, ...]


@dataclass
class Turn:
    """A message being answered, with everything known around it.

    Flows replace the frozen values (`turn.session = turn.session.model_copy(...)`) and never touch
    the store. `travel`, `model`, `prompts` and `context` are the same for all turns.
    """

    message: InboundMessage
    request: Request
    party: Party
    session: Session
    profile: Profile
    trips: tuple[Trip, ...]
    recommendations: tuple[Recommendation, ...]
    history: tuple[Entry, ...]
    now: datetime
    travel: Travel
    model: LanguageModel
    prompts: PromptLoader
    context: ContextManager
    new_id: Callable[[str], str]
    reply_id: str = ""
    own_data: Callable[[], Awaitable[Mapping[str, object]]] | None = None  # for the data export
    last_said: Callable[[str], Awaitable[datetime | None]] | None = (
        None  # when a person last was here
    )
    all_costs: Callable[[], Awaitable[tuple[Expense, ...]]] | None = None
    exporter: Exporter | None = None  # writes the trip as files
    ledger: Ledger = field(default_factory=Ledger)
    tool_entries: list[Entry] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)  # ids of trips that changed
    erase: bool = False
    links: Callable[[str], Awaitable[LinkView]] | None = None  # by the hash of a code, or ""
    new_code: Callable[[], str] | None = None
    link_news: LinkNews | None = None
    worded: bool = False  # the answer was asked of the model, or translated by it
    secret: bool = False  # a code is in the message or its answer: neither is kept
    group: GroupState = field(default_factory=GroupState)
    group_news: GroupNews = field(default_factory=GroupNews)
    asides: list[tuple[Conversation, Screen]] = field(default_factory=list)  # said elsewhere
    heard: tuple[Heard, ...] = ()  # what the request was read from, when that is several messages
    unchanged: bool = False  # the plan already was as it is wanted
    notices: NoticeBook = field(default_factory=NoticeBook)
    notice_wishes: NoticeWishes | None = None  # those of this chat, when they change

    @property
    def words(self) -> str:
        """What people wrote, as a prompt shows it: in a group every line with its sender."""
        return lines([h.message for h in self.heard] or [self.message])

    @property
    def in_group(self) -> bool:
        return self.message.conversation.mode is Mode.GROUP

    @property
    def known(self) -> Profile:
        """What may be used of the sender here: in a group nothing of what they said elsewhere."""
        return Profile(person=self.profile.person) if self.in_group else self.profile

    def tell_alone(self, person: str, *parts: Part) -> bool:
        """Say something to one person in their private chat; False when Caravan may not."""
        chat = self.group.chat_of(person)
        if chat is not None:
            self.asides.append((chat, parts))
        return chat is not None

    @property
    def trip(self) -> Trip | None:
        """The trip the conversation is about."""
        return next((t for t in self.trips if t.id == self.session.trip_id), None)

    def keep_trip(self, trip: Trip) -> None:
        """Make `trip` the one the conversation is about, and have it saved."""
        self.trips = (trip, *(t for t in self.trips if t.id != trip.id))
        self.touched.add(trip.id)
        self.update(trip_id=trip.id)

    def keep_recommendation(self, recommendation: Recommendation) -> None:
        self.recommendations = (
            *(r for r in self.recommendations if r.destination_id != recommendation.destination_id),
            recommendation,
        )

    def keep_in_group(self, news: GroupNews) -> None:
        """Have rows of the group saved, and see them from now on."""
        self.group = self.group.with_news(news)
        self.group_news = self.group_news.and_also(news)

    def keep_wishes(self, wishes: NoticeWishes) -> None:
        """Have what this chat wants of notices saved, and see it from now on."""
        self.notices = replace(self.notices, wishes=wishes)
        self.notice_wishes = wishes

    def update(self, **changes: object) -> None:
        """Change fields of the session."""
        self.session = self.session.model_copy(update=changes)

    def offer(self, *options: Choice) -> tuple[Choice, ...]:
        """Remember the choices shown, so that a number answers them."""
        self.update(offered=options)
        return options


class Flow(Protocol):
    """One ability. Yields the whole screen so far; the last one is the answer."""

    name: str

    def run(self, turn: Turn) -> AsyncIterator[Screen]: ...
