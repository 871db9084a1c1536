"""What a chat wants of notices: fewer, none, later, at which hours; and why one has come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time, timedelta

from core import words
from core.choices import kind_of_trip_choice, notice_choice
from core.flows.notice_answers import LESS, NO_DAYS, NO_TIMES, changes_told, lost_mornings
from core.flows.visited import visited
from core.groups.deadlines import instant
from core.messages import Choice, Choices, Text
from core.notices.asking import NoticesSaid
from core.notices.state import Kind, Notice, NoticeWishes
from core.notices.words import NAMES
from core.trips import Trip
from core.turn import Screen, Turn
from core.zones import zone_of

MORNING = time(8)  # a snooze until a day ends there
_SEVERE_STAY = (
    "Severe official warnings still come, day and night; “stop severe warnings” stops those too."
)
_ALL_OFF = "All notices are off in this chat, though: “notices on” changes that."
_WHICH = "Which trip? Open it with “my trips” first."
_FOUND = (Kind.WEATHER, Kind.EVENT, Kind.ALERT)
_CALENDAR = tuple(kind for kind in Kind if kind not in _FOUND)


class Notices:
    """Settings of notices, in words and by buttons."""

    name = "notices"

    async def run(self, turn: Turn) -> AsyncIterator[Screen]:
        yield self._answer(turn, turn.request.notices or NoticesSaid(do="show"))

    def _answer(self, turn: Turn, said: NoticesSaid) -> Screen:
        turn.update(asked="", noticed=turn.session.turns)
        before = turn.notices.wishes
        screen = self._screen(turn, said)
        if turn.notices.wishes != before and said.do not in ("back", "undo"):
            turn.update(last_change="notices", wishes_before=before)
        return screen

    def _screen(self, turn: Turn, said: NoticesSaid) -> Screen:
        match said.do:
            case "stop":
                return _stop(turn, said)
            case "start":
                return _start(turn, said)
            case "only":
                return _only(turn, said)
            case "quiet" | "no_quiet":
                return _quiet(turn, said)
            case "snooze":
                return _snooze(turn, said)
            case "cap":
                return _cap(turn, said)
            case "why":
                return _why(turn, said)
            case "visited":
                return visited(turn, said)
            case "back":
                return _on_again(turn)
            case "undo":
                return back(turn)
            case "less":
                cap = words.plural(turn.notices.wishes.daily_cap, "notice")
                day = notice_choice("snooze", "24", "Snooze a day")
                return _said(turn, LESS.format(cap=cap), day, _all_off())
            case "days":
                day = notice_choice("snooze", "24", "Snooze a day")
                return _said(turn, f"{NO_DAYS} {_hours(turn.notices.wishes)}", day)
            case "times":
                return _said(turn, f"{NO_TIMES} {_hours(turn.notices.wishes)}")
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
    if said.here:
        return _mute_trip(turn, said)
    if not said.kinds:
        turn.keep_wishes(wishes.model_copy(update={"off": True}))
        text = "Notices are off in this chat, severe warnings too. I answer when I am asked."
        return _said(turn, text, notice_choice("start", "", "Notices on"))
    turn.keep_wishes(wishes.model_copy(update={"muted": wishes.muted | set(said.kinds)}))
    names = words.listing(NAMES[kind] for kind in said.kinds)
    text = f"No more {names} in this chat.{_about_danger(said.kinds, turn.notices.wishes)}"
    back = ",".join(said.kinds)
    return _said(turn, text, notice_choice("start", back, f"{words.capital(names)} on"[:40]))


def _about_danger(kinds: Sequence[Kind], wishes: NoticeWishes) -> str:
    """What stopping these kinds means for severe warnings, where one may wonder."""
    if Kind.ALERT in kinds:
        return " Not even in danger: local radio and the authorities' own apps have them."
    return _severe(wishes) if Kind.WEATHER in kinds else ""


def _severe(wishes: NoticeWishes) -> str:
    """One more sentence on severe warnings, as far as they come."""
    if wishes.off:
        return f" {_ALL_OFF}"
    return "" if Kind.ALERT in wishes.muted else f" {_SEVERE_STAY}"


def _mute_trip(turn: Turn, said: NoticesSaid) -> Screen:
    """One trip, or some kinds of it."""
    trip = _trip_meant(turn, said)
    if trip is None:
        return (Text(markdown=_WHICH),)
    wishes = turn.notices.wishes
    title = words.literal(trip.title)
    if said.kinds:
        pairs = wishes.muted_pairs | {(trip.id, kind) for kind in said.kinds}
        turn.keep_wishes(wishes.model_copy(update={"muted_pairs": pairs}))
        names = words.listing(NAMES[kind] for kind in said.kinds)
        text = f"No more {names} about **{title}**."
        text += _about_danger(said.kinds, turn.notices.wishes)
        back = (
            kind_of_trip_choice(trip.id, kind, f"{words.capital(NAMES[kind])} on")
            for kind in said.kinds
        )
        return _said(turn, text, *back)
    turn.keep_wishes(wishes.model_copy(update={"muted_trips": wishes.muted_trips | {trip.id}}))
    text = f"No more notices about **{title}**.{_severe(turn.notices.wishes)}"
    return _said(turn, text, notice_choice("start", trip.id, "This trip on"))


def _only(turn: Turn, said: NoticesSaid) -> Screen:
    """These kinds and no others; severe warnings stay whatever they are."""
    kept = {*said.kinds, Kind.ALERT}
    update = {"muted": frozenset(Kind) - kept, "muted_pairs": frozenset(), "off": False}
    turn.keep_wishes(turn.notices.wishes.model_copy(update=update))
    names = words.listing(NAMES[kind] for kind in Kind if kind in kept)
    return _said(turn, f"From now on only {names}.", notice_choice("start", "", "All back on"))


def _start(turn: Turn, said: NoticesSaid) -> Screen:
    wishes = turn.notices.wishes
    if said.here:
        return _unmute_trip(turn, said)
    update: dict[str, object] = {"off": False, "snoozed_until": None}
    update["muted"] = wishes.muted - set(said.kinds) if said.kinds else frozenset[Kind]()
    update["muted_pairs"] = _left(wishes, "", said.kinds or tuple(Kind))
    if not said.kinds:
        update["muted_trips"] = frozenset[str]()
    if wishes.off and said.kinds:  # of all that was off only this comes back
        update["muted"] = frozenset(Kind) - set(said.kinds)
    turn.keep_wishes(wishes.model_copy(update=update))
    if not said.kinds:
        return _said(turn, f"Notices are on. {_hours(turn.notices.wishes)}")
    names = words.listing(NAMES[kind] for kind in said.kinds)
    text = f"{words.capital(names)} are on. {_hours(turn.notices.wishes)}"
    if not wishes.off:
        return _said(turn, text)
    return _said(
        turn, f"{text} Everything else stays off.", notice_choice("start", "", "All back on")
    )


def _on_again(turn: Turn) -> Screen:
    """What was stopped last comes again, or everything, when it was not the last change."""
    before, now = turn.session.wishes_before, turn.notices.wishes
    silent = before is None or (before.off and not now.off)
    if silent and (now.off or now.muted or now.muted_trips or now.muted_pairs):
        return _start(turn, NoticesSaid(do="start"))
    return _said(turn, _state(now)) if silent else back(turn)


def back(turn: Turn) -> Screen:
    """Notices as they were before the last change. A second time changes nothing."""
    before, now = turn.session.wishes_before, turn.notices.wishes
    if before is None:
        return _said(turn, f"Nothing was changed, so all stays as it is. {_state(now)}")
    before = before.model_copy(update={"home": now.home})
    turn.keep_wishes(before)
    turn.update(wishes_before=None, last_change="")
    told = changes_told(now, before, turn.now, {t.id: t.title for t in turn.trips})
    return _said(turn, f"{told} {_state(before)}")


def _state(wishes: NoticeWishes) -> str:
    return _ALL_OFF if wishes.off else _hours(wishes)


def _unmute_trip(turn: Turn, said: NoticesSaid) -> Screen:
    trip = _trip_meant(turn, said)
    if trip is None:
        return (Text(markdown=_WHICH),)
    wishes = turn.notices.wishes
    kinds = said.kinds or tuple(Kind)
    update: dict[str, object] = {
        "muted_trips": wishes.muted_trips - {trip.id},
        "muted_pairs": _left(wishes, trip.id, kinds),
    }
    others = [t.id for t in turn.trips if t.id != trip.id and t.plan is not None]
    if wishes.off:  # of all that was off only this comes back
        pairs = {(id, Kind.ALERT) for id in others} | {(trip.id, k) for k in Kind if k not in kinds}
        update["off"] = False
        update["muted_trips"] = wishes.muted_trips - {trip.id} | set(others)
        update["muted_pairs"] = _left(wishes, trip.id, kinds) | pairs
    if said.kinds:  # what is muted in the whole chat was meant as well
        update["muted"] = wishes.muted - set(said.kinds)
    turn.keep_wishes(wishes.model_copy(update=update))
    names = words.listing(NAMES[kind] for kind in said.kinds) or "notices"
    text = f"{words.capital(names)} about **{words.literal(trip.title)}** are on"
    if wishes.off:
        rest = ["everything else about it"] if said.kinds else []
        rest += [_others(len(others))] if others else []
        text += ", and those of trips that are planned from now on"
        text += f". Off stays: {words.listing(rest)}" if rest else ""
    text += "."
    muted = frozenset[Kind]() if said.kinds else turn.notices.wishes.muted
    if muted:
        stopped = words.listing(NAMES[kind] for kind in Kind if kind in muted)
        text += f" Stopped in the whole chat are still: {stopped}."
    asleep = wishes.snoozed_until is not None and wishes.snoozed_until > turn.now
    if asleep and wishes.snoozed_until is not None:
        text += f" All are snoozed until {_moment(wishes.snoozed_until, _zone(turn))}."
    more = muted or asleep or (wishes.off and (others or said.kinds))
    return _said(turn, text, *([notice_choice("start", "", "All back on")] if more else []))


def _others(count: int) -> str:
    return "your other trip" if count == 1 else f"your {count} other trips"


def _left(wishes: NoticeWishes, trip: str, kinds: Sequence[Kind]) -> frozenset[tuple[str, Kind]]:
    """The muted pairs without these kinds of a trip, or of all trips."""
    return frozenset((t, k) for t, k in wishes.muted_pairs if k not in kinds or trip not in ("", t))


def _trip_meant(turn: Turn, said: NoticesSaid) -> Trip | None:
    if said.button:
        return next((t for t in turn.trips if t.id == said.button), None)
    return turn.trip or (turn.trips[0] if turn.trips else None)


# --- when --------------------------------------------------------------------------------------


def _quiet(turn: Turn, said: NoticesSaid) -> Screen:
    wishes = turn.notices.wishes
    start, end = said.start or wishes.quiet_from, said.end or wishes.quiet_until
    if said.do == "no_quiet":
        start = end = time(0)
    update = {"quiet_from": start, "quiet_until": end}
    turn.keep_wishes(turn.notices.wishes.model_copy(update=update))
    text = _hours(turn.notices.wishes)
    if start != end:
        text += lost_mornings(turn.notices.wishes)
    if start != end and not wishes.off and Kind.ALERT not in wishes.muted:
        text += " Severe official warnings come at any hour."
    if said.vague and turn.trip is not None and turn.trip.plan is not None:
        text += " The days of the plan stay as they are."
    if wishes.off:
        text += f" {_ALL_OFF}"
    return _said(turn, text, *([notice_choice("start", "", "Notices on")] if wishes.off else []))


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
    text = f"I keep my notices to myself until {_moment(until, zone)}."
    text += _severe(turn.notices.wishes)
    return _said(turn, text, notice_choice("start", "", "Notices on"))


def _cap(turn: Turn, said: NoticesSaid) -> Screen:
    count = said.count
    if count is None:
        return (Text(markdown=_UNCLEAR),)
    turn.keep_wishes(turn.notices.wishes.model_copy(update={"daily_cap": count}))
    text = f"At most {words.plural(count, 'notice')} a day.{_severe(turn.notices.wishes)}"
    return _said(turn, text)


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
    here, told = turn.message.conversation.key, {n.trip for n in notices}
    others = (t for t in turn.trips if t.id in told and t.conversation != here)
    elsewhere = not turn.in_group and any(others)
    where = "where you like to be reached" if elsewhere else "in the chat that planned the trip"
    lines.append(f"Each is told once, {where}.")
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
        lines += _muted_trips(turn, wishes)
    if wishes.snoozed_until is not None and wishes.snoozed_until > turn.now:
        lines.append(f"- Snoozed until {_moment(wishes.snoozed_until, _zone(turn))}")
    lines.append(f"- {_hours(wishes)} At most {words.plural(wishes.daily_cap, 'notice')} a day.")
    lines.append(
        "\n“Stop weather”, “stop weather for this trip”, “quiet hours 21 to 9”, “snooze for 2 "
        "days” and “at most 2 notices a day” change that."
    )
    options = _switches(wishes)
    return (Text(markdown="\n".join(lines)), Choices(options=turn.offer(*options)))


def _muted_trips(turn: Turn, wishes: NoticeWishes) -> list[str]:
    """One line for whole trips, and one for each trip of which some kinds are muted."""
    titles = {t.id: words.literal(t.title) for t in turn.trips}
    whole = [title for id, title in titles.items() if id in wishes.muted_trips]
    lines = [f"- Muted trips: {words.listing(whole)}"] if whole else []
    for id, title in titles.items():
        kinds = [NAMES[kind] for kind in Kind if (id, kind) in wishes.muted_pairs]
        if kinds:
            lines.append(f"- Stopped for {title}: {words.listing(kinds)}")
    return lines


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
