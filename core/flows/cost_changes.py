"""Costs put right, taken back, and payments that were proposed and made."""

from __future__ import annotations

from datetime import timedelta

from core import words
from core.choices import choice
from core.errors import Rejected
from core.flows.cost_booking import ANSWER_MINUTES, MAX_OPTIONS, converted, noted
from core.flows.cost_facts import tidy
from core.flows.cost_words import described, proposed
from core.groups.cost_said import ALL, CostDraft, CostSaid
from core.groups.costs import is_payable, live
from core.groups.state import Expense, GroupNews
from core.messages import Choice, Choices, Text
from core.naming import best_named, folded
from core.turn import Screen, Turn

TOO_OLD = "That button is too old, so I changed nothing."


async def corrected(turn: Turn, said: CostSaid) -> Screen:
    """ "that dinner was 85, not 80": the cost that is meant, with the new amount."""
    fits = _meant_by(live(turn.group.expenses), said)
    if not said.what and said.was is None and turn.session.last_change == "cost":
        fits = list(live(turn.group.expenses)[-1:])  # "actually it was 66", said right after it
    if not fits:
        what = words.literal(said.what) or "that amount"
        raise Rejected(f"I have no cost booked as “{what}”. “What did we spend?” shows them all.")
    if len(fits) == 1:
        return await _put_right(turn, fits[0], said)
    return _which(turn, said, fits[-MAX_OPTIONS:])


def _which(turn: Turn, said: CostSaid, fits: list[Expense]) -> Screen:
    draft = CostDraft(
        id=turn.new_id("q")[-8:],
        by=turn.message.sender.id,
        said=said,
        asks="which",
        options=tuple(e.id for e in fits),
        until=turn.now + timedelta(minutes=ANSWER_MINUTES),
    )
    turn.update(asked="cost", cost=draft)
    options: list[Choice] = []
    for i, e in enumerate(fits):
        label = f"{i + 1}. {e.what[:24] or 'payment'}, {words.exact(e.amount, e.currency)}"
        options.append(choice("cost", f"{draft.id}/{i}", label))
    options.append(choice("cost", f"{draft.id}/x", "Change nothing"))
    return (Text(markdown="Which one do you mean?"), Choices(options=turn.offer(*options)))


def _meant_by(booked: tuple[Expense, ...], said: CostSaid) -> list[Expense]:
    """Those with that name, else with that amount; both when both are said and fit."""
    fits = list(booked)
    if said.what:
        wanted = folded(tidy(said.what))
        named = [e for e in booked if wanted in (folded(e.what), *folded(e.what).split())]
        near = best_named(wanted, [(e.id, e.what) for e in booked])
        fits = named or [e for e in booked if e.id == near]
    if said.was is not None:
        fits = [e for e in fits if e.amount == said.was] or (fits if said.what else [])
    return fits if said.what or said.was is not None else []


async def chosen(turn: Turn, draft: CostDraft, pick: str) -> Screen:
    turn.update(asked="", cost=None)
    id = draft.options[int(pick)] if pick.isdigit() and int(pick) < len(draft.options) else ""
    old = next((e for e in live(turn.group.expenses) if e.id == id), None)
    if old is None:
        return (Text(markdown="All right, nothing was changed."),)
    if draft.said.kind == "undo":
        return take_back(turn, old.id)
    return await _put_right(turn, old, draft.said)


async def _put_right(turn: Turn, old: Expense, said: CostSaid) -> Screen:
    currency = said.currency or old.currency
    amount = said.amount or old.amount
    if not is_payable(amount, currency):
        raise Rejected(f"{amount:f} {currency} cannot be paid in coins. How much was it exactly?")
    new = old.model_copy(
        update={
            "id": turn.new_id("cost"),
            "amount": amount,
            "currency": currency,
            "said_at": turn.now,
            "replaces": old.id,
        }
    )
    if currency != old.currency:
        new = await converted(turn, new)
    return noted(turn, "Put right", new, old.model_copy(update={"undone_at": turn.now}))


def undone(turn: Turn, said: CostSaid) -> Screen:
    """ "undo the bus": the cost that is meant, and no other; without a name the last one."""
    booked = live(turn.group.expenses)
    if said.payer == "me":
        me = turn.message.sender.id
        booked = tuple(e for e in booked if e.paid_by == me) if not said.what else booked
    if said.what == ALL:  # each is taken back by its own button
        fits = list(booked)
    else:
        fits = _meant_by(booked, said) if said.what else list(booked[-1:])
    if not fits:
        what = f" booked as “{words.literal(said.what)}”" if said.what else " of yours to take back"
        raise Rejected(f"I have no cost{what}. “What did we spend?” shows them all.")
    if len(fits) > 1:
        return _which(turn, said, fits[-MAX_OPTIONS:])
    return take_back(turn, fits[0].id)


def take_back(turn: Turn, id: str = "") -> Screen:
    """Undo: the cost with this id, else the last one; what a correction replaced is valid again."""
    booked = turn.group.expenses
    last = live(booked)[-1] if live(booked) else None
    found = next((e for e in booked if e.id == id), None) if id else last
    if found is None:
        return (Text(markdown=TOO_OLD if id else "There is no cost to take back."),)
    if found.undone_at is not None:
        return (Text(markdown="That was taken back already."),)
    back = [found.model_copy(update={"undone_at": turn.now})]
    before = next((e for e in booked if found.replaces and e.id == found.replaces), None)
    if before is not None:
        back.append(before.model_copy(update={"undone_at": None}))
    turn.keep_in_group(GroupNews(expenses=tuple(back)))
    turn.update(last_change="cost" if live(turn.group.expenses) else "", asked="", cost=None)
    text = f"Taken back: {described(turn, found)}."
    if before is not None:
        text += f" As before: {described(turn, before)}."
    return (Text(markdown=text), Choices(options=turn.offer(choice("owed", "", "Who owes what?"))))


def paid_as_proposed(turn: Turn, key: str) -> Screen:
    """A payment of "settle up" was made."""
    found = proposed(turn, key)
    if found is None:
        return (Text(markdown=TOO_OLD),)
    currency, payment = found
    expense = Expense(
        id=turn.new_id("cost"),
        conversation=turn.session.conversation,
        what="",
        paid_by=payment.giver,
        shared_by=(payment.taker,),
        amount=payment.amount,
        currency=currency,
        said_at=turn.now,
        settlement=True,
    )
    return noted(turn, "Noted", expense)
