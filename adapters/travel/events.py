"""Events of several sources together: what is known always stays, what is sold is added."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from core.errors import Unavailable
from core.travel import Destination, Event, Events


class Seller(Protocol):
    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        """What is sold on these local days; empty is "not covered". Raises Unavailable."""
        ...


PATIENCE_S = 1.5  # less than a plan waits for its events, so that the known ones still come
SHOWN_A_DAY = 6


class EventsTogether:
    """Yearly events and public holidays, and what a seller has on those days.

    Without the seller's answer the known ones are the answer: they are never lost by it. A city
    has a hundred concerts a week; at most six a day are taken, those with a fixed time first.
    """

    def __init__(self, known: Events, sold: Seller, *, patience_s: float = PATIENCE_S) -> None:
        self._known = known
        self._sold = sold
        self._patience_s = patience_s

    async def between(self, destination: Destination, first: date, last: date) -> list[Event]:
        """Everything that touches the local days `first`..`last`, in order."""
        known = await self._known.between(destination, first, last)
        try:
            async with asyncio.timeout(self._patience_s):
                sold = await self._sold.between(destination, first, last)
        except (Unavailable, TimeoutError):
            return known
        taken = {e.name.casefold() for e in known}
        return sorted(
            [*known, *few_a_day(e for e in sold if e.name.casefold() not in taken)],
            key=lambda e: (e.first, e.starts_at is not None, str(e.starts_at or ""), e.id),
        )

    async def known(self, destination: Destination, first: date, last: date) -> list[Event]:
        """Yearly events and public holidays alone; the seller is not asked."""
        return await self._known.known(destination, first, last)


def few_a_day(events: Iterable[Event]) -> list[Event]:
    """At most six a day: what takes place at a known time and point, then the rest, as listed."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.first, []).append(event)
    found: list[Event] = []
    for day in sorted(by_day):
        ranked = sorted(
            by_day[day],
            key=lambda e: (bool(e.status), e.starts_at is None, e.venue_point is None),
        )
        found += ranked[:SHOWN_A_DAY]
    return found
