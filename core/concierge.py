"""The concierge opens a turn, reads the message, lets one flow answer, and commits everything."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core import choices
from core.company import (
    Done,
    as_it_is,
    behind,
    edited_by,
    everybody_in,
    is_about_the_trip,
    take_back,
)
from core.context import ContextManager, Ingredients
from core.errors import NotAllowed, Rejected, Unavailable
from core.exports import Exporter
from core.flows.members import with_company
from core.forms import edits_of
from core.groups.heard import unsay
from core.groups.party import people_of
from core.groups.state import GroupNews
from core.hearing import Heard, answers_apart, edited, may_share_a_turn, together
from core.linking import MAX_TRIES, LinkNews, codes_in, hash_of, without_codes
from core.messages import File, InboundMessage, Pin, PollPart, Reply, Text
from core.ports import Claim, Clock, Entry, LanguageModel, Ledger, Opened, Outcome, Prompt, Store
from core.prompts import PromptLoader
from core.reading import ChangeKind, Intent, Paraphrase, Reader, ReadingContext, Request
from core.screens import with_last
from core.session import Session
from core.travel import Travel
from core.trips import Trip
from core.turn import Flow, Screen, Turn
from core.wishes import Wish

SURE = 0.55  # below this the model reads the message once more, when there is one
POLLS_KNOWN = 5  # so many of the last ones may be voted in too late
MAX_HISTORY_CHARS = 4_000  # of one line; a plan is told again from the trip, not from history

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
_ANSWERS = ("origin", "likes", "dates", "days", "people", "money")  # to questions about a wish


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


class Concierge:
    """Answers one message at a time; knows no platform, no database and no vendor."""

    def __init__(self, store: Store, wiring: Wiring) -> None:
        self._store = store
        self._w = wiring

    async def answer(self, claim: Claim, show: Callable[[Reply], None]) -> None:
        """Answer the claimed message and commit the turn; drafts go to `show` on the way.

        Raises:
            Stale: another worker took over; nothing was written.
            Unavailable: the database cannot be written; the message stays in the inbox.
        """
        message = await self._w.introduce(claim.message)
        also = tuple([await self._w.introduce(m) for m in claim.also])
        claim = replace(claim, message=message, also=also)
        if message.sender.is_bot:
            await self._store.commit_turn(claim, Outcome(replies=()))
            return
        if not message.addressed:
            await self._store.commit_turn(claim, _overheard(message))
            return
        opened = await self._store.open_turn(message)
        turn = await self._open(message, opened)
        if message.was:
            outcome = await self._read_again(turn, opened, show)
        else:
            outcome = await self._answer_all(claim, turn, opened, show)
        await self._store.commit_turn(claim, outcome)

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
            heard = Heard(following, await self._read(following, known, turn.now, turn.ledger))
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
                request = await self._read(message, as_it_is(turn, opened), turn.now, turn.ledger)
                both = together(whole, request) if may_share_a_turn(request) else None
                if both is None:
                    return whole, message
                whole = both
                bundle.append(Heard(message, request))
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
        turn.group = replace(
            turn.group, chats=tuple((dict(turn.group.chats) | dict(opened.group.chats)).items())
        )

    async def _read_again(
        self, turn: Turn, opened: Opened, show: Callable[[Reply], None]
    ) -> Outcome:
        """An edit of a message that was answered: what it changes is told, when it matters."""
        message = turn.message
        done = Done(reread={message.id}, heard=False)
        before = message.model_copy(update={"text": message.was, "was": ""})
        old = await self._read(before, opened, turn.now, turn.ledger)
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
        ledger = Ledger()
        request = await self._read(message, opened, now, ledger)
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
            exporter=self._w.exporter,
            links=lambda hash: self._store.links_of(message.sender.id, hash),
            new_code=self._w.new_code,
            ledger=ledger,
            group=opened.group,
            notices=opened.notices,
        )

    async def _read(
        self, message: InboundMessage, opened: Opened, now: datetime, ledger: Ledger
    ) -> Request:
        if message.choice:
            tapped = choices.request_of(message.choice)
            return tapped or Request(intent=Intent.UNCLEAR, confidence=1, about="old button")
        if message.form:
            edits = edits_of(message.form, opened.profile)
            return Request(intent=Intent.PROFILE, confidence=1, edits=edits)
        if message.unsupported:
            return Request(intent=Intent.UNCLEAR, confidence=1, about=message.unsupported)
        context = self._reading_context(message, opened, now)
        request = self._resolve(self._w.reader.read(message.text, context), opened)
        if not self._w.model.words:
            return request
        if request.confidence >= SURE and request.language in ("en", "und"):
            return request
        paraphrase = await self._paraphrase(message, opened, ledger)
        if paraphrase is None:
            return request
        again = self._resolve(self._w.reader.read(paraphrase.english, context), opened)
        better = again if again.confidence >= request.confidence else request
        return better.model_copy(update={"language": paraphrase.language[:8] or "en"})

    def _resolve(self, request: Request, opened: Opened) -> Request:
        """A bare number or label becomes what the offered choice asks for."""
        session = opened.session
        if _tells_dates(request, session) or _counts_towns(request, session.wish):
            return request.model_copy(update={"intent": Intent.PLAN, "changes": ()})
        answers = session.asked in _ANSWERS and session.module == "brainstorm"
        if answers and request.intent is Intent.PLAN and request.pick is None:
            if not request.wish.destinations:
                return request.model_copy(update={"intent": Intent.BRAINSTORM})
            return request
        if request.intent is Intent.BRAINSTORM and _names_one_town(request.wish):
            return request.model_copy(update={"intent": Intent.PLAN})
        picked = choices.picked(request, opened.session)
        if not picked:
            return request
        tapped = choices.request_of(picked)
        if tapped is None:
            return request
        only_picks = (Intent.UNCLEAR, Intent.CHAT, Intent.YES, Intent.PLAN, Intent.MORE)
        if request.intent in only_picks and request.wish == Wish():
            return tapped
        if request.intent is Intent.PLAN and tapped.intent is Intent.PLAN:
            return request.model_copy(
                update={"wish": tapped.wish.with_news(request.wish), "pick": None}
            )
        return request

    async def _paraphrase(
        self, message: InboundMessage, opened: Opened, ledger: Ledger
    ) -> Paraphrase | None:
        """The message in plain English, from the model; None when it cannot help."""
        messages = self._w.context.build(
            Ingredients(
                profile="",
                system=self._w.prompts.render("system", "read"),
                history=opened.history[-4:],
                message=message.text,
            )
        )
        prompt = Prompt(messages, "read", self._w.prompts.version("system"))
        try:
            return await self._w.model.extract(prompt, Paraphrase, ledger)
        except (Unavailable, Rejected):
            return None

    def _reading_context(
        self, message: InboundMessage, opened: Opened, now: datetime
    ) -> ReadingContext:
        session = opened.session
        trip = next((t for t in opened.trips if t.id == session.trip_id), None)
        names = []
        for id in session.suggested:
            found = self._w.travel.places.destination(id)
            names.append(found.name if found else id)
        stops = tuple(s.title for s in trip.plan.visits()) if trip and trip.plan else ()
        polls = opened.group.polls
        return ReadingContext(
            today=local_now(now, opened.profile.value("timezone")).date(),
            offered=tuple(option.label for option in session.offered),
            suggested=tuple(names),
            asked=session.asked,
            chosen=_waits_for_more(session, trip),
            has_plan=bool(trip and trip.plan),
            has_trip=trip is not None,
            stops=stops,
            home_currency=(
                "" if message.conversation.mode == "group" else opened.profile.value("currency")
            ),
            language=session.language,
            polling=tuple(o for p in polls if p.state == "open" for o in p.options),
            polled=tuple(o for p in polls[-POLLS_KNOWN:] if p.state != "open" for o in p.options),
            guests=tuple(m.name for m in opened.group.present if m.role == "guest"),
            has_costs=bool(opened.group.expenses),
        )

    async def _run(self, turn: Turn, show: Callable[[Reply], None], seq: int) -> tuple[Screen, int]:
        """Run the flow; its last screen is the answer. The others are shown as they come."""
        flow = self._w.flows[FLOW_OF.get(turn.request.intent, "account")]
        screen: Screen = ()
        try:
            async for draft, is_last in with_last(flow.run(turn)):
                screen = draft
                if not is_last:
                    show(_reply(turn, seq, draft, final=False))
                    seq += 1
        except (Rejected, NotAllowed) as error:
            screen = (Text(markdown=error.reason),)
        return screen, seq

    def _outcome(self, turn: Turn, opened: Opened, screen: Screen, seq: int, done: Done) -> Outcome:
        said = words_of(screen)[:MAX_HISTORY_CHARS]
        messages = (turn.message, *done.also)
        burnt = _burnt(messages)
        secret = turn.secret or burnt is not None
        clean = without_codes if secret else str
        said = clean(said)
        first = turn.message
        words = clean(first.text or _label(turn, opened))
        heard = Entry("user", words, _sender(first), first.sent_at)
        entries = (
            *((heard,) if done.heard else ()),
            *(Entry("user", clean(m.text), _sender(m), m.sent_at, of=m.id) for m in done.also),
            *turn.tool_entries,
            Entry("assistant", said, said_at=turn.now),
        )
        known = {opened.profile.person: opened.profile} | done.opened
        profiles = {turn.profile.person: turn.profile} | done.profiles
        changed = [p for person, p in profiles.items() if p != known.get(person)]
        return Outcome(
            replies=(
                *((_reply(turn, seq, screen, final=True),) if screen else ()),
                *_asides(turn),
            ),
            history=tuple(self._counted(e) for e in entries if e.text),
            session=turn.session,
            profile=next((p for p in changed if p.person == opened.profile.person), None),
            other_profiles=tuple(p for p in changed if p.person != opened.profile.person),
            trips=tuple(t for t in turn.trips if t.id in turn.touched),
            recommendations=tuple(
                r for r in turn.recommendations if r not in opened.recommendations
            ),
            llm_calls=tuple(turn.ledger.calls),
            group=turn.group_news if turn.group_news != GroupNews() else None,
            erase_person=turn.message.sender.id if turn.erase else "",
            also=tuple(done.also),
            reread=frozenset(done.reread),
            links=turn.link_news or burnt,
            secret=secret,
            notices=turn.notice_wishes,
        )

    def _counted(self, entry: Entry) -> Entry:
        return Entry(
            entry.role,
            entry.text,
            entry.sender,
            entry.said_at,
            self._w.model.count_tokens(entry.text),
            entry.call_id,
            entry.of,
        )


def turn_id(kind: str, message_id: str, number: int) -> str:
    """An id that is the same when the turn is done again after a crash."""
    digest = hashlib.blake2b(f"{kind}/{message_id}/{number}".encode(), digest_size=9).hexdigest()
    return f"{kind}-{digest}"


def local_now(now: datetime, timezone: str) -> datetime:
    """`now` in `timezone`; in UTC when the zone is unknown or none was given."""
    try:
        return now.astimezone(ZoneInfo(timezone)) if timezone else now
    except (ZoneInfoNotFoundError, ValueError):
        return now


def words_of(screen: Screen) -> str:
    """What a screen says, for the history: text, files and pins by name, no choices."""
    lines: list[str] = []
    for part in screen:
        if isinstance(part, Text):
            lines.append(part.markdown)
        elif isinstance(part, File):
            lines.append(f"[file {part.name}]")
        elif isinstance(part, Pin):
            lines.append(f"[map pin {part.title}]")
        elif isinstance(part, PollPart):
            lines.append(f"[poll: {', '.join(o.label for o in part.options)}]")
    return "\n\n".join(lines)


def _reply(turn: Turn, seq: int, screen: Screen, *, final: bool) -> Reply:
    return Reply(
        id=turn.reply_id,
        seq=seq,
        final=final,
        conversation=turn.message.conversation,
        parts=screen,
        answers=turn.message.id,
    )


def _asides(turn: Turn) -> list[Reply]:
    """What is told to single people in their private chats, in the same transaction."""
    return [
        Reply(id=turn.new_id("aside"), seq=0, final=True, conversation=chat, parts=parts)
        for chat, parts in turn.asides
    ]


def _overheard(message: InboundMessage) -> Outcome:
    """What was said in a group to others: remembered, but for a code, which is void now."""
    text = without_codes(message.text) if (codes := codes_in(message.text)) else message.text
    heard = Entry("user", text, message.sender.name, message.sent_at)
    return Outcome(
        replies=(),
        history=(heard,) if heard.text else (),
        links=_burnt([message]),
        secret=bool(codes),
    )


def _burnt(messages: Sequence[InboundMessage]) -> LinkNews | None:
    """The codes that were written in a group: nobody may use them any more."""
    codes = [c for m in messages if m.conversation.mode == "group" for c in codes_in(m.text)]
    return LinkNews(burnt=tuple(hash_of(c) for c in codes[:MAX_TRIES])) if codes else None


def _sender(message: InboundMessage) -> str:
    return message.sender.name if message.conversation.mode == "group" else ""


def _waits_for_more(session: Session, trip: Trip | None) -> bool:
    """True when a place to plan is named and there is no plan of it yet."""
    named = session.wish.destinations
    planned = trip.wish.destinations if trip and trip.plan else ()
    return session.module == "planning" and bool(named) and named != planned


def _names_one_town(wish: Wish) -> bool:
    """True for one place that is no country or region, also one that nobody knows or two share."""
    if len(wish.destinations) != 1:
        return False
    [mention] = wish.destinations
    return mention.kind not in ("country", "state", "region", "continent")


def _counts_towns(request: Request, before: Wish) -> bool:
    """True for "three cities", when the country has been named already."""
    news = request.wish
    several = bool(news.tour) or (news.town_count or 0) > 1
    areas = [m for m in before.destinations if m.kind in ("country", "state", "region")]
    fits = request.intent in (Intent.BRAINSTORM, Intent.PLAN)
    return fits and several and bool(areas) and not news.destinations


def _tells_dates(request: Request, session: Session) -> bool:
    """True for the dates that planning asked for, whatever was talked about before."""
    asked = session.module == "planning" and session.asked == "dates"
    only = all(c.kind is ChangeKind.SHIFT_DATES for c in request.changes)
    fits = request.intent in (Intent.BRAINSTORM, Intent.REVISE) and only
    return asked and fits and request.wish.when is not None and not request.wish.destinations


def _label(turn: Turn, opened: Opened) -> str:
    """The words of a tapped choice, so that the history reads like a conversation."""
    if choices.is_wordless(turn.message.choice):
        return ""
    for option in opened.session.offered:
        if option.id == turn.message.choice:
            return option.label
    return f"[{turn.message.unsupported or turn.message.choice}]"


__all__ = ["FLOW_OF", "Concierge", "Wiring", "local_now", "turn_id", "words_of"]
