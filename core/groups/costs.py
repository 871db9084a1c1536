"""Shared costs, exact to the smallest coin: shares, balances, the fewest payments that settle them.

An expense counts in the currency it was converted into when it was booked, and in its own when
nobody knew a rate; amounts of different currencies are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from core.groups.state import Expense
from core.words import DECIMALS

MAX_EXACT = 10  # people among whom the fewest payments are searched exactly


class Payment(NamedTuple):
    """`giver` gives `amount` to `taker`."""

    giver: str
    taker: str
    amount: Decimal


def coin(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 of EUR, 1 of JPY."""
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def is_payable(amount: Decimal, currency: str) -> bool:
    """True when `amount` can be paid in coins of `currency`: 80.5 JPY cannot."""
    return amount > 0 and amount % coin(currency) == 0


def shares(amount: Decimal, people: Sequence[str], currency: str) -> dict[str, Decimal]:
    """Equal shares that add up to `amount`; what is left over goes coin by coin, by person id."""
    least = coin(currency)
    each, left = divmod(int(amount / least), len(people))
    return {
        person: (each + (number < left)) * least for number, person in enumerate(sorted(people))
    }


def counted(expense: Expense) -> tuple[Decimal, str]:
    """What it counts in which currency: rounded to a coin after a conversion."""
    if expense.rate is None:
        return expense.amount, expense.currency
    converted = expense.amount * expense.rate
    return converted.quantize(coin(expense.rate_to), ROUND_HALF_EVEN), expense.rate_to


def live(expenses: Iterable[Expense]) -> tuple[Expense, ...]:
    """Those that were not taken back."""
    return tuple(e for e in expenses if e.undone_at is None)


def balances(expenses: Iterable[Expense]) -> dict[str, dict[str, Decimal]]:
    """What each person is owed (negative: owes), by currency; every currency adds up to zero."""
    found: dict[str, dict[str, Decimal]] = {}
    for expense in live(expenses):
        amount, currency = counted(expense)
        of = found.setdefault(currency, {})
        of[expense.paid_by] = of.get(expense.paid_by, Decimal(0)) + amount
        for person, share in shares(amount, expense.shared_by, currency).items():
            of[person] = of.get(person, Decimal(0)) - share
    return found


def spent(expenses: Iterable[Expense]) -> dict[str, Decimal]:
    """What was spent, by currency; payments among themselves are no spending."""
    found: dict[str, Decimal] = {}
    for expense in live(expenses):
        if not expense.settlement:
            amount, currency = counted(expense)
            found[currency] = found.get(currency, Decimal(0)) + amount
    return found


def common_currency(expenses: Iterable[Expense]) -> str:
    """The currency all is converted into: that of the first expense; "" when there is none."""
    return next((e.rate_to or e.currency for e in expenses), "")


def is_fewest(balance: Mapping[str, Decimal]) -> bool:
    """True when so few owe or are owed that `payments` finds the fewest for sure."""
    return sum(bool(amount) for amount in balance.values()) <= MAX_EXACT


def payments(balance: Mapping[str, Decimal]) -> tuple[Payment, ...]:
    """The fewest payments after which nobody owes anything; `balance` adds up to zero.

    Among more than MAX_EXACT people they are few, but may not be the fewest.

    Among n people n - k payments are enough when they fall into k groups that are even in
    themselves, so as many such groups as possible are looked for.
    """
    open_ = sorted((person, amount) for person, amount in balance.items() if amount)
    even = _even_groups(open_) if len(open_) <= MAX_EXACT else _pairs_first(open_)
    return tuple(payment for group in even for payment in _settled(group))


_Open = list[tuple[str, Decimal]]


def _even_groups(people: _Open) -> list[_Open]:
    """The partition into the most groups that add up to zero, by a table over all subsets."""
    count = len(people)
    total = [Decimal(0)] * (1 << count)
    most = [0] * (1 << count)  # groups that can be closed on the way to this subset
    last = [0] * (1 << count)  # who came last on that way
    for subset in range(1, 1 << count):
        low = (subset & -subset).bit_length() - 1
        total[subset] = total[subset & (subset - 1)] + people[low][1]
        members = [i for i in range(count) if subset >> i & 1]
        last[subset] = max(members, key=lambda i: (most[subset ^ 1 << i], -i))
        most[subset] = most[subset ^ 1 << last[subset]] + (total[subset] == 0)
    groups: list[_Open] = []
    subset = (1 << count) - 1
    while subset:
        if total[subset] == 0:
            groups.append([])
        groups[-1].append(people[last[subset]])
        subset ^= 1 << last[subset]
    return groups


def _pairs_first(people: _Open) -> list[_Open]:
    """Pairs that are even between them, then all the others as one group."""
    left = dict(people)
    pairs: list[_Open] = []
    for person, amount in people:
        if person not in left:
            continue
        other = next((p for p, a in left.items() if a == -amount), None)
        if other is not None:
            pairs.append([(person, amount), (other, -amount)])
            del left[person], left[other]
    return [*pairs, list(left.items())] if left else pairs


def _settled(group: _Open) -> list[Payment]:
    """At most one payment fewer than there are people: who owes most pays who is owed most."""
    left = dict(group)
    found: list[Payment] = []
    while left:
        giver = min(left, key=lambda p: (left[p], p))
        taker = max(left, key=lambda p: (left[p], p))
        amount = min(-left[giver], left[taker])
        found.append(Payment(giver, taker, amount))
        left[giver] += amount
        left[taker] -= amount
        left = {person: rest for person, rest in left.items() if rest}
    return found
