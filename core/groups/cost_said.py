"""What people say about shared costs, and a cost that waits for an answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from core.messages import Value

Kind = Literal[
    "paid",  # somebody paid for some
    "split",  # an amount among some, payer unknown
    "owes",  # `payer` owes `to`
    "repaid",  # `payer` gave money to `to`
    "correct",  # an amount booked before was wrong
    "answer",  # to the question that is open
    "owed",  # who owes what?
    "spent",  # what did we spend?
    "settle",  # the payments that make all even
    "undo",  # take back the one called `what`, or the last one
    "several",  # more than one cost in a message: `fors` are their words
]
ALL = "all"  # as `what`: every cost


class CostSaid(Value):
    """What a message says about costs, names as they were written.

    `fors` are the phrases after "for" ("dinner", "Ana and me"); which of them are people is decided
    by who is there. `among` are the people after "between", `along` those after "with", to whom the
    payer is added. `to` gets money, or may be the thing paid ("Ben paid dinner 80").
    """

    kind: Kind
    payer: str = ""  # "" and "me" are the sender, "we" is nobody in particular
    to: str = ""
    fors: tuple[str, ...] = ()
    among: str = ""
    along: str = ""
    what: str = ""
    amount: Decimal | None = None
    currency: str = ""
    each: bool = False  # the amount is what one person costs
    was: Decimal | None = None  # the amount that was wrong
    about: str = ""  # the words of an answer
    button: str = ""  # the argument of the choice that was tapped


class CostDraft(Value):
    """A cost that cannot be booked before a question is answered, by `by` and until `until`.

    `settled` are the answers so far, by the words they explain. `options` are ids of people, of
    expenses, or currencies, as `asks` says.
    """

    id: str
    by: str
    said: CostSaid
    settled: tuple[tuple[str, tuple[str, ...]], ...] = ()
    asks: Literal["who", "currency", "which"]
    word: str = ""
    options: tuple[str, ...] = ()
    until: AwareDatetime
