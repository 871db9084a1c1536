"""What is said about shared costs: one cost, balances, spending, the payments that settle them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from core import words
from core.choices import choice
from core.groups.costs import Payment, balances, counted, is_fewest, live, payments, shares, spent
from core.groups.costs_file import costs_csv
from core.groups.state import Expense
from core.messages import Choice, Choices, File, Text
from core.turn import Screen, Turn

MAX_LINES = 12
MAX_PAYMENT_BUTTONS = 6
NO_COSTS = (
    "No costs are booked yet. Tell me, for example: “I paid 80 EUR for dinner for Ana and me”."
)


def name(turn: Turn, person: str) -> str:
    """The person's name as Markdown; in a private chat the traveller is "you"."""
    if turn.message.conversation.mode == "solo" and person == turn.message.sender.id:
        return "you"
    if person == turn.message.sender.id and turn.group.member(person) is None:
        return words.literal(turn.message.sender.name or "somebody")
    return words.literal(turn.group.name_of(person))


def described(turn: Turn, e: Expense) -> str:
    """ "**dinner**, EUR 80.00, paid by Ana, for Ana and Ben (EUR 40.00 each)"."""
    amount = words.exact(e.amount, e.currency)
    payer = name(turn, e.paid_by)
    if e.settlement:
        taker = name(turn, e.shared_by[0])
        what = f" for {words.literal(e.what)}" if e.what else ""
        if e.debt:
            owe = "owe" if taker == "you" else "owes"
            return f"**{taker} {owe} {payer}** {amount}{what}"
        return f"**{payer} paid {taker}** {amount}{what}"
    return f"**{words.literal(e.what or 'a cost')}**, {amount}, paid by {payer}{_for_whom(turn, e)}"


def _for_whom(turn: Turn, e: Expense) -> str:
    if e.shared_by == (e.paid_by,):
        return ""
    of = shares(e.amount, e.shared_by, e.currency)
    people = words.listing(name(turn, p) for p in e.shared_by)
    if len(e.shared_by) == 1:
        return f", for {people}"
    if len(set(of.values())) == 1:
        return f", for {people} ({words.exact(of[e.shared_by[0]], e.currency)} each)"
    each = words.listing(f"{name(turn, p)} {words.exact(of[p], e.currency)}" for p in e.shared_by)
    return f", for {each}"


def conversion(e: Expense, common: str) -> str:
    """How it counts in the common currency, or that it stays apart; "" when there is nothing."""
    if e.rate is not None:
        amount, currency = counted(e)
        return f"That counts as {words.exact(amount, currency)}: {rate(e)}."
    if common and e.currency != common:
        return f"I know no rate from {e.currency} to {common}, so it stays apart, in {e.currency}."
    return ""


def rate(e: Expense) -> str:
    """ "1 JPY = 0.0061 EUR (ECB, Fri 20 Nov 2026)"."""
    day = f", {words.day(e.rate_on.date(), year=True)}" if e.rate_on else ""
    value = f"{(e.rate or Decimal(0)):.4g}"
    return f"1 {e.currency} = {Decimal(value):f} {e.rate_to} ({words.literal(e.rate_source)}{day})"


# --- reports -----------------------------------------------------------------------------------


def owed_screen(turn: Turn) -> Screen:
    """Who owes what: what is open, settled with the fewest payments."""
    if not live(turn.group.expenses):
        return (Text(markdown=NO_COSTS),)
    due = _due(turn)
    if not due:
        return (Text(markdown="All is even: nobody owes anything."), _options(turn, "spent"))
    few = all(map(is_fewest, balances(turn.group.expenses).values()))
    head = "The fewest payments that settle it:" if few else "Payments that settle it:"
    lines = ["**Who owes what**", *_balance_lines(turn), "", head]
    lines += [f"- {_payment(turn, p, currency)}" for currency, p in due]
    return (Text(markdown="\n".join([*lines, *_rates(turn)])), _options(turn, "payup", "spent"))


def settle_screen(turn: Turn) -> Screen:
    """The payments that make all even, each to be marked as paid with a tap."""
    due = _due(turn)
    if not due:
        even = "All is even: nobody has to pay anything." if turn.group.expenses else NO_COSTS
        return (Text(markdown=even),)
    lines = [f"- {_payment(turn, p, currency)}" for currency, p in due]
    options = [
        choice("even", payment_key(turn, currency, p), f"Paid: {_label(turn, p, currency)}")
        for currency, p in due[:MAX_PAYMENT_BUTTONS]
    ]
    head = f"**{words.plural(len(due), 'payment')} and all is even**"
    text = "\n".join([head, *lines, *_rates(turn), "", "I move no money. Tap what has been paid."])
    return (Text(markdown=text), Choices(options=turn.offer(*options)))


