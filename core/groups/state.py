"""What is kept of a group beside its trip: members, wishes, polls, decisions, costs.

A `PrivateWish` is for code alone: nothing that words, prompts or logs may ever hold it. The group
learns "does not fit everyone", its owner learns why.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import AwareDatetime

from core.groups.dates import Availability
from core.messages import Conversation, Value
from core.people import Profile
from core.trips import Trip
from core.wishes import Wish


class Member(Value):
    """Somebody who is part of a conversation's party. A guest is named and has no account.

    `person` is the person's id; a guest's is "guest:<conversation>:<name>". `left_at` is set when
    they left; they stay known, because decisions and costs name them. `left_by` says how: they said
    so, or left the chat, and then who comes back to the chat is in again.
    """

    person: str
    name: str
    role: Literal["member", "guest"] = "member"
    joined_at: AwareDatetime
    left_at: AwareDatetime | None = None
    left_by: Literal["", "words", "chat"] = ""

    def leaves(self, at: datetime, by: Literal["words", "chat"]) -> Member:
        return self.model_copy(update={"left_at": at, "left_by": by})

    def returns(self) -> Member:
        return self.model_copy(update={"left_at": None, "left_by": ""})


class MemberWish(Value):
    """What one member said about the trip in the group, where all could hear it."""

    person: str
    wish: Wish
    said_at: AwareDatetime
    free: Availability = Availability()


class PrivateWish(Value):
    """What one member told in private about the trip of `conversation`; code checks it, and only
    its owner ever reads it. `words` is what they wrote, `told_in` where the owner is answered."""

    person: str
    conversation: str
    wish: Wish
    words: str
    said_at: AwareDatetime
    free: Availability = Availability()
    told_in: Conversation | None = None


class Poll(Value):
    """A question to a group. The rules are stated with the question and stay as they are.

    `voters` are person ids; empty: everybody in the chat. Who has left does not count any more.
    `turnout` says how many have to vote: more than half of them, all, or `quorum` of them.
    `win` is more than half of the votes that were cast, or just the most. `subject` is what code
    does with the winner ("destination", "dates"; else words that name the question), `values` what
    each option means to code, in the order of `options`. `refs` are the messages of a platform
    that show it natively, see core.messages.poll_ref; the store adds them when it is read.
    """

    id: str
    conversation: str
    asked_by: str
    question: str
    options: tuple[str, ...]
    values: tuple[str, ...] = ()
    method: Literal["single", "approval", "ranked"] = "single"
    subject: str = ""
    voters: tuple[str, ...]
    turnout: Literal["majority", "all", "number"] = "majority"
    quorum: int
    win: Literal["majority", "most"] = "majority"
    tie: Literal["undecided", "first"] = "undecided"
    opened_at: AwareDatetime
    closes_at: AwareDatetime
    zone: str = ""  # in which its times are told; UTC when empty
    state: Literal["open", "closed", "cancelled"] = "open"
    refs: tuple[str, ...] = ()
    closed_at: AwareDatetime | None = None
    runoff_of: str = ""


class Ballot(Value):
    """The last vote of one person: numbers of options from 0, best first when ranked.

    No picks: the vote was taken back. Not `final`: made tap by tap, and more may follow.
    """

    poll: str
    person: str
    picks: tuple[int, ...]
    at: AwareDatetime
    final: bool = True


class Decision(Value):
    """What was decided. `rule` says how ("majority of 4, 3 voted"), `replaces` is the id of the
    decision it takes the place of."""

    id: str
    conversation: str
    what: str
    subject: str = ""
    by: tuple[str, ...]  # person ids
    rule: str
    at: AwareDatetime
    replaces: str = ""
    poll: str = ""
    trip: str = ""


NEWEST_COSTS = 1_000  # so many a turn begins with; the sums are made of all of them


class Expense(Value):
    """Somebody paid for some. `amount` in `currency`, shared equally by `shared_by` (person ids).

    `rate` is one unit of it in the group's currency `rate_to`, None when nobody knows it.
    `undone_at` is set when it was taken back; `replaces` is the expense that this one corrects.
    """

    id: str
    conversation: str
    what: str
    paid_by: str
    shared_by: tuple[str, ...]
    amount: Decimal
    currency: str
    rate: Decimal | None = None
    rate_to: str = ""
    rate_source: str = ""
    rate_on: AwareDatetime | None = None
    said_at: AwareDatetime
    undone_at: AwareDatetime | None = None
    settlement: bool = False  # a payment between two of them, not a cost
    debt: bool = False  # a settlement that was not paid but is owed, as if the creditor had paid
    replaces: str = ""


@dataclass(frozen=True)
class OwnGroup:
    """A group that the sender of a private message is in: its newest trip, who else is in, and what
    the sender said there aloud."""

    conversation: Conversation
    members: tuple[Member, ...] = ()
    wish: MemberWish | None = None
    trip: Trip | None = None


@dataclass(frozen=True)
class GroupState:
    """Everything kept of a group, oldest first. In a private chat `private` holds the sender's own
    and `own` their groups; the rest is empty. `chats` are the private chats of people of the group
    in which Caravan may speak. `needs` are (person, diet and step-free ways) that members told of
    themselves elsewhere: for code alone, as `private` is."""

    members: tuple[Member, ...] = ()
    wishes: tuple[MemberWish, ...] = ()
    private: tuple[PrivateWish, ...] = ()
    polls: tuple[Poll, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    decisions: tuple[Decision, ...] = ()
    expenses: tuple[Expense, ...] = ()
    own: tuple[OwnGroup, ...] = ()
    chats: tuple[tuple[str, Conversation], ...] = ()
    needs: tuple[tuple[str, Wish], ...] = ()

    @property
    def present(self) -> tuple[Member, ...]:
        """Who has not left."""
        return tuple(m for m in self.members if m.left_at is None)

    def member(self, person: str) -> Member | None:
        return next((m for m in self.members if m.person == person), None)

    def name_of(self, person: str) -> str:
        """The name of a member, also of one who left; "somebody" when nobody knows them."""
        found = self.member(person)
        return found.name if found and found.name else "somebody"

    def wish_of(self, person: str) -> MemberWish | None:
        return next((w for w in self.wishes if w.person == person), None)

    def chat_of(self, person: str) -> Conversation | None:
        """Where this person can be told something alone; None when Caravan may not speak first."""
        return next((c for p, c in self.chats if p == person), None)

    def with_people_of(self, other: GroupState) -> GroupState:
        """The state with the chats and needs of somebody who had not spoken here before as well."""
        return replace(
            self,
            chats=tuple((dict(self.chats) | dict(other.chats)).items()),
            needs=tuple((dict(self.needs) | dict(other.needs)).items()),
        )

    def with_costs(self, expenses: tuple[Expense, ...]) -> GroupState:
        """The state with older expenses as well; what it has already stays as it is."""
        return replace(self, expenses=_merged(expenses, self.expenses, lambda e: e.id))

    def with_news(self, news: GroupNews) -> GroupState:
        """The state after a turn's changes: rows of the same key are replaced."""
        return replace(
            self,
            members=_merged(self.members, news.members, lambda m: m.person),
            wishes=_merged(self.wishes, news.wishes, lambda w: w.person),
            private=tuple(
                p
                for p in _merged(self.private, news.private, lambda p: (p.person, p.conversation))
                if (p.person, p.conversation) not in news.private_gone
            ),
            polls=_merged(self.polls, news.polls, lambda p: p.id),
            ballots=_merged(self.ballots, news.ballots, lambda b: (b.poll, b.person)),
            decisions=_merged(self.decisions, news.decisions, lambda d: d.id),
            expenses=_merged(self.expenses, news.expenses, lambda e: e.id),
        )


@dataclass(frozen=True)
class GroupNews:
    """Rows that a turn adds or replaces. `private_gone` are (person, conversation) to delete."""

    members: tuple[Member, ...] = ()
    wishes: tuple[MemberWish, ...] = ()
    private: tuple[PrivateWish, ...] = ()
    private_gone: tuple[tuple[str, str], ...] = ()
    polls: tuple[Poll, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    decisions: tuple[Decision, ...] = ()
    expenses: tuple[Expense, ...] = ()

    def and_also(self, other: GroupNews) -> GroupNews:
        """Both, in this order."""
        return GroupNews(
            **{
                name: (*getattr(self, name), *getattr(other, name))
                for name in self.__dataclass_fields__
            }
        )


def needs_of(profile: Profile) -> Wish:
    """What somebody needs on every trip: their diet and step-free ways. Tastes are none of it."""
    step_free = True if profile.value("step_free") == "yes" else None
    return Wish(diet=profile.values("diet"), step_free=step_free)


T = TypeVar("T")


def _merged(old: tuple[T, ...], new: tuple[T, ...], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    rows = {key(row): row for row in old}
    rows |= {key(row): row for row in new}
    return tuple(rows.values())
