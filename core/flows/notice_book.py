"""What notices there are, why one has come, and how the answers of that flow end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core import words
from core.choices import notice_choice
from core.messages import Choice, Choices, Text
from core.notices.asking import NoticesSaid
from core.notices.state import Kind, Notice, NoticeWishes
from core.notices.words import NAMES
from core.turn import Screen, Turn
from core.zones import zone_of

_FOUND = (Kind.WEATHER, Kind.EVENT, Kind.ALERT)
_CALENDAR = tuple(kind for kind in Kind if kind not in _FOUND)


def hours(wishes: NoticeWishes) -> str:
    if wishes.quiet_from == wishes.quiet_until:
        return "There are no quiet hours: I may write at any time of day."
    span = f"{wishes.quiet_from:%H:%M} and {wishes.quiet_until:%H:%M}"
    return f"Between {span}, by the clock where you are, I stay quiet."


def home_zone(turn: Turn) -> str:
    """Whose clock counts: that of the last notice, else of home, as far as may be known here."""
    last = turn.notices.last[0].zone if turn.notices.last else ""
    return last or turn.known.value("timezone") or turn.notices.wishes.home or "UTC"


def moment_words(moment: datetime, zone: str) -> str:
    local = moment.astimezone(zone_of(zone))
    return f"{words.day(local.date())} {words.clock(local)}"


# --- why ---------------------------------------------------------------------------------------


def why(turn: Turn, said: NoticesSaid) -> Screen:
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


def show(turn: Turn) -> Screen:
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
        lines.append(f"- Snoozed until {moment_words(wishes.snoozed_until, home_zone(turn))}")
    lines.append(f"- {hours(wishes)} At most {words.plural(wishes.daily_cap, 'notice')} a day.")
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
    return [*switches, notice_choice("snooze", "24", "Snooze a day"), all_off()]


def all_off() -> Choice:
    return notice_choice("stop", "", "All off")


def said_with(turn: Turn, text: str, *options: Choice) -> Screen:
    more = (*options, notice_choice("show", "", "All notices"))
    return (Text(markdown=text), Choices(options=turn.offer(*more)))
