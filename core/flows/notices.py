"""What a chat wants of notices: fewer, none, later, at which hours; and why one has come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import time, timedelta

from core import words
from core.choices import kind_of_trip_choice, notice_choice
from core.flows.notice_answers import LESS, NO_DAYS, NO_TIMES, changes_told, lost_mornings
from core.flows.notice_book import (
    all_off,
    home_zone,
    hours,
    moment_words,
    said_with,
    show,
    why,
)
from core.flows.visited import visited
from core.groups.deadlines import instant
from core.messages import Text
from core.notices.asking import NoticesSaid
from core.notices.state import Kind, NoticeWishes
from core.notices.words import NAMES
from core.trips import Trip
from core.turn import Screen, Turn

MORNING = time(8)  # a snooze until a day ends there
_SEVERE_STAY = (
    "Severe official warnings still come, day and night; “stop severe warnings” stops those too."
)
_ALL_OFF = "All notices are off in this chat, though: “notices on” changes that."
_WHICH = "Which trip? Open it with “my trips” first."


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
                return why(turn, said)
            case "visited":
                return visited(turn, said)
            case "back":
                return _on_again(turn)
            case "undo":
                return back(turn)
            case "less":
                cap = words.plural(turn.notices.wishes.daily_cap, "notice")
                day = notice_choice("snooze", "24", "Snooze a day")
                return said_with(turn, LESS.format(cap=cap), day, all_off())
            case "days":
                day = notice_choice("snooze", "24", "Snooze a day")
                return said_with(turn, f"{NO_DAYS} {hours(turn.notices.wishes)}", day)
            case "times":
                return said_with(turn, f"{NO_TIMES} {hours(turn.notices.wishes)}")
            case "unclear":
                return (Text(markdown=_UNCLEAR),)
            case _:
                return show(turn)


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
        return said_with(turn, text, notice_choice("start", "", "Notices on"))
    turn.keep_wishes(wishes.model_copy(update={"muted": wishes.muted | set(said.kinds)}))
    names = words.listing(NAMES[kind] for kind in said.kinds)
    text = f"No more {names} in this chat.{_about_danger(said.kinds, turn.notices.wishes)}"
    back = ",".join(said.kinds)
    return said_with(turn, text, notice_choice("start", back, f"{words.capital(names)} on"[:40]))


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
        return said_with(turn, text, *back)
    turn.keep_wishes(wishes.model_copy(update={"muted_trips": wishes.muted_trips | {trip.id}}))
    text = f"No more notices about **{title}**.{_severe(turn.notices.wishes)}"
    return said_with(turn, text, notice_choice("start", trip.id, "This trip on"))


def _only(turn: Turn, said: NoticesSaid) -> Screen:
    """These kinds and no others; severe warnings stay whatever they are."""
    kept = {*said.kinds, Kind.ALERT}
    update = {"muted": frozenset(Kind) - kept, "muted_pairs": frozenset(), "off": False}
    turn.keep_wishes(turn.notices.wishes.model_copy(update=update))
    names = words.listing(NAMES[kind] for kind in Kind if kind in kept)
    return said_with(turn, f"From now on only {names}.", notice_choice("start", "", "All back on"))


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
        return said_with(turn, f"Notices are on. {hours(turn.notices.wishes)}")
    names = words.listing(NAMES[kind] for kind in said.kinds)
    text = f"{words.capital(names)} are on. {hours(turn.notices.wishes)}"
    if not wishes.off:
        return said_with(turn, text)
    return said_with(
        turn, f"{text} Everything else stays off.", notice_choice("start", "", "All back on")
    )


def _on_again(turn: Turn) -> Screen:
    """What was stopped last comes again, or everything, when it was not the last change."""
    before, now = turn.session.wishes_before, turn.notices.wishes
    silent = before is None or (before.off and not now.off)
    if silent and (now.off or now.muted or now.muted_trips or now.muted_pairs):
        return _start(turn, NoticesSaid(do="start"))
    return said_with(turn, _state(now)) if silent else back(turn)


def back(turn: Turn) -> Screen:
    """Notices as they were before the last change. A second time changes nothing."""
    before, now = turn.session.wishes_before, turn.notices.wishes
    if before is None:
        return said_with(turn, f"Nothing was changed, so all stays as it is. {_state(now)}")
    before = before.model_copy(update={"home": now.home})
    turn.keep_wishes(before)
    turn.update(wishes_before=None, last_change="")
    told = changes_told(now, before, turn.now, {t.id: t.title for t in turn.trips})
    return said_with(turn, f"{told} {_state(before)}")


def _state(wishes: NoticeWishes) -> str:
    return _ALL_OFF if wishes.off else hours(wishes)


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
        text += f" All are snoozed until {moment_words(wishes.snoozed_until, home_zone(turn))}."
    more = muted or asleep or (wishes.off and (others or said.kinds))
    return said_with(turn, text, *([notice_choice("start", "", "All back on")] if more else []))


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
    text = hours(turn.notices.wishes)
    if start != end:
        text += lost_mornings(turn.notices.wishes)
    if start != end and not wishes.off and Kind.ALERT not in wishes.muted:
        text += " Severe official warnings come at any hour."
    if said.vague and turn.trip is not None and turn.trip.plan is not None:
        text += " The days of the plan stay as they are."
    if wishes.off:
        text += f" {_ALL_OFF}"
    return said_with(
        turn, text, *([notice_choice("start", "", "Notices on")] if wishes.off else [])
    )


def _snooze(turn: Turn, said: NoticesSaid) -> Screen:
    zone = home_zone(turn)
    if said.until is not None:
        until = instant(said.until, MORNING, zone)
    else:
        until = turn.now + timedelta(hours=said.hours or 24)
    turn.keep_wishes(turn.notices.wishes.model_copy(update={"snoozed_until": until}))
    text = f"I keep my notices to myself until {moment_words(until, zone)}."
    text += _severe(turn.notices.wishes)
    return said_with(turn, text, notice_choice("start", "", "Notices on"))


def _cap(turn: Turn, said: NoticesSaid) -> Screen:
    count = said.count
    if count is None:
        return (Text(markdown=_UNCLEAR),)
    turn.keep_wishes(turn.notices.wishes.model_copy(update={"daily_cap": count}))
    text = f"At most {words.plural(count, 'notice')} a day.{_severe(turn.notices.wishes)}"
    return said_with(turn, text)
