"""What the kinds of notices are called, in the middle of a sentence."""

from __future__ import annotations

from core.notices.state import Kind

NAMES: dict[Kind, str] = {
    Kind.OUTLOOK: "outlooks",
    Kind.PACKING: "packing lists",
    Kind.FINAL_CHECK: "final checks",
    Kind.MORNING: "morning briefs",
    Kind.REMINDER: "reminders",
    Kind.CHECK_IN: "check-in reminders",
    Kind.WEATHER: "weather notices",
    Kind.EVENT: "event notices",
    Kind.ALERT: "severe warnings",
    Kind.AFTER: "words after the trip",
}
