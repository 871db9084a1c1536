"""What a message about a cost means: everything that is needed to book it, or what to ask first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.errors import Rejected
from core.groups.cost_said import CostSaid
from core.groups.costs import common_currency
from core.groups.state import NEWEST_COSTS, Member
from core.groups.who import Company, Doubt, sorted_phrases
from core.naming import folded
from core.turn import Turn

# Words that stand for a question in what was settled; no name can be written so.
WHO_PAID = "who paid"
FOR_WHOM = "for whom"
CURRENCY = "currency"
Settled = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Sure:
    """A cost of which everything is known."""

    what: str
    payer: str
    people: tuple[str, ...]
    amount: Decimal
    currency: str
    settlement: bool = False
    debt: bool = False


@dataclass(frozen=True)
class Open:
    """What has to be asked before."""

    asks: Literal["who", "currency"]
    word: str = ""
    options: tuple[str, ...] = ()
    known: bool = True


def understood(turn: Turn, said: CostSaid, settled: Settled) -> Sure | Open:
    """Everything about a cost, or the first thing that is not sure."""
    company = company_of(turn, settled)
    payer = _payer(said, company)
    if isinstance(payer, Open):
        return payer
    what, to, people_said = _thing_and_people(said, company)
    if to and (said.kind in ("owes", "repaid") or _is_somebody(company, to)):
        return _between_two(turn, said, company, payer, to, what)
    if to:
        what = f"{to} for {what}" if what else to
    people = _people(turn, said, company, payer, people_said)
    if isinstance(people, Open):
        return people
    amount = (said.amount or Decimal(0)) * (len(people) if said.each else 1)
    currency = _currency(turn, said, settled)
    if not currency:
        return Open("currency", f"{amount:f}", _likely_currencies(turn))
    return Sure(tidy(what), payer, people, amount, currency)


def _is_somebody(company: Company, word: str) -> bool:
    """ "Ben paid Ana 20", also with a typo, which is asked about; "Ben paid dinner" is not so."""
    return company.names_somebody(word) or (
        company.may_name_somebody(word) and bool(company.like(word))
    )


def _payer(said: CostSaid, company: Company) -> str | Open:
    if said.kind == "split" or folded(said.payer) == "we":
        if len(company.here) == 1:
            return company.me
        chosen = company.settled.get(WHO_PAID)
        here = tuple(m.person for m in company.here)
        return chosen[0] if chosen else Open("who", WHO_PAID, here)
    return _single(company, said.payer or "me")


def _single(company: Company, word: str) -> str | Open:
    """The one person that a word means."""
    meant = company.of(word)
    if meant.doubt is not None:
        return _doubted(meant.doubt)
    if len(meant.people) != 1:
        return Open("who", word, meant.people)
    return meant.people[0]


def _doubted(doubt: Doubt) -> Open:
    return Open("who", doubt.word, doubt.options, doubt.known)


def _thing_and_people(said: CostSaid, company: Company) -> tuple[str, str, str]:
    """What was paid for, to whom or what ("paid dinner", "paid Ana"), and the words for whom."""
    if said.kind in ("owes", "repaid", "split"):
        return said.what, said.to, said.among
    thing, people = sorted_phrases(said.fors, company)
    return said.what or thing, said.to, said.among or people


def _between_two(
    turn: Turn, said: CostSaid, company: Company, payer: str, to: str, what: str
) -> Sure | Open:
    """A payment, or a debt, which counts as if the creditor had paid for the debtor."""
    taker = _single(company, to)
    if isinstance(taker, Open):
        return taker
    if taker == payer:
        raise Rejected("Nobody owes or pays themselves. Who are the two?")
    currency = _currency(turn, said, company.settled)
    if not currency:
        return Open("currency", f"{said.amount or 0:f}", _likely_currencies(turn))
    pair = (taker, payer) if said.kind == "owes" else (payer, taker)
    amount = said.amount or Decimal(0)
    owed = said.kind == "owes"
    return Sure(tidy(what), pair[0], (pair[1],), amount, currency, settlement=True, debt=owed)


def _people(
    turn: Turn, said: CostSaid, company: Company, payer: str, phrase: str
) -> tuple[str, ...] | Open:
    """For whom it was: everyone who is here when nobody is named."""
    if said.along:
        meant = company.of(said.along)
        if meant.doubt:
            return _doubted(meant.doubt)
        return tuple(dict.fromkeys((payer, *meant.people)))
    meant = company.of(phrase or "everyone")
    if meant.doubt:
        return _doubted(meant.doubt)
    alone = len(company.here) == 1 and turn.message.conversation.mode == "group"
    if alone and (not phrase or company.is_everyone(phrase)):
        return company.settled.get(FOR_WHOM) or Open("who", FOR_WHOM, ())
    return meant.people or Open("who", phrase, ())


def _currency(turn: Turn, said: CostSaid, settled: Settled) -> str:
    """The currency that was said, chosen, used before, or is that of the budget."""
    chosen = settled.get(CURRENCY)
    if said.currency or chosen:
        return said.currency or (chosen or ("",))[0]
    used = common_currency(turn.group.expenses)
    budget = turn.session.wish.budget
    own = turn.profile.value("currency") if turn.message.conversation.mode == "solo" else ""
    return used or (budget.currency if budget else "") or own


def _likely_currencies(turn: Turn) -> tuple[str, ...]:
    plan = turn.trip.plan if turn.trip else None
    towns = plan.towns if plan else ()
    local = [c.currency for t in towns if (c := turn.travel.places.country(t.country))]
    return tuple(dict.fromkeys((*local, "EUR", "USD", "GBP", "CHF")))[:5]


async def with_all_costs(turn: Turn) -> None:
    """Have every expense before sums are made: a turn begins with the newest only."""
    if turn.all_costs is not None and len(turn.group.expenses) >= NEWEST_COSTS:
        turn.group = turn.group.with_costs(await turn.all_costs())


def company_of(turn: Turn, settled: Settled) -> Company:
    """Who can be meant: the members, and whoever is writing."""
    me = turn.message.sender
    known, here = turn.group.members, turn.group.present
    if all(m.person != me.id for m in here):
        myself = Member(person=me.id, name=me.name, joined_at=turn.now)
        here = (*here, myself)
        known = (*(m for m in known if m.person != me.id), myself)
    return Company(me.id, here, known, settled)


def tidy(what: str) -> str:
    """ "the dinner" -> "dinner"."""
    head, _, rest = what.strip().partition(" ")
    return rest if rest and head.lower() in ("the", "our", "a", "an", "my") else what.strip()
