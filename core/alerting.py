"""Warnings in words: which matter for a plan, what is answered to a question, who was not heard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import words
from core.travel import Alert, AlertReport, Confidence, Destination, Severity
from core.zones import zone_of

DAYS_AHEAD = 7  # warnings are issued for the next days; earlier, nobody is asked
MOST_TOLD = 8
_GRAVE = (Severity.SEVERE, Severity.EXTREME, Severity.UNKNOWN)
_MARKUP = re.compile(r"[*_`~\[\]<>\\|#]")


def due(first: date, last: date, today: date) -> bool:
    """Whether warnings matter for the days: under way, or starting within a week."""
    return first <= today + timedelta(days=DAYS_AHEAD) and last >= today


def notes(report: AlertReport, destination: Destination) -> list[str]:
    """Sentences for a plan: official warnings that are grave. Without markup, they are exported."""
    zone = zone_of(destination.timezone)
    return [
        f"Official warning for {destination.name}: {_MARKUP.sub('', a.event)}{_grade(a)}, "
        f"{_when(a, zone)}, by {a.source.attribution or a.source.name}{_as_of(a, zone)}."
        for a in report.alerts
        if a.official and a.severity in _GRAVE
    ]


def _as_of(alert: Alert, zone: ZoneInfo) -> str:
    """When a kept warning was fetched: it may be hours old when its source is silent."""
    if alert.source.confidence is not Confidence.CACHED:
        return ""
    at = alert.source.fetched_at.astimezone(zone)
    return f", as of {words.day(at.date())} {words.clock(at)}"


def unheard(report: AlertReport) -> list[tuple[str, str]]:
    """Who did not answer, and what is therefore not known."""
    return [(who[:1].upper() + who[1:], "weather warnings") for who in report.silent]


def told(
    report: AlertReport, destination: Destination, first: date, last: date, now: datetime
) -> str:
    """The answer to "any warnings?", in Markdown. "None" is only said when everybody was heard."""
    zone = zone_of(destination.timezone)
    lines = [f"**Warnings for {words.literal(destination.name)}, {words.span(first, last)}**"]
    lines += [_line(a, zone) for a in report.alerts[:MOST_TOLD]]
    more = len(report.alerts) - MOST_TOLD
    if more > 0:
        lines.append(f"… and {words.plural(more, 'more warning')}.")
    if not report.alerts:
        lines.append(_nothing(report))
    if report.silent:
        lines.append(f"⚠️ {_said(report.silent)} did not answer, so there may be more.")
    lines += [f"⚠️ {note}" for note in report.notes]
    sources = sorted({words.credit(a.source, now) for a in report.alerts})
    if sources:
        lines.append(f"_Sources: {', '.join(sources)}_")
    return "\n".join(lines)


def _nothing(report: AlertReport) -> str:
    if report.silent or not report.checked:
        heard = f" from {words.listing(report.checked)}" if report.checked else ""
        return f"I have no warning{heard}, but I cannot say that there is none."
    return f"None is in force: I asked {words.listing(report.checked)}."


def _line(alert: Alert, zone: ZoneInfo) -> str:
    text = f"- **{words.literal(alert.event)}**{_grade(alert)}, {_when(alert, zone)}"
    if alert.area:
        text += f", {words.literal(_short(alert.area, 80))}"
    if alert.headline != alert.event:
        text += f": {words.literal(_short(alert.headline, 200))}"
    if alert.instruction:
        text = text if text.endswith((".", "!")) else f"{text}."
        text += f" {words.literal(_short(alert.instruction, 200))}"
    if alert.link:
        text += f" ([More]({alert.link}))"
    return text


def _grade(alert: Alert) -> str:
    return (
        "" if alert.severity is Severity.UNKNOWN or not alert.official else f" ({alert.severity})"
    )


def _when(alert: Alert, zone: ZoneInfo) -> str:
    """Local days and times; a warning of ours is about whole days."""
    start, end = alert.onset.astimezone(zone), alert.ends.astimezone(zone)
    if not alert.official:
        return words.day(start.date())
    if start.date() == end.date():
        return f"{words.day(start.date())} {words.clock(start)}–{words.clock(end)}"
    return (
        f"{words.day(start.date())} {words.clock(start)} – "
        f"{words.day(end.date())} {words.clock(end)}"
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _said(names: Sequence[str]) -> str:
    listed = words.listing(names)
    return listed[:1].upper() + listed[1:]