def spent_screen(turn: Turn) -> Screen:
    """What was spent: the sum, who paid how much, the newest costs."""
    booked = [e for e in live(turn.group.expenses) if not e.settlement]
    if not booked:
        return (Text(markdown=NO_COSTS),)
    sums = words.listing(words.exact(a, c) for c, a in spent(booked).items())
    lines = [f"**Spent so far: {sums}**"]
    payers = dict.fromkeys(e.paid_by for e in booked)
    if len(payers) > 1 or any(set(e.shared_by) != {e.paid_by} for e in booked):
        for person in dict.fromkeys((*payers, *(p for e in booked for p in e.shared_by))):
            lines.append(f"- {_paid_and_share(turn, person, booked)}")
    lines += [
        "",
        *(f"- {words.day(e.said_at.date())}: {described(turn, e)}" for e in _last(booked)),
    ]
    if len(booked) > MAX_LINES:
        lines.append(f"- and {len(booked) - MAX_LINES} before; the file has them all")
    options = ("owed", "file") if len(_people(booked)) > 1 else ("file",)
    return (Text(markdown="\n".join([*lines, *_rates(turn)])), _options(turn, *options))


def costs_file(turn: Turn) -> Screen:
    """All costs as CSV, also those taken back."""
    if not turn.group.expenses:
        return (Text(markdown=NO_COSTS),)

    def plain(person: str) -> str:
        known = turn.group.member(person)
        if known is not None and known.name:
            return known.name
        return turn.message.sender.name if person == turn.message.sender.id else "somebody"

    file = File(
        name=f"caravan-costs-{turn.now.date()}.csv",
        media_type="text/csv",
        content=costs_csv(turn.group.expenses, plain),
        caption="The costs, one a line, for any spreadsheet.",
    )
    return (Text(markdown="The costs as a file."), file)


def payment_key(turn: Turn, currency: str, p: Payment) -> str:
    """The id of a proposed payment. Any cost booked since changes it, so it can be used once."""
    state = f"{turn.session.conversation}/{len(turn.group.expenses)}/{currency}/{p}"
    return hashlib.blake2b(state.encode(), digest_size=9).hexdigest()


def proposed(turn: Turn, key: str) -> tuple[str, Payment] | None:
    """The payment with this id, as things stand now, and its currency."""
    return next(((c, p) for c, p in _due(turn) if payment_key(turn, c, p) == key), None)


def _due(turn: Turn) -> list[tuple[str, Payment]]:
    of = balances(turn.group.expenses)
    return [(currency, p) for currency, balance in of.items() for p in payments(balance)]


def _payment(turn: Turn, p: Payment, currency: str) -> str:
    return f"{name(turn, p.giver)} → {name(turn, p.taker)}: **{words.exact(p.amount, currency)}**"


def _label(turn: Turn, p: Payment, currency: str) -> str:
    def short(person: str) -> str:
        known = turn.group.member(person)
        return known.name[:16] if known and known.name else name(turn, person)

    return f"{short(p.giver)} → {short(p.taker)} {words.exact(p.amount, currency)}"


def _balance_lines(turn: Turn) -> list[str]:
    lines = []
    for currency, balance in balances(turn.group.expenses).items():
        for person, amount in sorted(balance.items(), key=lambda each: (-each[1], each[0])):
            who = name(turn, person)
            be = ("get", "owe") if who == "you" else ("gets", "owes")
            if amount > 0:
                lines.append(f"- {who} {be[0]} back {words.exact(amount, currency)}")
            elif amount < 0:
                lines.append(f"- {who} {be[1]} {words.exact(-amount, currency)}")
    return lines


def _paid_and_share(turn: Turn, person: str, booked: Sequence[Expense]) -> str:
    paid: dict[str, Decimal] = {}
    share: dict[str, Decimal] = {}
    for e in booked:
        amount, currency = counted(e)
        if e.paid_by == person:
            paid[currency] = paid.get(currency, Decimal(0)) + amount
        mine = shares(amount, e.shared_by, currency).get(person)
        if mine is not None:
            share[currency] = share.get(currency, Decimal(0)) + mine
    told = [
        f"{label} {words.listing(words.exact(a, c) for c, a in of.items())}"
        for label, of in (("paid", paid), ("share", share))
        if of
    ]
    return f"{name(turn, person)}: {', '.join(told)}"


def _people(booked: Sequence[Expense]) -> set[str]:
    return {p for e in booked for p in (e.paid_by, *e.shared_by)}


def _last(booked: Sequence[Expense]) -> Sequence[Expense]:
    return booked[-MAX_LINES:]


def _rates(turn: Turn) -> list[str]:
    """Where the rates are from, and what stays apart for want of one."""
    booked = live(turn.group.expenses)
    used = dict.fromkeys(rate(e) for e in booked if e.rate is not None)
    lines = [f"Rates as booked: {'; '.join(used)}."] if used else []
    kept = set(balances(booked))
    if len(kept) > 1:
        lines.append(f"Kept apart for want of a rate: {words.listing(sorted(kept))}.")
    return ["", *lines] if lines else []


def _options(turn: Turn, *names: str) -> Choices:
    labels = {
        "payup": choice("payup", "", "Settle up"),
        "spent": choice("spent", "", "What did we spend?"),
        "owed": choice("owed", "", "Who owes what?"),
        "file": choice("file", "costs", "Costs file"),
    }
    options: list[Choice] = [labels[n] for n in names]
    return Choices(options=turn.offer(*options))
