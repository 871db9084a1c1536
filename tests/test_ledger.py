"""The decision ledger: every question is answered exactly, from rows, over 200 scripted groups."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.groups.ledger import about, added, missed, replaced_by, standing, standing_on
from core.groups.state import Ballot, Decision, Expense, GroupNews, GroupState, Member, Poll
from core.groups.voting import outcome
from core.messages import Conversation, InboundMessage, Mode, Person
from core.ports import Outcome
from tests.desk import HandClock

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GROUP = Conversation(platform="desk", chat_id="-7", mode=Mode.GROUP)
SUBJECTS = ("destination", "dates", "which hotel area", "")
THINGS = ("Lisbon", "Porto", "Rome", "Old Town", "the beach", "São Miguel")
LOGS = 200


@dataclass
class Log:
    """A group as it happened, and what a careful secretary would have written down beside it.

    The secretary keeps lists of her own: nothing here uses the ledger.
    """

    seed: int
    at: datetime = NOW
    state: GroupState = field(default_factory=GroupState)
    holds: dict[str, str] = field(default_factory=dict)  # subject -> id of what holds
    free: list[str] = field(default_factory=list)  # ids of decisions without a subject
    replaced: dict[str, str] = field(default_factory=dict)  # old id -> new id
    told: list[tuple[datetime, str, str, str]] = field(default_factory=list)  # when, what, id, who
    news: list[GroupNews] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.people = [f"desk:p{n}" for n in range(self.dice.randint(2, 6))]

    def keeps(self, news: GroupNews) -> None:
        self.news.append(news)
        self.state = self.state.with_news(news)

    def plays(self, steps: int) -> None:
        for person in self.people:
            self._joins(person)
        for number in range(steps):
            self.at += timedelta(seconds=self.dice.randint(1, 9_000))
            step = self.dice.choice(
                (
                    self._decides,
                    self._asks,
                    self._votes,
                    self._closes,
                    self._pays,
                    self._takes_back,
                    self._leaves,
                )
            )
            step(str(number))

    def _joins(self, person: str) -> None:
        self.at += timedelta(seconds=1)
        self.keeps(GroupNews(members=(Member(person=person, name=person, joined_at=self.at),)))
        self.told.append((self.at, "joined", person, person))

    def _decides(self, number: str, poll: Poll | None = None, what: str = "") -> None:
        who = self.dice.choice(self.people)
        new = Decision(
            id=f"d{number}",
            conversation=GROUP.key,
            what=what or self.dice.choice(THINGS),
            subject=poll.subject if poll else self.dice.choice(SUBJECTS),
            by=(who,),
            rule="said, without a vote",
            at=self.at,
            poll=poll.id if poll else "",
        )
        self.keeps(GroupNews(decisions=(added(self.state.decisions, new),)))
        self.told.append((self.at, "decided", new.id, who))
        if not new.subject:
            self.free.append(new.id)
            return
        if new.subject in self.holds:
            self.replaced[self.holds[new.subject]] = new.id
        self.holds[new.subject] = new.id

    def _asks(self, number: str) -> None:
        who = self.dice.choice(self.people)
        poll = Poll(
            id=f"q{number}",
            conversation=GROUP.key,
            asked_by=who,
            question=f"question {number}",
            options=THINGS[:3],
            subject=self.dice.choice(SUBJECTS[:3]),
            voters=tuple(self.people),
            quorum=len(self.people) // 2 + 1,
            opened_at=self.at,
            closes_at=self.at + timedelta(days=30),
        )
        self.keeps(GroupNews(polls=(poll,)))
        self.told.append((self.at, "asked", poll.id, who))

    def _open(self) -> list[Poll]:
        return [p for p in self.state.polls if p.state == "open"]

    def _votes(self, number: str) -> None:
        for poll in self._open():
            who = self.dice.choice(self.people)
            ballot = Ballot(poll=poll.id, person=who, picks=(self.dice.randrange(3),), at=self.at)
            self.keeps(GroupNews(ballots=(ballot,)))

    def _closes(self, number: str) -> None:
        if not (still := self._open()):
            return
        poll = still[0].model_copy(update={"state": "closed", "closed_at": self.at})
        self.keeps(GroupNews(polls=(poll,)))
        result = outcome(poll, self.state.ballots, self.at)
        if result.winner is None:
            self.told.append((self.at, "ended", poll.id, ""))
        else:
            self._decides(number, poll, poll.options[result.winner])

    def _pays(self, number: str) -> None:
        who = self.dice.choice(self.people)
        cost = Expense(
            id=f"e{number}",
            conversation=GROUP.key,
            what="dinner",
            paid_by=who,
            shared_by=tuple(self.people),
            amount=Decimal(self.dice.randint(1, 9_999)) / 100,
            currency="EUR",
            said_at=self.at,
        )
        self.keeps(GroupNews(expenses=(cost,)))
        self.told.append((self.at, "paid", cost.id, who))

    def _takes_back(self, number: str) -> None:
        if costs := [e for e in self.state.expenses if e.undone_at is None]:
            cost = self.dice.choice(costs)
            undone = cost.model_copy(update={"undone_at": self.at})
            self.keeps(GroupNews(expenses=(undone,)))
            self.told.append((self.at, "undone", cost.id, ""))

    def _leaves(self, number: str) -> None:
        if len(here := self.state.present) > 2:
            member = self.dice.choice(here)
            gone = member.model_copy(update={"left_at": self.at})
            self.keeps(GroupNews(members=(gone,)))
            self.told.append((self.at, "left", member.person, member.person))

    def since(self, moment: datetime | None, kind: str, person: str) -> list[str]:
        """What the secretary has under `kind` after the moment, without what the person did."""
        own = () if kind == "decided" else (person,)
        return [
            id
            for at, what, id, who in self.told
            if what == kind and (moment is None or at > moment) and who not in own
        ]


def logs() -> Iterator[Log]:
    for seed in range(LOGS):
        log = Log(seed)
        log.plays(steps=30)
        yield log


def test_what_holds_and_what_was_replaced_is_exact_in_200_groups() -> None:
    replacements = 0
    for log in logs():
        decisions = log.state.decisions
        assert {d.id for d in standing(decisions)} == {*log.holds.values(), *log.free}
        for subject in SUBJECTS[:3]:
            found = standing_on(decisions, subject)
            assert (found.id if found else None) == log.holds.get(subject)
        for decision in decisions:
            after = replaced_by(decisions, decision)
            assert (after.id if after else None) == log.replaced.get(decision.id)
        for thing in THINGS:
            named = [d.id for d in decisions if d.what == thing]
            assert [d.id for d in about(decisions, thing.upper())] == named
        replacements += len(log.replaced)
    assert replacements > LOGS  # the scripts do test something


def test_what_somebody_missed_is_exact_in_200_groups() -> None:
    for log in logs():
        for person in log.people:
            moments = [None, NOW, log.at, *(at for at, *_ in log.told[::9])]
            for moment in moments:
                m = missed(log.state, person, moment, log.at)
                assert [d.id for d in m.decided] == log.since(moment, "decided", person)
                assert [p.id for p in m.asked] == log.since(moment, "asked", person)
                assert [p.id for p in m.ended] == log.since(moment, "ended", person)
                assert {g.person for g in m.left} == set(log.since(moment, "left", person))
                back = set(log.since(None, "undone", "nobody"))
                assert [e.id for e in m.paid] == [
                    e for e in log.since(moment, "paid", person) if e not in back
                ]
                paid_new = set(log.since(moment, "paid", "nobody"))
                assert {e.id for e in m.undone} == {
                    e for e in log.since(moment, "undone", "nobody") if e not in paid_new
                }
                voted = {b.poll for b in log.state.ballots if b.person == person}
                assert {p.id for p in m.waiting} == {
                    p.id for p in log.state.polls if p.state == "open" and p.id not in voted
                }


@pytest.mark.parametrize("seed", [3, 77])
async def test_the_same_answers_come_back_after_restarts(tmp_path: Path, seed: int) -> None:
    log = Log(seed)
    log.plays(steps=30)
    ana = Person(id=log.people[0], name="Ana")
    store = await SqliteStore.open(tmp_path / "caravan.sqlite", HandClock())
    for number, news in enumerate(log.news):
        message = InboundMessage(
            id=f"m{number}", conversation=GROUP, sender=ana, text="hi", sent_at=NOW
        )
        await store.accept([message])
        [claim] = await store.claim("w", 1)
        await store.commit_turn(claim, Outcome(replies=(), group=news))
        if number % 12 == 0:
            await store.aclose()
            store = await SqliteStore.open(tmp_path / "caravan.sqlite", HandClock())
    kept = (await store.open_turn(message)).group
    await store.aclose()

    assert standing(kept.decisions) == standing(log.state.decisions)
    for person in log.people:
        for moment in (None, *(at for at, *_ in log.told[::7])):
            assert missed(kept, person, moment, log.at) == missed(log.state, person, moment, log.at)
