"""What is new, moved or cancelled of the events a traveller cares for; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from core.interests import INTERESTS
from core.naming import folded
from core.notices.changes import EventChange, EventSeen, Seen
from core.travel import Event, EventKind
from core.trips import Plan
from core.wishes import Wish
from core.zones import zone_of

EVENT_STEP = timedelta(minutes=30)  # what begins a little later has not moved
_LIKED: dict[EventKind, frozenset[str]] = {
    EventKind.MUSIC: frozenset({"music", "nightlife"}),
    EventKind.STAGE: frozenset({"art", "music"}),
    EventKind.FESTIVAL: frozenset({"food", "wine", "music", "art"}),
}


def interests(event: Event, wish: Wish) -> bool:
    """Whether an event is the traveller's business: booked, of a kind they like, or named so."""
    if booked(event, wish):
        return True
    name = set(folded(event.name).split())
    if set(wish.dislikes) & _LIKED.get(event.kind, frozenset()):
        return False
    if set(wish.likes) & _LIKED.get(event.kind, frozenset()):
        return True
    named = [folded(INTERESTS[t].label if t in INTERESTS else t) for t in wish.likes]
    return any(set(n.split()) <= name for n in named if n)


def booked(event: Event, wish: Wish) -> bool:
    """Whether an event is one of the traveller's appointments, by its name."""
    name = set(folded(event.name).split())
    titles = (set(folded(a.title).split()) for a in wish.appointments)
    return any(title and (title <= name or name <= title) for title in titles)


def event_news(
    plan: Plan,
    wish: Wish,
    seen: Seen,
    listed: Mapping[str, Sequence[Event]],
    now: datetime,
) -> tuple[list[EventChange], Seen]:
    """What is new, moved or cancelled of what the traveller cares for; `listed` by town.

    Nobody says that something is cancelled because it is not listed any more.
    """
    planned = {e.id: _as_seen(e) for d in plan.days for e in d.events}
    known = planned | {e.id: e for e in seen.events}
    looked = dict.fromkeys(seen.looked)
    found: list[EventChange] = []
    for town in plan.towns:
        if town.destination_id not in listed:
            continue
        today = now.astimezone(zone_of(town.timezone)).date()
        here = town.destination_id
        first_look = here not in looked
        looked[here] = None
        fresh: list[Event] = []
        for event in listed[here]:
            old = known.get(event.id)
            told = None if old is None else _moved(old, event, here)
            wanted = event.last >= today and interests(event, wish)
            if old is None:
                known[event.id] = _as_seen(event)
                off = _moved(_as_seen(event.model_copy(update={"status": ""})), event, here)
                if off is not None and wanted and booked(event, wish):
                    found.append(off)
                elif wanted and not first_look and not event.status and event.certain:
                    fresh.append(event)
            elif told is not None:
                known[event.id] = _as_seen(event)
                if wanted:
                    found.append(told)
        if fresh:
            new = tuple(sorted(fresh, key=lambda e: (e.first, str(e.starts_at), e.id)))
            found.append(EventChange(what="new", place=here, events=new))
    after = seen.model_copy(update={"events": tuple(known.values()), "looked": tuple(looked)})
    return found, after


def _as_seen(event: Event) -> EventSeen:
    return EventSeen(id=event.id, first=event.first, starts_at=event.starts_at, status=event.status)


def _moved(old: EventSeen, event: Event, place: str) -> EventChange | None:
    what: Literal["moved", "cancelled", "postponed"] | None = None
    if event.status == "cancelled" and old.status != "cancelled":
        what = "cancelled"
    elif event.status == "postponed" and old.status != "postponed":
        what = "postponed"
    elif event.status not in ("cancelled", "postponed") and _other_time(old, event):
        what = "moved"
    if what is None:
        return None
    return EventChange(
        what=what,
        place=place,
        events=(event,),
        old_first=old.first,
        old_starts_at=old.starts_at,
    )


def _other_time(old: EventSeen, event: Event) -> bool:
    if event.first != old.first:
        return True
    if event.starts_at is None or old.starts_at is None:
        return False
    return abs(event.starts_at - old.starts_at) >= EVENT_STEP
