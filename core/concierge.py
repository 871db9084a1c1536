"""The concierge opens a turn, reads the message, lets one flow answer, and commits everything."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core import choices
from core.context import ContextManager, Ingredients
from core.errors import NotAllowed, Rejected, Unavailable
from core.exports import Exporter
from core.forms import edits_of
from core.groups.state import GroupNews
from core.messages import File, InboundMessage, Pin, Reply, Text
from core.people import Party
from core.ports import Claim, Clock, Entry, LanguageModel, Ledger, Opened, Outcome, Prompt, Store
from core.prompts import PromptLoader
from core.reading import ChangeKind, Intent, Paraphrase, Reader, ReadingContext, Request
from core.session import Session
from core.travel import Travel
from core.turn import Flow, Screen, Turn
from core.wishes import Wish

SURE = 0.55  # below this the model reads the message once more, when there is one
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
        claim = replace(claim, message=message)
        if message.sender.is_bot:
            await self._store.commit_turn(claim, Outcome(replies=()))
            return
        if not message.addressed:
            heard = Entry("user", message.text, message.sender.name, message.sent_at)
            history = (heard,) if heard.text else ()
            await self._store.commit_turn(claim, Outcome(replies=(), history=history))
            return
        opened = await self._store.open_turn(message)
        turn = await self._open(message, opened)
        screen, seq = await self._run(turn, show)
        await self._store.commit_turn(claim, self._outcome(turn, opened, screen, seq))

    async def _open(self, message: InboundMessage, opened: Opened) -> Turn:
        now = self._w.clock.now()
        ledger = Ledger()
        request = await self._read(message, opened, now, ledger)
        language = request.language if request.language != "und" else opened.session.language
        counters: dict[str, int] = {}

        def new_id(kind: str) -> str:
            counters[kind] = counters.get(kind, 0) + 1
            return turn_id(kind, message.id, counters[kind])

        return Turn(
            message=message,
            request=request,
            party=Party(members=(message.sender,)),
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
            exporter=self._w.exporter,
            ledger=ledger,
            group=opened.group,
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
        context = self._reading_context(opened, now)
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
        answers = session.asked in ("origin", "likes", "dates") and session.module == "brainstorm"
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

    def _reading_context(self, opened: Opened, now: datetime) -> ReadingContext:
        session = opened.session
        trip = next((t for t in opened.trips if t.id == session.trip_id), None)
        names = []
        for id in session.suggested:
            found = self._w.travel.places.destination(id)
            names.append(found.name if found else id)
        stops = tuple(s.title for s in trip.plan.visits()) if trip and trip.plan else ()
        return ReadingContext(
            today=local_now(now, opened.profile.value("timezone")).date(),
            offered=tuple(option.label for option in session.offered),
            suggested=tuple(names),
            asked=session.asked,
            has_plan=bool(trip and trip.plan),
            has_trip=trip is not None,
            stops=stops,
            home_currency=opened.profile.value("currency"),
            language=session.language,
        )

    async def _run(self, turn: Turn, show: Callable[[Reply], None]) -> tuple[Screen, int]:
        """Run the flow; its last screen is the answer. The others are shown as they come."""
        flow = self._w.flows[FLOW_OF.get(turn.request.intent, "account")]
        screen: Screen = ()
        seq = 0
        try:
            _refuse_impossible(turn.request)
            async for draft, is_last in _with_last(flow.run(turn)):
                screen = draft
                if not is_last:
                    show(_reply(turn, seq, draft, final=False))
                    seq += 1
        except (Rejected, NotAllowed) as error:
            screen = (Text(markdown=error.reason),)
        return screen, seq

    def _outcome(self, turn: Turn, opened: Opened, screen: Screen, seq: int) -> Outcome:
        said = words_of(screen)[:MAX_HISTORY_CHARS]
        heard = turn.message.text or _label(turn, opened)
        entries = (
            Entry("user", heard, _sender(turn.message), turn.message.sent_at),
            *turn.tool_entries,
            Entry("assistant", said, said_at=turn.now),
        )
        return Outcome(
            replies=(_reply(turn, seq, screen, final=True),) if screen else (),
            history=tuple(self._counted(e) for e in entries if e.text),
            session=turn.session,
            profile=turn.profile if turn.profile != opened.profile else None,
            trips=tuple(t for t in turn.trips if t.id in turn.touched),
            recommendations=tuple(
                r for r in turn.recommendations if r not in opened.recommendations
            ),
            llm_calls=tuple(turn.ledger.calls),
            group=turn.group_news if turn.group_news != GroupNews() else None,
            erase_person=turn.message.sender.id if turn.erase else "",
        )

    def _counted(self, entry: Entry) -> Entry:
        return Entry(
            entry.role,
            entry.text,
            entry.sender,
            entry.said_at,
            self._w.model.count_tokens(entry.text),
            entry.call_id,
        )


_IMPOSSIBLE = {
    "days": "A trip needs at least one day. How many days shall it be, and from when?",
    "people": "Somebody has to travel. For how many people shall I plan?",
    "money": "With a budget of nothing I cannot plan. What is the most you want to spend?",
    "date": "That date does not exist. Which day do you mean?",
}


def _refuse_impossible(request: Request) -> None:
    """Raises Rejected for what no trip can be."""
    if request.impossible and request.intent in (Intent.PLAN, Intent.BRAINSTORM, Intent.REVISE):
        raise Rejected(_IMPOSSIBLE[request.impossible])


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
    return "\n\n".join(lines)


async def _with_last(screens: AsyncIterator[Screen]) -> AsyncIterator[tuple[Screen, bool]]:
    """Each screen with whether it is known to be the last one.

    A screen is held back only while the next one is being made without waiting for anything, so a
    flow that answers at once is not shown twice.
    """
    iterator = aiter(screens)
    current: Screen | None = None
    shown = True
    while True:
        upcoming = asyncio.ensure_future(_next(iterator))
        try:
            await asyncio.sleep(0)
            if current is not None and not shown and not upcoming.done():
                yield current, False
                shown = True
            following = await upcoming
        finally:
            upcoming.cancel()
        if following is None:
            break
        current, shown = following, False
    if current is not None:
        yield current, True


async def _next(iterator: AsyncIterator[Screen]) -> Screen | None:
    return await anext(iterator, None)


def _reply(turn: Turn, seq: int, screen: Screen, *, final: bool) -> Reply:
    return Reply(
        id=turn.reply_id,
        seq=seq,
        final=final,
        conversation=turn.message.conversation,
        parts=screen,
        answers=turn.message.id,
    )


def _sender(message: InboundMessage) -> str:
    return message.sender.name if message.conversation.mode == "group" else ""


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
    for option in opened.session.offered:
        if option.id == turn.message.choice:
            return option.label
    return f"[{turn.message.unsupported or turn.message.choice}]"


__all__ = ["FLOW_OF", "Concierge", "Wiring", "local_now", "turn_id", "words_of"]
