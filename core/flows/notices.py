"""What a chat wants of notices: fewer, none, later, at which hours; and why one has come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time, timedelta

from core import words
from core.choices import choice, notice_choice
from core.groups.deadlines import instant
from core.messages import Choice, Choices, Text
from core.notices.asking import NoticesSaid
from core.notices.state import Kind, Notice, NoticeWishes
from core.notices.words import NAMES
from core.people import ProfileFact
from core.trips import Recommendation, RecommendationStatus, Trip
from core.turn import Screen, Turn
from core.zones import zone_of

MORNING = time(8)  # a snooze until a day ends there
_SEVERE_STAY = (
    "Severe official warnings still come, day and night; “stop severe warnings” stops those too."
)
_CALENDAR = (Kind.OUTLOOK, Kind.PACKING, Kind.FINAL_CHECK, Kind.MORNING, Kind.REMINDER)
_FOUND = (Kind.WEATHER, Kind.EVENT, Kind.ALERT)


class Notices:
    """Settings of notices, in words and by buttons."""

    name = "notices"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        yield self._answer(turn, turn.request.notices or NoticesSaid(do="show"))

    def _answer(self, turn: Turn, said: NoticesSaid) -> Screen:
        turn.update(asked="")
        match said.do:
            case "stop":
                return _stop(turn, said)
            case "start":
                return _start(turn, said)
            case "quiet" | "no_quiet":
                return _quiet(turn, said)
            case "snooze":
                return _snooze(turn, said)
            case "cap":
                return _cap(turn, said)
            case "why":
                return _why(turn, said)
            case "visited":
                return _visited(turn, said)
            case "unclear":
                return (Text(markdown=_UNCLEAR),)
            case _:
                return _show(turn)


_UNCLEAR = (
    "I did not understand that. Say for example “quiet hours 21 to 9”, “snooze for 2 days”, "
    "“snooze until Friday”, “stop weather” or “at most 2 notices a day”."
)


# --- fewer and more ----------------------------------------------------------------------------


def _stop(turn: Turn, said: NoticesSaid) -> Screen:
    wishes = turn.notices.wishes
    if said.here and not said.kinds:
        return _mute_trip(turn, said)
    if not said.kinds:
        turn.keep_wishes(wishes.model_copy(update={"off": True}))
        text = "Notices are off in this chat, severe warnings too. I answer when I am asked."
        return _said(turn, text, notice_choice("start", "", "Notices on"))
    turn.keep_wishes(wishes.model_copy(update={"muted": wishes.muted | set(said.kinds)}))
    names = words.listing(NAMES[kind] for kind in said.kinds)
    text = f"No more {names} in this chat."
    if Kind.ALERT in said.kinds:
        text += " Not even in danger: local radio and the authorities' own apps have them."
    elif Kind.WEATHER in said.kinds:
        text += f" {_SEVERE_STAY}"
    if said.here:
        text += " That goes for all trips of this chat; “mute this trip” is for one."
    back = ",".join(said.kinds)
    return _said(turn, text, notice_choice("start", back, f"{words.capital(names)} on"[:40]))


def _mute_trip(turn: Turn, said: NoticesSaid) -> Screen:
    trip = _trip_meant(turn, said)
    if trip is None:
        return (Text(markdown="Which trip? Open it with “my trips” first."),)
    wishes = turn.notices.wishes
    turn.keep_wishes(wishes.model_copy(update={"muted_trips": wishes.muted_trips | {trip.id}}))
    text = f"No more notices about **{words.literal(trip.title)}**. {_SEVERE_STAY}"
    return _said(turn, text, notice_choice("start", trip.id, "This trip on"))


def _start(turn: Turn, said: NoticesSaid) -> Screen:
    wishes = turn.notices.wishes
    if said.here and not said.kinds:
        trip = _trip_meant(turn, said)
        if trip is None:
            return (Text(markdown="Which trip? Open it with “my trips” first."),)
        left = wishes.muted_trips - {trip.id}
        turn.keep_wishes(wishes.model_copy(update={"muted_trips": left, "off": False}))
        return _said(turn, f"Notices about **{words.literal(trip.title)}** are on.")
    update: dict[str, object] = {"off": False, "snoozed_until": None}
    update["muted"] = wishes.muted - set(said.kinds) if said.kinds else frozenset[Kind]()
    if wishes.off and said.kinds:  # of all that was off only this comes back
        update["muted"] = frozenset(Kind) - set(said.kinds)
    turn.keep_wishes(wishes.model_copy(update=update))
    if not said.kinds:
        return _said(turn, f"Notices are on. {_hours(turn.notices.wishes)}")
    names = words.listing(NAMES[kind] for kind in said.kinds)
    return _said(turn, f"{words.capital(names)} are on. {_hours(turn.notices.wishes)}")


def _trip_meant(turn: Turn, said: NoticesSaid) -> Trip | None:
    if said.button:
        return next((t for t in turn.trips if t.id == said.button), None)
    return turn.trip or (turn.trips[0] if turn.trips else None)


# --- when --------------------------------------------------------------------------------------


def _quiet(turn: Turn, said: NoticesSaid) -> Screen:
    start, end = said.start, said.end
    if said.do == "no_quiet":
        start = end = time(0)
    if start is None or end is None:
        return (Text(markdown=_UNCLEAR),)
    update = {"quiet_from": start, "quiet_until": end}
    turn.keep_wishes(turn.notices.wishes.model_copy(update=update))
    text = _hours(turn.notices.wishes)
    if start != end:
        text += " Severe official warnings come at any hour."
    return _said(turn, text)


def _hours(wishes: NoticeWishes) -> str:
    if wishes.quiet_from == wishes.quiet_until:
        return "There are no quiet hours: I may write at any time of day."
    span = f"{wishes.quiet_from:%H:%M} and {wishes.quiet_until:%H:%M}"
    return f"Between {span}, by the clock where you are, I stay quiet."


def _snooze(turn: Turn, said: NoticesSaid) -> Screen:
    zone = _zone(turn)
    if said.until is not None:
        until = instant(said.until, MORNING, zone)
    else:
        until = turn.now + timedelta(hours=said.hours or 24)
    turn.keep_wishes(turn.notices.wishes.model_copy(update={"snoozed_until": until}))
    text = f"I keep my notices to myself until {_moment(until, zone)}. {_SEVERE_STAY}"
    return _said(turn, text, notice_choice("start", "", "Notices on"))


def _cap(turn: Turn, said: NoticesSaid) -> Screen:
    count = said.count
    if count is None:
        return (Text(markdown=_UNCLEAR),)
    turn.keep_wishes(turn.notices.wishes.model_copy(update={"daily_cap": count}))
    return _said(turn, f"At most {words.plural(count, 'notice')} a day. {_SEVERE_STAY}")


def _zone(turn: Turn) -> str:
    """Whose clock counts: that of the last notice, else of home, as far as may be known here."""
    last = turn.notices.last[0].zone if turn.notices.last else ""
    return last or turn.known.value("timezone") or turn.notices.wishes.home or "UTC"


def _moment(moment: datetime, zone: str) -> str:
    local = moment.astimezone(zone_of(zone))
    return f"{words.day(local.date())} {words.clock(local)}"


# --- why ---------------------------------------------------------------------------------------


def _why(turn: Turn, said: NoticesSaid) -> Screen:
    last = turn.notices.last
    notice = next((n for n in last if n.id == said.button), None) if said.button else None
    if notice is None and said.button and last:
        return (Text(markdown="That was a while ago: I no longer know why I wrote it."),)
    if notice is None and last:
        notice = last[0]
    if notice is None:
        text = "I have sent no notice here yet. Which message do you mean?"
        return (Text(markdown=text),)
    return _because(turn, [n for n in last if n.sent_at == notice.sent_at])


def _because(turn: Turn, notices: Sequence[Notice]) -> Screen:
    """The reasons of what came in one message, and how to get less of it."""
    titles = {t.id: t.title for t in turn.trips}
    lines: list[str] = []
    options: dict[str, Choice] = {}
    for notice in notices:
        title = titles.get(notice.trip)
        about = f" for **{words.literal(title)}**" if title else ""
        lines.append(f"Because {notice.why}{about}.")
        if notice.kind is not Kind.ALERT:
            stop = notice_choice("stop", notice.kind, f"No {NAMES[notice.kind]}")
            options[stop.id] = stop
    lines = list(dict.fromkeys(lines))
    lines.append("Each is told once, in the chat that planned the trip.")
    if any(n.kind is Kind.ALERT for n in notices):
        lines.append("Severe warnings come at any hour; “stop severe warnings” stops them.")
    for trip in dict.fromkeys(n.trip for n in notices if n.trip in titles):
        mute = notice_choice("stop", trip, "Mute this trip")
        options[mute.id] = mute
    more = notice_choice("show", "", "All notices")
    return (
        Text(markdown="\n".join(lines)),
        Choices(options=turn.offer(*options.values(), more)),
    )


# --- what there is -----------------------------------------------------------------------------


def _show(turn: Turn) -> Screen:
    wishes = turn.notices.wishes
    lines = ["**What I tell you by myself**"]
    if wishes.off:
        lines.append("Nothing: notices are off in this chat.")
    else:
        lines.append(f"- For every trip: {_on(_CALENDAR, wishes)}")
        lines.append(f"- When something changes: {_on(_FOUND, wishes)}")
        if off := [kind for kind in Kind if kind in wishes.muted]:
            lines.append(f"- Stopped: {words.listing(NAMES[k] for k in off)}")
        muted = [t.title for t in turn.trips if t.id in wishes.muted_trips]
        if muted:
            lines.append(f"- Muted trips: {words.listing(words.literal(t) for t in muted)}")
    if wishes.snoozed_until is not None and wishes.snoozed_until > turn.now:
        lines.append(f"- Snoozed until {_moment(wishes.snoozed_until, _zone(turn))}")
    lines.append(f"- {_hours(wishes)} At most {words.plural(wishes.daily_cap, 'notice')} a day.")
    lines.append(
        "\n“Stop weather”, “quiet hours 21 to 9”, “snooze for 2 days” and “at most 2 notices a "
        "day” change that."
    )
    options = _switches(wishes)
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*options)))


def _on(kinds: Sequence[Kind], wishes: NoticeWishes) -> str:
    return words.listing(NAMES[k] for k in kinds if k not in wishes.muted) or "nothing"


def _switches(wishes: NoticeWishes) -> list[Choice]:
    if wishes.off:
        return [notice_choice("start", "", "Notices on")]
    kinds = (Kind.WEATHER, Kind.EVENT, Kind.MORNING)
    switches = [
        notice_choice("start", kind, f"{words.capital(NAMES[kind])} on")
        if kind in wishes.muted
        else notice_choice("stop", kind, f"No {NAMES[kind]}")
        for kind in kinds
    ]
    return [*switches, notice_choice("snooze", "24", "Snooze a day"), _all_off()]


def _all_off() -> Choice:
    return notice_choice("stop", "", "All off")


def _said(turn: Turn, text: str, *options: Choice) -> Screen:
    more = (*options, notice_choice("show", "", "All notices"))
    return (Text(markdown=text), Choices(options=turn.offer(*more)))


# --- after the trip ----------------------------------------------------------------------------


def _visited(turn: Turn, said: NoticesSaid) -> Screen:
    """The towns of a trip are marked as visited; in a private chat the profile knows them too."""
    trip = next((t for t in turn.trips if t.id == said.button), None)
    if trip is None or trip.plan is None:
        return (Text(markdown="I do not have that trip any more."),)
    names = []
    for town in trip.plan.towns:
        names.append(town.destination)
        known = next(
            (r for r in turn.recommendations if r.destination_id == town.destination_id),
            Recommendation(
                conversation=turn.message.conversation.key,
                destination_id=town.destination_id,
                name=town.destination,
                status=RecommendationStatus.SUGGESTED,
                reasons=(),
                changed_at=turn.now,
                changed_by=turn.message.sender.id,
            ),
        )
        visited = RecommendationStatus.VISITED
        turn.keep_recommendation(known.becomes(visited, turn.now, turn.message.sender.id))
    if not turn.in_group:
        turn.profile = turn.profile.learned(
            *(
                ProfileFact(key="visited", value=name, origin="chosen", said_at=turn.now)
                for name in names
            )
        )
        turn.update(last_change="profile")
    turn.keep_trip(trip.model_copy(update={"status": "done", "updated_at": turn.now}))
    listed = words.listing(words.literal(name) for name in names)
    options = turn.offer(choice("ideas", "", "Where to next?"))
    return (Text(markdown=f"{listed}: visited. Noted."), Choices(options=options))
