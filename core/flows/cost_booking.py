"""Booking a cost: what is sure is kept and said, what is not is asked."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from core import words
from core.choices import choice
from core.errors import Rejected, Unavailable
from core.flows.cost_facts import FOR_WHOM, WHO_PAID, Open, Settled, company_of, understood
from core.flows.cost_words import conversion, described
from core.groups.cost_said import CostDraft, CostSaid
from core.groups.costs import common_currency, is_payable
from core.groups.state import Expense, GroupNews
from core.messages import Choices, Text
from core.turn import Screen, Turn

ANSWER_MINUTES = 30
MAX_WHAT_CHARS = 80
MAX_NAME_CHARS = 40
MAX_OPTIONS = 8


async def booked(turn: Turn, said: CostSaid, settled: Settled) -> Screen:
    sure = understood(turn, said, settled)
    if isinstance(sure, Open):
        return ask(turn, said, settled, sure)
    if not is_payable(sure.amount, sure.currency):
        raise Rejected(
            f"{sure.amount:f} {sure.currency} cannot be paid in coins. How much was it exactly?"
        )
    expense = Expense(
        id=turn.new_id("cost"),
        conversation=turn.session.conversation,
        what=sure.what[:MAX_WHAT_CHARS],
        paid_by=sure.payer,
        shared_by=sure.people,
        amount=sure.amount,
        currency=sure.currency,
        said_at=turn.now,
        settlement=sure.settlement,
        debt=sure.debt,
    )
    return noted(turn, "Noted", await converted(turn, expense))


async def converted(turn: Turn, expense: Expense) -> Expense:
    """The expense with the rate into the common currency; without one when nobody knows it."""
    common = common_currency(turn.group.expenses)
    if not common or common == expense.currency:
        return expense.model_copy(update={"rate": None, "rate_to": "", "rate_on": None})
    try:
        rate = await turn.travel.rates.rate(expense.currency, common)
    except Unavailable:
        return expense.model_copy(update={"rate": None, "rate_to": "", "rate_on": None})
    return expense.model_copy(
        update={
            "rate": rate.rate,
            "rate_to": common,
            "rate_source": rate.source.name,
            "rate_on": datetime.combine(rate.day, time(0), UTC),
        }
    )


def noted(turn: Turn, verb: str, expense: Expense, *gone: Expense) -> Screen:
    """Keep the expense, and say what was booked."""
    _join(turn)
    common = common_currency(turn.group.expenses)
    turn.keep_in_group(GroupNews(expenses=(*gone, expense)))
    turn.update(last_change="cost", asked="", cost=None)
    told = conversion(expense, common)
    options = [choice("uncost", expense.id, "Undo")]
    shared = {p for e in turn.group.expenses for p in (e.paid_by, *e.shared_by)}
    options.append(
        choice("owed", "", "Who owes what?")
        if len(shared) > 1
        else choice("spent", "", "What did I spend?")
    )
    text = f"{verb}: {described(turn, expense)}.{' ' + told if told else ''}"
    return (Text(markdown=text), Choices(options=turn.offer(*options)))


def _join(turn: Turn) -> None:
    """Who tells of costs in a group takes part in it."""
    me = turn.message.sender.id
    if turn.message.conversation.mode == "group" and turn.group.member(me) is None:
        here = company_of(turn, {}).here
        turn.keep_in_group(GroupNews(members=tuple(m for m in here if m.person == me)))


def ask(turn: Turn, said: CostSaid, settled: Settled, question: Open) -> Screen:
    """Keep what is known, and ask for the rest."""
    _join(turn)
    draft = CostDraft(
        id=turn.new_id("q")[-8:],
        by=turn.message.sender.id,
        said=said,
        settled=tuple(settled.items()),
        asks=question.asks,
        word=question.word[:MAX_NAME_CHARS],
        options=question.options[:MAX_OPTIONS],
        until=turn.now + timedelta(minutes=ANSWER_MINUTES),
    )
    turn.update(asked="cost", cost=draft)
    if draft.asks == "currency":
        labels = list(draft.options)
        text = f"{words.literal(draft.word)} in which currency?"
    else:
        labels = [plain(turn, person) for person in draft.options]
        text = _who_text(draft, known=question.known)
    options = [choice("cost", f"{draft.id}/{i}", label) for i, label in enumerate(labels)]
    if draft.asks == "who" and not question.known:
        name = draft.word[:20]
        options.append(choice("cost", f"{draft.id}/g", f"Add {name} as a guest"))
        options.append(choice("cost", f"{draft.id}/t", f"“{name}” is no person"))
    options.append(choice("cost", f"{draft.id}/x", "Do not book it"))
    return (Text(markdown=text), Choices(options=turn.offer(*options)))


def _who_text(draft: CostDraft, *, known: bool) -> str:
    word = words.literal(draft.word)
    if draft.word == WHO_PAID:
        return "Who paid it?"
    if draft.word == FOR_WHOM:
        return "For whom was it? I know only you here so far. Name them, like “Ana and me”."
    if known and draft.options:
        return f"Whom do you mean by “{word}”?"
    if known:
        return f"Who is that, “{word}”? Name them, like “Ana, Ben and me”."
    like = " Do you mean one of these?" if draft.options else ""
    return f"I know nobody called “{word}” here.{like}"


def plain(turn: Turn, person: str) -> str:
    known = turn.group.member(person)
    own = person == turn.message.sender.id
    return (known.name if known else turn.message.sender.name if own else "")[:40] or "somebody"
