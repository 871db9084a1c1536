"""Shared costs: exact to the coin, balanced, and settled with the fewest payments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from core.groups.costs import (
    balances,
    common_currency,
    counted,
    is_fewest,
    is_payable,
    payments,
    shares,
    spent,
)
from core.groups.costs_file import HEAD, costs_csv, safe
from core.groups.state import Expense

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = tuple("abcdefghijklmno")
NAMES = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=8, unique=True)
COINS = st.integers(1, 10_000_000)


def cost(paid_by: str, shared_by: Iterable[str], amount: str, **more: object) -> Expense:
    values: dict[str, object] = {
        "id": f"cost-{paid_by}",
        "conversation": "desk:-1:",
        "what": "dinner",
        "paid_by": paid_by,
        "shared_by": tuple(shared_by),
        "amount": Decimal(amount),
        "currency": "EUR",
        "said_at": NOW,
        **more,
    }
    return Expense.model_validate(values)


def fewest(balance: dict[str, Decimal]) -> int:
    """By definition: one payment fewer than people for each group that is even, tried all."""
    people = [p for p, a in balance.items() if a]

    def groups(left: frozenset[str]) -> int:
        if not left:
            return 0
        first, *others = sorted(left)
        best = -1
        for size in range(len(others) + 1):
            for chosen in combinations(others, size):
                if sum(balance[p] for p in (first, *chosen)) == 0:
                    rest = groups(left - {first, *chosen})
                    best = max(best, rest + 1) if rest >= 0 else best
        return best

    return len(people) - groups(frozenset(people))


def test_what_is_left_over_goes_coin_by_coin_in_the_order_of_the_ids() -> None:
    assert shares(Decimal("100"), ("c", "a", "b"), "EUR") == {
        "a": Decimal("33.34"),
        "b": Decimal("33.33"),
        "c": Decimal("33.33"),
    }
    assert shares(Decimal("1000"), ("b", "a", "c"), "JPY") == {"a": 334, "b": 333, "c": 333}


@given(COINS, NAMES, st.sampled_from(("EUR", "JPY", "KWD")))
def test_shares_add_up_and_differ_by_a_coin_at_most(
    coins: int, people: list[str], currency: str
) -> None:
    least = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]

    found = shares(coins * least, people, currency)

    assert sum(found.values()) == coins * least
    assert max(found.values()) - min(found.values()) in (0, least)
    assert set(found) == set(people)


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), NAMES, COINS, st.booleans()), max_size=30))
def test_balances_add_up_to_zero_and_the_payments_make_all_even(
    booked: list[tuple[str, list[str], int, bool]],
) -> None:
    expenses = [
        cost(
            payer,
            people,
            str(Decimal(coins) / 100),
            **({"currency": "USD", "rate": Decimal("0.9137"), "rate_to": "EUR"} if foreign else {}),
        )
        for payer, people, coins, foreign in booked
    ]

    found = balances(expenses)

    for of in found.values():
        assert sum(of.values()) == 0
        after = dict(of)
        for giver, taker, amount in payments(of):
            assert amount > 0
            after[giver] += amount
            after[taker] -= amount
        assert set(after.values()) <= {Decimal(0)}
        assert len(payments(of)) <= max(0, sum(1 for a in of.values() if a) - 1)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=6))
def test_up_to_ten_people_settle_with_the_fewest_payments_there_can_be(amounts: list[int]) -> None:
    balance = {PEOPLE[i]: Decimal(a) for i, a in enumerate((*amounts, -sum(amounts)))}

    assert len(payments(balance)) == fewest(balance)


def test_among_more_than_ten_the_payments_are_not_called_the_fewest() -> None:
    many = {f"p{n:02}": Decimal(n - 5) for n in range(11)}

    assert not is_fewest(many | {"q": Decimal(7), "r": Decimal(-7)})
    assert is_fewest({"a": Decimal(1), "b": Decimal(-1), "c": Decimal(0)})


def test_two_even_circles_need_no_payment_between_them() -> None:
    balance = dict(zip("abcdef", map(Decimal, (5, 3, -8, 6, -4, -2)), strict=True))

    assert len(payments(balance)) == 4  # who pays the largest creditor first needs five


def test_what_has_a_rate_counts_converted_and_what_has_none_stays_apart() -> None:
    expenses = [
        cost("a", "ab", "80"),
        cost("b", "ab", "1000", currency="JPY", rate=Decimal("0.006123"), rate_to="EUR"),
        cost("b", "ab", "7", currency="XPF"),
    ]

    assert counted(expenses[1]) == (Decimal("6.12"), "EUR")
    assert balances(expenses) == {
        "EUR": {"a": Decimal("36.94"), "b": Decimal("-36.94")},
        "XPF": {"a": -4, "b": 4},  # seven cannot be halved: the first id has the coin more
    }
    assert spent(expenses) == {"EUR": Decimal("86.12"), "XPF": 7}
    assert common_currency(expenses) == "EUR"


def test_what_was_taken_back_does_not_count_and_a_payment_between_two_is_no_spending() -> None:
    expenses = [
        cost("a", "ab", "80", undone_at=NOW),
        cost("b", "a", "20", settlement=True),
    ]

    assert spent(expenses) == {}
    assert balances(expenses) == {"EUR": {"b": Decimal(20), "a": Decimal(-20)}}


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_costs_file_reads_back_as_it_was_written(what: str, name: str) -> None:
    written = costs_csv([cost("a", "ab", "80", what=what)], lambda person: name)

    [head, row] = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert tuple(head) == HEAD
    assert row[1] == safe(what) and row[3] == safe(name)
    assert not row[1].lstrip(" ").startswith(("=", "+", "-", "@"))


def test_half_a_yen_cannot_be_paid() -> None:
    assert is_payable(Decimal("80.50"), "EUR")
    assert not is_payable(Decimal("80.50"), "JPY")
    assert not is_payable(Decimal("80.505"), "EUR")
    assert not is_payable(Decimal(0), "EUR")
