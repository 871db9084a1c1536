"""Warnings for a destination from everybody who knows of any: asked at once, told in one list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from adapters.travel.spot import AlertSource, Found, Spot
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Alert, AlertReport, Destination, Severity
from core.zones import zone_of

DEADLINE_S = 1.8  # a turn waits two seconds for all of its sources
GRAVEST_FIRST = (
    Severity.EXTREME,
    Severity.SEVERE,
    Severity.UNKNOWN,
    Severity.MODERATE,
    Severity.MINOR,
)


class AlertRouter:
    """The Alerts port.

    `national` sources speak for their countries; a `standin` is asked where none of them does, or
    when that one is silent; `worldwide` ones are always asked. `names` and `zones` give what a
    destination's warning areas may be called, by its id.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        national: Sequence[AlertSource] = (),
        worldwide: Sequence[AlertSource] = (),
        standins: Sequence[AlertSource] = (),
        names: Callable[[str], Sequence[str]] = lambda id: (),
        zones: Callable[[str], Sequence[str]] = lambda id: (),
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._clock = clock
        self._national = tuple(national)
        self._worldwide = tuple(worldwide)
        self._standins = tuple(standins)
        self._names = names
        self._zones = zones
        self._deadline_s = deadline_s

    async def active(
        self, destination: Destination, first: date, last: date, language: str = "en"
    ) -> AlertReport:
        """Warnings that touch the local days `first`..`last`, gravest first, each once."""
        names = (destination.name, destination.local_name, *self._names(destination.id))
        spot = Spot(
            point=destination.center,
            country=destination.country,
            timezone=destination.timezone,
            names=tuple(dict.fromkeys(names)),
            zones=tuple(self._zones(destination.id)),
            language=language,
        )
        asked: list[AlertSource] = [s for s in self._national if s.covers(spot.country)]
        stand = () if asked else self._standins
        asked += [s for s in (*stand, *self._worldwide) if s.covers(spot.country)]
        end = asyncio.get_running_loop().time() + self._deadline_s
        found = await self._ask(asked, spot, first, last, end)
        if any(found[s] is None for s in asked if s in self._national):
            found |= await self._ask(self._standins, spot, first, last, end)
        good = {s: f for s, f in found.items() if f is not None}
        alerts = [
            alert
            for source, answer in good.items()
            for alert in answer.alerts
            if source.lasting or _touches(alert, spot, first, last)
        ]
        return AlertReport(
            alerts=tuple(_in_order(_current(alerts, self._clock.now()))),
            checked=tuple(s.name for s in good),
            silent=tuple(s.name for s in found if s not in good),
            notes=tuple(f.note for f in good.values() if f.note),
        )

    async def _ask(
        self, sources: Sequence[AlertSource], spot: Spot, first: date, last: date, end: float
    ) -> dict[AlertSource, Found | None]:
        """What each source says until `end` (of the loop's clock); None for a silent one."""

        async def one(source: AlertSource) -> Found | None:
            try:
                async with asyncio.timeout_at(end):
                    return await source.alerts(spot, first, last)
            except (Unavailable, TimeoutError):
                return None

        answers = await asyncio.gather(*(one(source) for source in sources))
        return dict(zip(sources, answers, strict=True))


def _touches(alert: Alert, spot: Spot, first: date, last: date) -> bool:
    zone = zone_of(spot.timezone)
    begins = datetime.combine(first, time(0), zone)
    ends = datetime.combine(last + timedelta(days=1), time(0), zone)
    return alert.onset < ends and alert.ends > begins


def _current(alerts: Sequence[Alert], now: datetime) -> list[Alert]:
    """Each warning once; neither what an update replaced nor what is over."""
    replaced = {(a.source.name, id) for a in alerts for id in a.references}
    each = {(a.source.name, a.id): a for a in alerts}
    return [a for key, a in each.items() if key not in replaced and a.ends > now]


def _in_order(alerts: Sequence[Alert]) -> list[Alert]:
    return sorted(
        alerts, key=lambda a: (not a.official, GRAVEST_FIRST.index(a.severity), a.onset, a.id)
    )
