"""Shared costs as a table for spreadsheets: CSV (RFC 4180), text never read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from core.groups.costs import counted
from core.groups.state import Expense

HEAD = (
    "date",
    "what",
    "kind",
    "paid by",
    "shared by",
    "amount",
    "currency",
    "counts as",
    "in",
    "rate",
    "rate from",
    "rate of",
    "taken back",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def costs_csv(expenses: Iterable[Expense], name_of: Callable[[str], str]) -> bytes:
    """One line a cost, oldest first, in UTF-8 with the mark that spreadsheets look for.

    Amounts are plain numbers with a point; dates are ISO days in UTC.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for e in expenses:
        amount, currency = counted(e)
        writer.writerow(
            (
                e.said_at.date().isoformat(),
                safe(e.what),
                "debt" if e.debt else "payment" if e.settlement else "cost",
                safe(name_of(e.paid_by)),
                safe(", ".join(name_of(p) for p in e.shared_by)),
                f"{e.amount:f}",
                e.currency,
                f"{amount:f}",
                currency,
                "" if e.rate is None else f"{e.rate:f}",
                safe(e.rate_source),
                "" if e.rate_on is None else e.rate_on.date().isoformat(),
                "" if e.undone_at is None else e.undone_at.date().isoformat(),
            )
        )
    return out.getvalue().encode("utf-8-sig", "replace")


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet calculates: an apostrophe goes before what looks so."""
    plain = text.replace("\0", "")
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain
