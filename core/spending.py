"""How many tokens of a language model may be used a day, and by whom. Days are those of UTC.

What a call may need at most is booked before it is made, in one transaction that looks at all
budgets; what it did use is settled with the turn. So nobody overdraws, however many ask at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from core.errors import Unavailable
from core.messages import Conversation, InboundMessage


@dataclass(frozen=True)
class Limits:
    """Tokens a day, prompts and answers together; 0 is unlimited."""

    person: int = 0
    chat: int = 0
    workspace: int = 0
    everybody: int = 0

    def __bool__(self) -> bool:
        return any((self.person, self.chat, self.workspace, self.everybody))


@dataclass(frozen=True)
class Payer:
    """Whose budgets a call is taken from; `workspace` is empty where there are none."""

    person: str
    chat: str
    workspace: str = ""


@dataclass(frozen=True)
class Booking:
    """Tokens that were set aside for one call."""

    payer: Payer
    day: date
    tokens: int


class OverBudget(Unavailable):
    """Too little is left for a call; `back` is when the next day begins, UTC."""

    def __init__(self, back: datetime, seconds: float) -> None:
        super().__init__("The language model", "its budget of today is used up", seconds)
        self.back = back


class Books(Protocol):
    """What was used, where nothing forgets it."""

    async def book_tokens(self, booking: Booking, limits: Limits) -> bool:
        """Set the tokens aside in all budgets of the payer; False when one has too little left.

        Joined accounts of a person count together.
        """
        ...


class Tells(Protocol):
    def now(self) -> datetime: ...


class Budget:
    """The budgets of one installation."""

    def __init__(self, books: Books, limits: Limits, clock: Tells) -> None:
        self._books = books
        self._limits = limits
        self._clock = clock

    async def reserve(self, payer: Payer, tokens: int) -> Booking:
        """Set `tokens` aside for a call. Raises OverBudget when a budget has too little left."""
        now = self._clock.now()
        booking = Booking(payer, now.date(), tokens)
        if not await self._books.book_tokens(booking, self._limits):
            back = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
            raise OverBudget(back, (back - now).total_seconds())
        return booking


def payer_of(message: InboundMessage) -> Payer:
    """The person who asks, the chat with all its threads, and the workspace it belongs to."""
    return payer_in(message.conversation, message.sender.id)


def payer_in(c: Conversation, person: str) -> Payer:
    """A chat with all its threads, its workspace, and who pays there ("": nobody alone)."""
    workspace, slash, _ = c.chat_id.partition("/")  # "T1/C1" on Slack
    return Payer(
        person=person,
        chat=f"{c.platform}:{c.chat_id}",
        workspace=f"{c.platform}:{workspace}" if slash else "",
    )
