"""What somebody said or tapped about notices."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from core.messages import Value
from core.notices.state import Kind


class NoticesSaid(Value):
    """One thing asked of notices.

    `back` is about what was stopped last, `undo` about any last change; `less` complains of too
    many. `days` and `times` ask for what there is not: silence on some days of the week, another
    hour for what comes daily.
    `kinds` are those it is about, none: all. `here` limits it to the trip that is open. Of `start`
    and `end` of quiet hours one may stay as it was. `hours` or `until` is how long a snooze lasts.
    `button` is what a button carries: the id of a notice or of a trip.
    """

    do: Literal[
        "show",
        "stop",
        "start",
        "only",
        "quiet",
        "no_quiet",
        "snooze",
        "cap",
        "why",
        "visited",
        "back",
        "undo",
        "less",
        "days",
        "times",
        "unclear",
    ]
    kinds: tuple[Kind, ...] = ()
    here: bool = False
    start: time | None = None
    end: time | None = None
    until: date | None = None
    hours: int | None = Field(default=None, ge=1, le=24 * 60)
    count: int | None = Field(default=None, ge=0, le=50)
    button: str = ""
    vague: bool = False  # it may have been meant of the days of a plan
