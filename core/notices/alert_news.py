"""Official warnings that are news: grave ones, once each, again when they get graver; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from core.naming import folded
from core.notices.changes import AlertChange, AlertSeen, Seen
from core.travel import Alert, AlertReport, Severity
from core.trips import Plan
from core.zones import zone_of

_COLOURS = frozenset("green yellow amber orange red".split())
_GRADE = {
    Severity.MINOR: 0,
    Severity.MODERATE: 1,
    Severity.UNKNOWN: 1,
    Severity.SEVERE: 2,
    Severity.EXTREME: 3,
}


def alert_news(
    plan: Plan, seen: Seen, reports: Mapping[str, AlertReport], now: datetime
) -> tuple[list[AlertChange], Seen]:
    """Grave official warnings for the days in town that were not told, or not as grave."""
    known = {a.key: a for a in seen.alerts}
    found: list[AlertChange] = []
    for town in plan.towns:
        report = reports.get(town.destination_id)
        zone = zone_of(town.timezone)
        for alert in _grave(report.alerts if report else ()):
            first, last = alert.onset.astimezone(zone).date(), alert.ends.astimezone(zone).date()
            if alert.ends <= now or last < town.first or first > town.last:
                continue
            key = _hazard(town.destination_id, alert, first)
            told = known.get(key) or _continued(known.values(), town.destination_id, alert, first)
            known[key] = AlertSeen(key=key, severity=alert.severity)
            if told is None or _GRADE[alert.severity] > _GRADE[told.severity]:
                found.append(
                    AlertChange(
                        place=town.destination_id,
                        day=max(first, town.first, now.astimezone(zone).date()),
                        key=key,
                        alert=alert,
                    )
                )
            elif _GRADE[told.severity] > _GRADE[alert.severity]:
                known[key] = AlertSeen(key=key, severity=told.severity)
    return found, seen.model_copy(update={"alerts": tuple(known.values())})


def _grave(alerts: Iterable[Alert]) -> list[Alert]:
    return [a for a in alerts if a.official and _GRADE[a.severity] >= _GRADE[Severity.SEVERE]]


def _hazard(place: str, alert: Alert, first: date) -> str:
    """The same for all updates of a warning: what, where, from which day on. A colour is a grade,
    and told by the severity."""
    what = [word for word in folded(alert.event).split() if word not in _COLOURS]
    return f"{place}/{'-'.join(what)[:24]}/{first}"


def _continued(
    known: Iterable[AlertSeen], place: str, alert: Alert, first: date
) -> AlertSeen | None:
    """The told warning that this one prolongs or replaces: the same hazard, a day off."""
    beside = {_hazard(place, alert, first + timedelta(days=n)) for n in (-1, 1)}
    told = [a for a in known if a.key in beside]
    return max(told, key=lambda a: _GRADE[a.severity], default=None)
