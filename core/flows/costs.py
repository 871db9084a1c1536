"""Shared costs: who paid what for whom, what each owes, and what settles it.

Nothing is booked before it is sure who paid how much for whom; what is not is asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from core import words
from core.errors import Rejected
from core.flows.cost_booking import MAX_NAME_CHARS, booked
from core.flows.cost_changes import TOO_OLD, chosen, corrected, paid_as_proposed, take_back, undone
from core.flows.cost_facts import CURRENCY, FOR_WHOM, WHO_PAID, company_of, with_all_costs
from core.flows.cost_words import owed_screen, settle_screen, spent_screen
from core.groups.cost_said import CostDraft, CostSaid
from core.groups.state import GroupNews, Member
from core.messages import Text
from core.naming import folded
from core.reading import Intent
from core.turn import Screen, Turn


class Costs:
    """Who paid what for whom."""

    name = "costs"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        await with_all_costs(turn)
        yield await self._answer(turn)

    async def _answer(self, turn: Turn) -> Screen:
        said = turn.request.cost or CostSaid(kind="owed")
        if turn.request.intent is Intent.BALANCES:
            reports = {"spent": spent_screen, "settle": settle_screen}
            return reports.get(said.kind, owed_screen)(turn)
        match said.kind:
            case "answer":
                return await answered(turn, said)
            case "undo":
                return take_back(turn, said.button) if said.button else undone(turn, said)
            case "several":
                return _one_by_one(said)
            case "settle":
                return paid_as_proposed(turn, said.button)
            case "correct":
                return await corrected(turn, said)
            case _:
                return await booked(turn, said, {})


def _one_by_one(said: CostSaid) -> Screen:
    first, second = (f"“{words.literal(piece)}”" for piece in said.fors[:2])
    return (
        Text(
            markdown="I book one cost a message, so nothing is noted yet. Write them one by one: "
            f"{first}, then {second}."
        ),
    )


async def answered(turn: Turn, said: CostSaid) -> Screen:
    """The answer to the open question, by its button or in words."""
    draft = turn.session.cost
    token, _, pick = said.button.partition("/")
    if draft is None or not _may_answer(turn, draft, token):
        return (Text(markdown=TOO_OLD if said.button else "No cost is waiting for that."),)
    settled = dict(draft.settled)
    if draft.asks == "which":
        return await chosen(turn, draft, pick)
    found = _picked(turn, draft, pick) if pick else _worded(turn, draft, said)
    if found is None:
        turn.update(asked="", cost=None)
        return (Text(markdown="All right, nothing was booked."),)
    if found == ():
        return await booked(turn, _as_thing(draft), settled)
    key = {"currency": CURRENCY}.get(draft.asks) or (
        draft.word if draft.word in (WHO_PAID, FOR_WHOM) else folded(draft.word)
    )
    return await booked(turn, draft.said, settled | {key: found})


def _may_answer(turn: Turn, draft: CostDraft, token: str) -> bool:
    """Only who was asked may answer, in time, and by a button of this very question."""
    asked = draft.by == turn.message.sender.id and turn.now <= draft.until
    return asked and token in ("", draft.id)


def _picked(turn: Turn, draft: CostDraft, pick: str) -> tuple[str, ...] | None:
    """What a button says; None for "do not book it", nothing for "that is no person"."""
    if pick == "g":
        return (_guest(turn, draft.word),)
    if pick == "t":
        return ()
    if pick.isdigit() and int(pick) < len(draft.options):
        return (draft.options[int(pick)],)
    return None


def _worded(turn: Turn, draft: CostDraft, said: CostSaid) -> tuple[str, ...]:
    """What an answer in words says. Raises Rejected when it fits nothing."""
    if draft.asks == "currency":
        if not said.currency:
            raise Rejected("I do not know that currency. Its code helps, like EUR or JPY.")
        return (said.currency,)
    answer = folded(said.about)
    if draft.word not in (WHO_PAID, FOR_WHOM) and answer in (
        "guest",
        "a guest",
        "add",
        "add as a guest",
        "as a guest",
        "new",
        "add them",
    ):
        return (_guest(turn, draft.word),)
    meant = company_of(turn, dict(draft.settled)).of(said.about)
    if meant.doubt is not None:
        known = words.listing(words.literal(m.name) for m in company_of(turn, {}).here)
        raise Rejected(
            f"I do not know “{words.literal(meant.doubt.word)}” either. I know {known}; "
            "others can be added as guests."
        )
    if draft.word == WHO_PAID and len(meant.people) != 1:
        raise Rejected("One of you has to have paid it. Who was it?")
    return meant.people


def _guest(turn: Turn, word: str) -> str:
    """A guest with this name, new or known."""
    name = words.literal(word) and word.strip()[:MAX_NAME_CHARS]
    person = f"guest:{turn.session.conversation}:{folded(name) or name}"
    if turn.group.member(person) is None:
        guest = Member(person=person, name=name, role="guest", joined_at=turn.now)
        turn.keep_in_group(GroupNews(members=(guest,)))
    return person


def _as_thing(draft: CostDraft) -> CostSaid:
    """What was said, with the doubtful word as a thing and not as a person."""
    said = draft.said
    if folded(said.to) == folded(draft.word):
        return said.model_copy(update={"to": "", "what": said.to})
    kept = tuple(p for p in said.fors if folded(draft.word) not in folded(p))
    things = [p for p in said.fors if p not in kept]
    what = " for ".join((*([said.what] if said.what else []), *things)) or draft.word
    return said.model_copy(update={"fors": kept, "what": what, "along": "", "among": ""})
