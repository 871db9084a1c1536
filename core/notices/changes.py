"""Changes that concern a trip, and what of it was seen and told before. Values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from core.messages import Value
from core.travel import Alert, DayWeather, Event, Severity

Aspect = Literal["rain", "storm", "wind", "heat", "cold"]


class DaySeen(Value):
    """What was told last of a day's weather in a town, by which it is `poor`.

    `better_since` is when a forecast first said that it is fine again.
    """

    place: str
    day: date
    weather: DayWeather | None
    poor: frozenset[Aspect] = frozenset()
    better_since: AwareDatetime | None = None
    times: int = 0  # how often a change of it was told


class EventSeen(Value):
    """An event as it was told last, or as it was when it was first seen."""

    id: str
    first: date
    starts_at: AwareDatetime | None = None
    status: str = ""


class AlertSeen(Value):
    """A hazard that was told, whatever ids its updates have."""

    key: str
    severity: Severity


class Seen(Value):
    """All that later looks at a trip are held against. `looked` are the towns whose events have
    been looked at: what is there for the first time is not new."""

    days: tuple[DaySeen, ...] = ()
    events: tuple[EventSeen, ...] = ()
    alerts: tuple[AlertSeen, ...] = ()
    looked: tuple[str, ...] = ()


class WeatherChange(Value):
    """The weather of planned outdoor stops. `old` is what was told before, None: nothing."""

    type: Literal["weather"] = "weather"
    place: str
    day: date
    stop_ids: tuple[str, ...]  # the outdoor stops it is about, the longest first
    old: DayWeather | None
    new: DayWeather
    poor: frozenset[Aspect]
    before: frozenset[Aspect] = frozenset()
    times: int = 1

    @property
    def better(self) -> bool:
        return not self.poor

    @property
    def about(self) -> str:
        """The stop, and which change of its weather this is."""
        return f"{self.stop_ids[0]}/{self.times}"


class EventChange(Value):
    """Events that are new (several at once), or one that moved or was cancelled."""

    type: Literal["event"] = "event"
    what: Literal["new", "moved", "cancelled", "postponed"]
    place: str
    events: tuple[Event, ...]
    old_first: date | None = None
    old_starts_at: AwareDatetime | None = None

    @property
    def day(self) -> date:
        return self.old_first or self.events[0].first

    @property
    def about(self) -> str:
        """The event, and what of it is told; a second move is another one."""
        event = self.events[0]
        moved = f"/{event.starts_at or event.first}" if self.what == "moved" else ""
        return f"{event.id}/{self.what}{moved}"


class AlertChange(Value):
    """An official warning that is new, or graver than it was told."""

    type: Literal["alert"] = "alert"
    place: str
    day: date
    key: str
    alert: Alert

    @property
    def about(self) -> str:
        return f"{self.key}/{self.alert.severity}"


Change = Annotated[WeatherChange | EventChange | AlertChange, Field(discriminator="type")]


class News(Value):
    """What a look at a trip found, and what the next one is held against."""

    changes: tuple[Change, ...] = ()
    seen: Seen = Seen()


CHANGE: TypeAdapter[Change] = TypeAdapter(Change)  # a change as a notice carries it, in JSON
