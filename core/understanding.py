"""What a message asks for: taps and forms by code, words by rules, and by the model when unsure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from core import choices
from core.context import ContextManager, Ingredients
from core.errors import Rejected, Unavailable
from core.forms import edits_of
from core.messages import InboundMessage
from core.ports import LanguageModel, Ledger, Opened, Prompt
from core.prompts import PromptLoader
from core.reading import ChangeKind, Intent, Paraphrase, Reader, ReadingContext, Request
from core.session import Session
from core.spending import payer_of
from core.travel import Travel
from core.trips import Trip
from core.wishes import Wish
from core.zones import zone_of

SURE = 0.55  # below this the model reads the message once more, when there is one
TALK_TURNS = 2  # so long "turn them back on" means notices without naming them
POLLS_KNOWN = 5  # so many of the last ones may be voted in too late
_ANSWERS = ("origin", "likes", "dates", "days", "people", "money")  # to questions about a wish


class Understanding:
    """Reads messages in the light of their conversation; changes nothing."""

    def __init__(
        self,
        reader: Reader,
        model: LanguageModel,
        travel: Travel,
        prompts: PromptLoader,
        context: ContextManager,
    ) -> None:
        self._reader = reader
        self._model = model
        self._travel = travel
        self._prompts = prompts
        self._context = context

    async def read(
        self, message: InboundMessage, opened: Opened, now: datetime, ledger: Ledger
    ) -> Request:
        """What `message` asks for. A model is asked when the rules are unsure and there is one."""
        if (wordless := _without_words(message, opened)) is not None:
            return wordless.model_copy(update={"language": "und"})
        context = self._reading_context(message, opened, now)
        request = _resolve(self._reader.read(message.text, context), opened)
        if not self._model.words:
            return request
        if request.confidence >= SURE and request.language in ("en", "und"):
            return request
        paraphrase = await self._paraphrase(message, opened, ledger)
        if paraphrase is None:
            return request
        again = _resolve(self._reader.read(paraphrase.english, context), opened)
        better = again if again.confidence >= request.confidence else request
        return better.model_copy(update={"language": paraphrase.language[:8] or "en"})

    async def _paraphrase(
        self, message: InboundMessage, opened: Opened, ledger: Ledger
    ) -> Paraphrase | None:
        """The message in plain English, from the model; None when it cannot help."""
        messages = self._context.build(
            Ingredients(
                profile="",
                system=self._prompts.render("system", "read"),
                history=opened.history[-4:],
                message=message.text,
            )
        )
        ledger.payer = payer_of(message)
        prompt = Prompt(messages, "read", self._prompts.version("system"))
        try:
            return await self._model.extract(prompt, Paraphrase, ledger)
        except (Unavailable, Rejected):
            return None

    def _reading_context(
        self, message: InboundMessage, opened: Opened, now: datetime
    ) -> ReadingContext:
        session = opened.session
        trip = next((t for t in opened.trips if t.id == session.trip_id), None)
        names = []
        for id in session.suggested:
            found = self._travel.places.destination(id)
            names.append(found.name if found else id)
        stops = tuple(s.title for s in trip.plan.visits()) if trip and trip.plan else ()
        polls = opened.group.polls
        return ReadingContext(
            today=local_now(now, opened.profile.zone).date(),
            offered=tuple(option.label for option in session.offered),
            suggested=tuple(names),
            asked=session.asked,
            chosen=_waits_for_more(session, trip),
            has_plan=bool(trip and trip.plan),
            on_plan=bool(trip and trip.plan) and session.module != "brainstorm",
            has_trip=trip is not None,
            stops=stops,
            home_currency=(
                "" if message.conversation.mode == "group" else opened.profile.value("currency")
            ),
            language=session.language,
            polling=tuple(o for p in polls if p.state == "open" for o in p.options),
            polled=tuple(o for p in polls[-POLLS_KNOWN:] if p.state != "open" for o in p.options),
            guests=tuple(m.name for m in opened.group.present if m.role == "guest"),
            people=tuple(m.name for m in opened.group.present if m.role == "member"),
            has_costs=bool(opened.group.expenses),
            notices=_of_notices(opened),
        )


def _without_words(message: InboundMessage, opened: Opened) -> Request | None:
    """What a tap, a form or a thing that cannot be read asks for; None for words."""
    if message.choice:
        tapped = choices.request_of(message.choice)
        return tapped or Request(intent=Intent.UNCLEAR, confidence=1, about="old button")
    if message.form:
        edits = edits_of(message.form, opened.profile)
        return Request(intent=Intent.PROFILE, confidence=1, edits=edits)
    if message.unsupported:
        return Request(intent=Intent.UNCLEAR, confidence=1, about=message.unsupported)
    return None


def _resolve(request: Request, opened: Opened) -> Request:
    """A bare number or label becomes what the offered choice asks for."""
    session = opened.session
    request = _no_home(request, session)
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


def _no_home(request: Request, session: Session) -> Request:
    """A town that was named as one to go to is no answer to "where do you start from"."""
    home, wish = request.wish.origin, request.wish
    named = {m.id or m.text.casefold() for m in session.wish.destinations}
    if (
        session.asked != "origin"
        or home is None
        or wish.destinations
        or (home.id or home.text.casefold()) not in named
    ):
        return request
    wish = wish.model_copy(update={"origin": None, "destinations": (home,)})
    return request.model_copy(update={"intent": Intent.PLAN, "wish": wish})


def _of_notices(opened: Opened) -> Literal["", "talk", "came"]:
    """Whether notices were spoken of just before, or one came after all that was said."""
    session, last = opened.session, opened.notices.last
    told = last[0].sent_at if last else None
    said = next((e.said_at for e in reversed(opened.history) if e.role == "user"), None)
    if told is not None and (said is None or told > said):
        return "came"
    return "talk" if session.noticed and session.turns - session.noticed < TALK_TURNS else ""


def local_now(now: datetime, timezone: str) -> datetime:
    """`now` in `timezone`; in UTC when the zone is unknown or none was given."""
    return now.astimezone(zone_of(timezone))


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
