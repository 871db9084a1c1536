"""What a change asks of the wish and of the dates, before the planner repairs the plan."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from core.appointments import undated
from core.errors import Rejected
from core.interests import INTERESTS
from core.naming import best_named, folded
from core.reading import Change, ChangeKind
from core.resolving import date_options, within_window
from core.trips import Plan, Stop, Trip
from core.turn import Turn
from core.wishes import Appointment, Pace, When, Wish
from core.words import listing

SETTLED = "settled"  # what a request is about that answers a contradiction
_PACES = (Pace.RELAXED, Pace.NORMAL, Pace.PACKED)


def revised_wish(turn: Turn, trip: Trip, plan: Plan) -> tuple[Wish, tuple[Change, ...], date, date]:
    """The wish after the message, the changes in it, and the first and last day.

    Raises Rejected when a change names a day or a stop that the plan does not have.
    """
    request = turn.request
    wish = trip.wish.with_news(request.wish.model_copy(update={"when": None}))
    said = tuple(_numbered(c, plan) for c in request.changes)
    if not said and request.about != SETTLED:
        said = _implied(turn)
    said = tuple(_paced(change, request.wish.pace, plan) for change in said)
    for change in said:
        if change.day is None or change.what not in _PARTS:
            _refuse_two_meanings(change, plan)
        if change.kind is ChangeKind.MOVE:
            _stop_title(change.what, plan)
    changes = tuple(one for change in said for one in _whole_days(change, plan, turn.now))
    for change in changes:
        wish = _with_change(wish, change, plan)
    if any(change.kind is ChangeKind.PACE for change in request.changes):
        wish = wish.model_copy(update={"pace": request.wish.pace})
    news = request.wish.when
    if news is not None:
        inside = within_window(news, When(first=plan.first_day, last=plan.last_day))
        news = inside if inside.first and inside.first >= turn.now.date() else news
    first, last = _days(news, plan, turn.now.date())
    for change in changes:
        if change.kind is ChangeKind.SHIFT_DATES and change.what:
            first, last = _stretched(change.what, first, last)
    when = When(first=first, last=last)
    return wish.model_copy(update={"when": when}), changes, first, last


def _implied(turn: Turn) -> tuple[Change, ...]:
    """Changes that stand in the wish alone: new dates, people, money, refusals."""
    news = turn.request.wish
    found: list[Change] = []
    if news.when is not None:
        found.append(Change(kind=ChangeKind.SHIFT_DATES))
    if news.party is not None:
        found.append(Change(kind=ChangeKind.PARTY))
    if news.budget is not None:
        found.append(Change(kind=ChangeKind.BUDGET))
    found += [Change(kind=ChangeKind.NO_CATEGORY, what=t) for t in news.dislikes if t in INTERESTS]
    found += [Change(kind=ChangeKind.MORE_OF, what=t) for t in news.likes if t in INTERESTS]
    found += [Change(kind=ChangeKind.ADD, what=t) for t in news.musts]
    told = (news.max_walk_km, news.day_start)
    if news.appointments or news.lodging or any(t is not None for t in told):
        found.append(Change(kind=ChangeKind.FIXED))
    if news.arrive_at is not None:
        found.append(Change(kind=ChangeKind.ARRIVE_AT, at=news.arrive_at))
    if news.leave_at is not None:
        found.append(Change(kind=ChangeKind.LEAVE_AT, at=news.leave_at))
    return tuple(found)


def _paced(change: Change, pace: Pace | None, plan: Plan) -> Change:
    """A pace that was named, as slower or faster than that of the plan."""
    if change.kind is not ChangeKind.PACE or pace is None or pace == Pace(plan.pace):
        return change
    faster = _PACES.index(pace) > _PACES.index(Pace(plan.pace))
    return Change(kind=ChangeKind.FASTER if faster else ChangeKind.SLOWER)


def _refuse_two_meanings(change: Change, plan: Plan) -> None:
    """Raises Rejected when the words of a change name two stops of the plan equally well."""
    if change.kind not in (ChangeKind.REMOVE, ChangeKind.MOVE, ChangeKind.BOOKED):
        return
    wanted = set(folded(change.what).split())
    titles = [s.title for s in plan.visits() if wanted and wanted <= set(folded(s.title).split())]
    if len(titles) > 1 and all(folded(t) != folded(change.what) for t in titles):
        raise Rejected(
            f"{listing(titles)} go by that name. Which one do you mean? Say it again with the "
            "whole name."
        )


def _with_change(wish: Wish, change: Change, plan: Plan) -> Wish:
    match change.kind:
        case ChangeKind.SLOWER | ChangeKind.FASTER if change.day is None:
            step = -1 if change.kind is ChangeKind.SLOWER else 1
            index = _PACES.index(Pace(plan.pace)) + step
            return wish.model_copy(update={"pace": _PACES[min(max(index, 0), 2)]})
        case ChangeKind.NO_CATEGORY:
            return wish.reversed_by(Wish(dislikes=(change.what,)))
        case ChangeKind.MORE_OF:
            return wish.reversed_by(Wish(likes=(change.what,)))
        case ChangeKind.REMOVE:
            return wish.with_news(Wish(dislikes=(_stop_title(change.what, plan),)))
        case ChangeKind.ADD:
            return wish.reversed_by(Wish(musts=(change.what,)))
        case ChangeKind.BOOKED:
            return wish.with_news(Wish(appointments=(_booking(change.what, plan),)))
        case ChangeKind.FIXED if change.day is not None:
            return wish.model_copy(
                update={
                    "appointments": tuple(
                        a.model_copy(update={"trip_day": change.day}) if undated(a) else a
                        for a in wish.appointments
                    )
                }
            )
        case ChangeKind.UNBOOKED:
            title = _stop_title(change.what, plan)
            left = tuple(a for a in wish.appointments if a.title != title)
            return wish.model_copy(update={"appointments": left})
        case ChangeKind.ARRIVE_AT:
            at = change.at or _other_flight(plan.arrival_at, change.what) or wish.arrive_at
            return wish.model_copy(update={"arrive_at": at})
        case ChangeKind.LEAVE_AT:
            at = change.at or _other_flight(plan.departure_at, change.what) or wish.leave_at
            return wish.model_copy(update={"leave_at": at})
        case _:
            return wish


def refuse_what_is_over(old: Plan, new: Plan, now: datetime) -> None:
    """Raises Rejected when a change of a plan that runs would need hours that are over."""
    if not old.first_day <= now.date() <= old.last_day or new.first_day > old.first_day:
        return
    done = {(s.id, s.start) for s in old.visits() if s.end <= now}
    if {(s.id, s.start) for s in new.visits() if s.end <= now} != done:
        raise Rejected(
            "That would change hours that are over. Ask for one thing still to come, such as "
            "“remove …” or “move … to tomorrow”."
        )


def booked_and_dropped(changes: tuple[Change, ...], plan: Plan) -> list[Stop]:
    """The booked stops that the changes take out without giving up the booking."""
    named = [(s.id, s.title) for s in plan.visits()]
    freed = {best_named(c.what, named) for c in changes if c.kind is ChangeKind.UNBOOKED}
    gone = {best_named(c.what, named) for c in changes if c.kind is ChangeKind.REMOVE} - freed
    return [s for s in plan.visits() if s.booked and s.id in gone]


def _booking(what: str, plan: Plan) -> Appointment:
    """The stop that `what` names, fixed at its time."""
    title = _stop_title(what, plan)
    stop = next(s for s in plan.visits() if s.title == title)
    minutes = int((stop.end - stop.start).total_seconds() // 60)
    return Appointment(
        title=title,
        at=stop.start.time(),
        day=stop.start.date(),
        minutes=min(max(30, minutes), 12 * 60),
        place=title,
    )


def _stop_title(what: str, plan: Plan) -> str:
    """The title of the stop that `what` names. Raises Rejected when the plan has none such."""
    visits = plan.visits()
    found = best_named(what, [(s.title, s.title) for s in visits])
    if found is None:
        raise Rejected(
            f"The plan has no stop called “{what}”. Which one do you mean? To put it in, say "
            f"“add {what}”."
        )
    return found


def _other_flight(known: datetime | None, what: str) -> time | None:
    """An earlier or later flight when no time was said: two hours off, inside the same day."""
    if known is None or what not in ("earlier", "later"):
        return None
    moved = known + timedelta(hours=-2 if what == "earlier" else 2)
    return moved.time() if moved.date() == known.date() else known.time()


# Which stops take up a part of a day, by the hour.
_PARTS = {
    "": (0, 24),
    "rest": (0, 24),
    "morning": (0, 12),
    "afternoon": (13, 18),
    "evening": (18, 24),
}


def _whole_days(change: Change, plan: Plan, now: datetime) -> tuple[Change, ...]:
    """ "Clear day 3" and "the afternoon free" are the removal of each stop of that time."""
    part = _PARTS.get(change.what)
    if change.kind is not ChangeKind.REMOVE or change.day is None or part is None:
        return (change,)
    begins, ends = part
    stops = [s for s in plan.days[change.day - 1].stops if s.sight_id and not s.booked]
    if change.what == "rest":
        stops = [s for s in stops if s.end > now]
    stops = [s for s in stops if s.start.hour < ends and s.end.hour + s.end.minute / 60 > begins]
    if not stops:
        raise Rejected("Nothing is planned then: that time is free already.")
    return tuple(Change(kind=ChangeKind.REMOVE, what=s.title) for s in stops)


def _stretched(what: str, first: date, last: date) -> tuple[date, date]:
    """ "nights+1" and "start-7", as the reader writes "one day more" and "a week earlier"."""
    found = re.fullmatch(r"(nights|start)([+-]\d{1,3})", what)
    if found is None:
        return first, last
    days = timedelta(days=int(found[2]))
    if found[1] == "start":
        return first + days, last + days
    return first, max(first, last + days)


def _numbered(change: Change, plan: Plan) -> Change:
    """The change with day numbers for dates and "last"; checks that the plan has these days."""
    numbers = {d.day: n for n, d in enumerate(plan.days, 1)}
    update: dict[str, object] = {}
    if change.day == -1:
        update["day"] = len(plan.days)
    if change.other_day == -1:
        update["other_day"] = len(plan.days)
    elif change.kind is ChangeKind.SWAP_DAYS and change.other_day is None and change.what:
        update["other_day"] = _named_weekday(change.what, plan)
    if change.on is not None and change.day is None:
        number = numbers.get(change.on) or _by_weekday(change.on, plan)
        if number is None:
            raise Rejected("The plan has no such day.")
        update["day"] = number
    changed = change.model_copy(update=update)
    for number in (changed.day, changed.other_day):
        if number is not None and not 1 <= number <= len(plan.days):
            raise Rejected(f"The plan has days 1 to {len(plan.days)}; there is no day {number}.")
    return changed


def _named_weekday(what: str, plan: Plan) -> int | None:
    wanted = what[:3].title()
    return next((n for n, d in enumerate(plan.days, 1) if d.weekday == wanted), None)


def _by_weekday(on: date, plan: Plan) -> int | None:
    return next((n for n, d in enumerate(plan.days, 1) if d.day.weekday() == on.weekday()), None)


def _days(news: When | None, plan: Plan, today: date) -> tuple[date, date]:
    """The dates after the change: a new start keeps the length, a new length keeps the start."""
    first, last = plan.first_day, plan.last_day
    if news is None:
        return first, last
    length = (last - first).days
    if news.nights is not None and not (news.first or news.earliest):
        return first, first + timedelta(days=news.nights)
    if news.last is not None and news.first is None and news.last > first:
        return first, news.last
    if news.first is not None:
        if news.last is not None and (news.last > news.first or news.nights == 0):
            return news.first, news.last
        return news.first, news.first + timedelta(days=length)
    kept = news if news.nights is not None else news.model_copy(update={"nights": length})
    options = date_options(Wish(when=kept), today, 1)
    return options[0] if options else (first, last)
