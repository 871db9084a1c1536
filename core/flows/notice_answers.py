"""What is said of notices when a wish cannot be met, and when a change was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core import words
from core.notices.policies import POLICIES
from core.notices.state import Kind, NoticeWishes
from core.notices.words import NAMES

LESS = (
    "Sorry. At most {cap} a day come now, severe warnings aside. “At most 1 notice a day”, “only "
    "severe warnings”, “no morning briefs”, “snooze for a week” or “stop all notices” make it less."
)
NO_DAYS = (
    "I cannot keep quiet on some days of the week only. What I can: quiet hours, the same every "
    "day (“quiet hours 20 to 12”), a snooze (“snooze until Monday”), or fewer (“at most 1 notice a "
    "day”)."
)
NO_TIMES = (
    "I cannot move a single notice to another time: morning briefs come at about 8:15, packing "
    "lists three days before and final checks the evening before, at about 18:00. What I can: "
    "quiet hours (“quiet hours 21 to 9”)."
)
_ANY_DAY = date(2000, 1, 1)


def lost_mornings(wishes: NoticeWishes) -> str:
    """One more sentence when quiet hours leave no time for morning briefs; else nothing."""
    brief = POLICIES[Kind.MORNING]
    assert brief.at is not None
    due = datetime.combine(_ANY_DAY, brief.at)
    last = due + brief.lateness
    start = datetime.combine(_ANY_DAY, wishes.quiet_from)
    end = datetime.combine(_ANY_DAY, wishes.quiet_until)
    if end <= start:  # over midnight: the part of the morning counts
        start -= timedelta(days=1)
    if Kind.MORNING in wishes.muted or not (start <= due and last <= end):
        return ""
    return " So morning briefs do not reach you: they are of use until about noon."


def changes_told(
    was: NoticeWishes, now: NoticeWishes, at: datetime, titles: Mapping[str, str]
) -> str:
    """What is different now, in short sentences."""
    told = []
    if was.off != now.off:
        told.append("Notices are off again." if now.off else "Notices are on again.")
    told += _flipped("on", [NAMES[k] for k in Kind if k in was.muted - now.muted])
    told += _flipped("off", [NAMES[k] for k in Kind if k in now.muted - was.muted])
    for pair in (was.muted_pairs - now.muted_pairs, now.muted_pairs - was.muted_pairs):
        how = "on" if pair & was.muted_pairs else "off"
        for trip in dict.fromkeys(sorted(t for t, _ in pair if t in titles)):
            kinds = [NAMES[k] for k in Kind if (trip, k) in pair]
            about = f" about **{words.literal(titles[trip])}**"
            told += _flipped(how, [words.listing(kinds) + about])
    for trip in titles:
        if (trip in was.muted_trips) != (trip in now.muted_trips):
            how = "off" if trip in now.muted_trips else "on"
            told.append(f"Notices about **{words.literal(titles[trip])}** are {how} again.")
    if was.snoozed_until != now.snoozed_until:
        asleep = now.snoozed_until is not None and now.snoozed_until > at
        told.append("The snooze is as it was before." if asleep else "The snooze is over.")
    if was.daily_cap != now.daily_cap:
        told.append(f"At most {words.plural(now.daily_cap, 'notice')} a day again.")
    return " ".join(told) or "As it was before."


def _flipped(how: str, names: list[str]) -> list[str]:
    return [f"{words.capital(words.listing(names))} are {how} again."] if names else []
