"""The composer: facts from the ports become the words of a notice, with a way to get fewer of them.

Every number is from a source, with its age. What a group reads is made of the trip alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core import words
from core.choices import notice_choice
from core.exports import Exporter
from core.messages import Choices, Part, Text
from core.notices import before, found_said, on_the_way
from core.notices.before import Said
from core.notices.changes import CHANGE, AlertChange, EventChange, WeatherChange
from core.notices.state import Hearer, Kind, Notice
from core.notices.told import Rows, no_rows
from core.notices.words import NAMES
from core.travel import Travel
from core.trips import Plan, Trip
from core.zones import zone_of

Make = Callable[[Notice, Trip, Plan, Hearer, Travel], Awaitable[Said | None]]
_MAKERS: dict[Kind, Make] = {
    Kind.OUTLOOK: before.outlook,
    Kind.PACKING: before.packing_list,
    Kind.MORNING: on_the_way.morning,
    Kind.REMINDER: on_the_way.reminder,
    Kind.CHECK_IN: on_the_way.check_in,
    Kind.AFTER: on_the_way.after,
}


class Composing:
    """Implements `core.notices.state.Composer` over the travel ports."""

    def __init__(
        self, travel: Travel, exporter: Exporter | None = None, rows: Rows = no_rows
    ) -> None:
        """`rows` gives the notices of a trip, said or not, by the id of the trip."""
        self._travel = travel
        self._rows = rows
        self._exporter = exporter

    async def compose(self, notice: Notice, trip: Trip, hearer: Hearer) -> tuple[Part, ...] | None:
        """The screen of a notice; None when there is nothing worth saying any more."""
        if trip.plan is None:
            return None
        said = await self._said(notice, trip, trip.plan, hearer)
        if said is None:
            return None
        lines, options, files = said
        control = [notice_choice("why", notice.id, "Why this?")]
        if notice.kind not in (Kind.ALERT, Kind.AFTER):  # how to stop a warning is told by words
            control.append(notice_choice("stop", notice.kind, f"No {NAMES[notice.kind]}"))
        before = f"{late(notice)}\n\n" if hearer.late else ""
        text = Text(markdown=before + "\n".join(lines))
        return (text, *files, Choices(options=(*options, *control)))

    async def _said(self, notice: Notice, trip: Trip, plan: Plan, hearer: Hearer) -> Said | None:
        if notice.kind is Kind.FINAL_CHECK:
            return await before.final_check(
                notice, trip, plan, hearer, self._travel, self._exporter
            )
        if notice.kind in _MAKERS:
            return await _MAKERS[notice.kind](notice, trip, plan, hearer, self._travel)
        change = CHANGE.validate_json(notice.news)
        match change:
            case WeatherChange():
                rows = await self._rows(trip.id)
                return await found_said.weather_change(
                    change, trip, plan, hearer, self._travel, rows
                )
            case EventChange():
                return await found_said.event_change(change, trip, plan, hearer, self._travel)
            case AlertChange():
                return await found_said.alert_change(change, trip, plan, hearer, self._travel)


def late(notice: Notice) -> str:
    """ "This comes late: it was meant for Thu 12 Mar 18:00." in the traveller's own time."""
    local = notice.due.astimezone(zone_of(notice.zone))
    return f"*This comes late: it was meant for {words.day(local.date())} {words.clock(local)}.*"
