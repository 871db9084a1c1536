"""Rows of a group for tests: one of every kind, of one person in one conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.groups.state import (
    Ballot,
    Decision,
    Expense,
    GroupNews,
    Member,
    MemberWish,
    Poll,
    PrivateWish,
)
from core.wishes import Budget, Wish

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def one_of_each(person: str, conversation: str, mark: str = "") -> GroupNews:
    """`mark` stands in every text that a person could have written."""
    return GroupNews(
        members=(Member(person=person, name=f"Ana {mark}", joined_at=NOW),),
        wishes=(MemberWish(person=person, wish=Wish(likes=(f"food {mark}",)), said_at=NOW),),
        private=(
            PrivateWish(
                person=person,
                conversation=conversation,
                wish=Wish(budget=Budget(amount=Decimal(500))),
                words=f"500 at most {mark}",
                said_at=NOW,
            ),
        ),
        polls=(
            Poll(
                id=f"poll-{person}",
                conversation=conversation,
                asked_by=person,
                question=f"Where to? {mark}",
                options=("Lisbon", "Porto"),
                voters=(person,),
                quorum=1,
                opened_at=NOW,
                closes_at=NOW + timedelta(hours=24),
            ),
        ),
        ballots=(Ballot(poll=f"poll-{person}", person=person, picks=(0,), at=NOW),),
        decisions=(
            Decision(
                id=f"decision-{person}",
                conversation=conversation,
                what=f"Lisbon {mark}",
                by=(person,),
                rule="said so",
                at=NOW,
            ),
        ),
        expenses=(
            Expense(
                id=f"expense-{person}",
                conversation=conversation,
                what=f"dinner {mark}",
                paid_by=person,
                shared_by=(person,),
                amount=Decimal("80.00"),
                currency="EUR",
                said_at=NOW,
            ),
        ),
    )
