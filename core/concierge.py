"""The concierge opens a turn, reads the message, lets one flow answer, and commits everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.company import (
    Done,
    as_it_is,
    behind,
    edited_by,
    everybody_in,
    is_about_the_trip,
    take_back,
)
from core.context import ContextManager
from core.errors import NotAllowed, Rejected
from core.exports import Exporter
from core.flows.members import with_company
from core.groups.heard import unsay
from core.groups.party import people_of
from core.hearing import Heard, answers_apart, edited, may_share_a_turn, together
from core.last_words import with_last_words
from core.messages import InboundMessage, Reply, Text
from core.outcome import outcome, overheard, reply, turn_id
from core.ports import Claim, Clock, LanguageModel, Ledger, Opened, Outcome, Store
from core.prompts import PromptLoader
from core.reading import Intent, Reader, Request
from core.screens import with_last
from core.spending import Budget, payer_of
from core.translation import screen_in_their_language
from core.travel import Travel
from core.turn import Flow, Screen, Turn
from core.understanding import Understanding

FLOW_OF: dict[Intent, str] = {
    Intent.BRAINSTORM: "brainstorm",
    Intent.MORE: "brainstorm",
    Intent.SAVE: "brainstorm",
    Intent.DISMISS: "brainstorm",
    Intent.PLAN: "planning",
    Intent.REVISE: "planning",
    Intent.WHY: "planning",
    Intent.SUPPORT: "support",
    Intent.CHAT: "support",
    Intent.UNCLEAR: "support",
    Intent.THANKS: "support",
    Intent.POLL: "deciding",
    Intent.VOTE: "deciding",
    Intent.CLOSE_POLL: "deciding",
    Intent.DECIDED: "deciding",
    Intent.CATCH_UP: "deciding",
    Intent.JOIN: "members",
    Intent.LEAVE: "members",
    Intent.MEMBERS: "members",
    Intent.COST: "costs",
    Intent.BALANCES: "costs",
    Intent.LINK: "linking",
    Intent.NOTICES: "notices",
    Intent.PRIVATE: "private",
    Intent.FIT: "fit",
    Intent.FREE: "free",
}
# Everything else (start, help, profile, trips, settings, export, forget, undo ...) is account's.


# Fills in what a platform does not send with a message: the names of people.
Introduce = Callable[[InboundMessage], Awaitable[InboundMessage]]


async def _as_it_came(message: InboundMessage) -> InboundMessage:
    return message


@dataclass(frozen=True)
class Wiring:
    """What every turn shares."""

    reader: Reader
    model: LanguageModel
    travel: Travel
    prompts: PromptLoader
    context: ContextManager
    flows: Mapping[str, Flow]
    clock: Clock
    exporter: Exporter
    new_code: Callable[[], str]
    introduce: Introduce = _as_it_came
    budget: Budget | None = None  # without one, a model may be asked for ever


class Concierge:
    """Answers one message at a time; knows no platform, no database and no vendor."""

    def __init__(self, store: Store, wiring: Wiring) -> None:
        self._store = store
        self._w = wiring
        self._understanding = Understanding(
            wiring.reader, wiring.model, wiring.travel, wiring.prompts, wiring.context
        )

    async def answer(self, claim: Claim, show: Callable[[Reply], None]) -> bool:
        """Answer the claimed message and commit the turn; drafts go to `show` on the way.

        Returns whether the next message of the conversation waits already.

        Raises:
            Stale: another worker took over; nothing was written.
            Unavailable: the database cannot be written; the message stays in the inbox.
        """
        message = await self._w.introduce(claim.message)
        also = tuple([await self._w.introduce(m) for m in claim.also])
        claim = replace(claim, message=message, also=also)
        if message.sender.is_bot:
            return await self._store.commit_turn(claim, Outcome(replies=()))
        if not message.addressed:
            return await self._store.commit_turn(claim, overheard(message))
        opened = await self._store.open_turn(message)
        turn = await self._open(message, opened)
        if message.was:
            outcome = await self._read_again(turn, opened, show)
        else:
            outcome = await self._answer_all(claim, turn, opened, show)
        return await self._store.commit_turn(claim, outcome)

    async def _answer_all(
        self, claim: Claim, turn: Turn, opened: Opened, show: Callable[[Reply], None]
    ) -> Outcome:
        """The claimed message, and of what waits behind it all that fits into the same answer."""
        front, waiting = claim.message, list(claim.also)
        answers: list[tuple[Sequence[Heard], Screen]] = []
        done = Done()
        seq = 0
        heard = Heard(front, turn.request)
        while True:
            if not may_share_a_turn(heard.request):
                waiting = []
            bundle = [heard]
            request, following = await self._bundle(turn, opened, bundle, waiting, done)
            everybody_in(turn, bundle, request)
            before = (turn.session.wish, set(turn.touched))
            screen, seq = await self._run(turn, behind(answers, bundle, show, front), seq)
            answers.append((bundle, screen))
            done.profiles[turn.profile.person] = turn.profile
            if before != (turn.session.wish, turn.touched):
                done.reread |= {h.message.id for h in bundle if not h.message.choice}
            if following is None:
                break
            known = as_it_is(turn, opened)
            heard = Heard(
                following, await self._understanding.read(following, known, turn.now, turn.ledger)
            )
            if not may_share_a_turn(heard.request):
                break
            done.also.append(waiting.pop(0))
            await self._now_for(turn, heard, done)
        turn.message = front
        return self._outcome(turn, opened, with_company(turn, answers_apart(answers)), seq, done)

    async def _bundle(
        self,
        turn: Turn,
        opened: Opened,
        bundle: list[Heard],
        waiting: list[InboundMessage],
        done: Done,
    ) -> tuple[Request, InboundMessage | None]:
        """Move into the bundle what adds to the same wish; what all of it asks for, and the message
        that needs an answer of its own.

        What people say to each other in between is taken along, and answered by nobody.
        """
        whole = bundle[0].request
        while waiting:
            message = waiting[0]
            if message.addressed:
                request = await self._understanding.read(
                    message, as_it_is(turn, opened), turn.now, turn.ledger
                )
                both = together(whole, request) if may_share_a_turn(request) else None
                if both is None:
                    return whole, message
                whole = both
                bundle.append(Heard(message, request))
                if turn.group.member(message.sender.id) is None:
                    turn.group = turn.group.with_people_of(
                        (await self._store.open_turn(message)).group
                    )
            done.also.append(waiting.pop(0))
        return whole, None

    async def _now_for(self, turn: Turn, heard: Heard, done: Done) -> None:
        """The turn goes on for another sender."""
        turn.message = heard.message
        opened = await self._store.open_turn(heard.message)
        person = opened.profile.person
        if person not in done.profiles:
            done.opened[person] = done.profiles[person] = opened.profile
        turn.profile = done.profiles[person]
        turn.group = turn.group.with_people_of(opened.group)

    async def _read_again(
        self, turn: Turn, opened: Opened, show: Callable[[Reply], None]
    ) -> Outcome:
        """An edit of a message that was answered: what it changes is told, when it matters."""
        message = turn.message
        done = Done(reread={message.id}, heard=False)
        before = message.model_copy(update={"text": message.was, "was": ""})
        old = await self._understanding.read(before, opened, turn.now, turn.ledger)
        reading = edited(old, turn.request)
        if reading.nothing or not is_about_the_trip(turn, old):
            return self._outcome(turn, opened, (), 0, done)
        unsay(turn, old, turn.request)
        if turn.trip is None or reading.request.wish.destinations:
            turn.update(wish=turn.session.wish.without(old.wish))
            if turn.request.intent is not Intent.PLAN:
                turn.update(wish=turn.session.wish.with_news(turn.request.wish))
                return self._outcome(turn, opened, (), 0, done)
        else:
            take_back(turn, reading)
            turn.request = reading.request
            if reading.adds_nothing:
                return self._outcome(turn, opened, (), 0, done)
        everybody_in(turn, [Heard(message, turn.request)], turn.request)
        screen, seq = await self._run(turn, show, 0)
        if turn.unchanged:
            screen = ()
        return self._outcome(
            turn, opened, edited_by(message, with_company(turn, screen)), seq, done
        )

    async def _open(self, message: InboundMessage, opened: Opened) -> Turn:
        now = self._w.clock.now()
        ledger = Ledger(budget=self._w.budget)
        request = await self._understanding.read(message, opened, now, ledger)
        language = request.language if request.language != "und" else opened.session.language
        counters: dict[str, int] = {}
        key = f"{message.id}/{message.version.isoformat()}" if message.was else message.id

        def new_id(kind: str) -> str:
            counters[kind] = counters.get(kind, 0) + 1
            return turn_id(kind, key, counters[kind])

        return Turn(
            message=message,
            request=request,
            party=people_of(message, opened.group),
            session=opened.session.model_copy(
                update={"language": language, "turns": opened.session.turns + 1}
            ),
            profile=opened.profile,
            trips=opened.trips,
            recommendations=opened.recommendations,
            history=opened.history,
            now=now,
            travel=self._w.travel,
            model=self._w.model,
            prompts=self._w.prompts,
            context=self._w.context,
            new_id=new_id,
            reply_id=new_id("reply"),
            own_data=lambda: self._store.export_person(message.sender.id),
            last_said=lambda person: self._store.last_said(message.conversation.key, person),
            all_costs=lambda: self._store.costs_of(message),
            exporter=self._w.exporter,
            links=lambda hash: self._store.links_of(message.sender.id, hash),
            new_code=self._w.new_code,
            ledger=ledger,
            group=opened.group,
            notices=opened.notices,
        )

    def _outcome(self, turn: Turn, opened: Opened, screen: Screen, seq: int, done: Done) -> Outcome:
        return outcome(turn, opened, screen, seq, done, self._w.model.count_tokens)

    async def _run(self, turn: Turn, show: Callable[[Reply], None], seq: int) -> tuple[Screen, int]:
        """Run the flow; its last screen is the answer. The others are shown as they come."""
        flow = self._w.flows[FLOW_OF.get(turn.request.intent, "account")]
        screen: Screen = ()
        turn.worded = False
        turn.ledger.payer = payer_of(turn.message)
        try:
            async for draft, is_last in with_last(flow.run(turn)):
                screen = draft
                if not is_last:
                    show(reply(turn, seq, draft, final=False))
                    seq += 1
        except (Rejected, NotAllowed) as error:
            screen = (Text(markdown=error.reason),)
        screen = await screen_in_their_language(turn, screen)
        return with_last_words(turn, screen), seq
