"""Checks 5 and 7, and visit times: opening strings make sense and there is enough to choose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from adapters.travel.atlas import opening
from adapters.travel.atlas.events import dates_in
from adapters.travel.atlas.schema import DestinationFile, LunarTableRule, Poi

# Minutes from..to by category.
VISIT_MIN = {
    "museum": (45, 240),
    "landmark": (15, 240),
    "church": (15, 150),
    "park": (30, 300),
    "viewpoint": (15, 90),
    "market": (30, 180),
    "beach": (60, 360),
    "neighbourhood": (45, 240),
    "experience": (30, 480),
    "family": (60, 540),
    "nightlife": (45, 300),
    "daytrip": (180, 720),
}
# A normal day of sights has about five hours of visits.
VISIT_MIN_A_DAY = 300
SAMPLE_YEAR = 2027


def opening_strings_make_sense(destination: DestinationFile) -> Iterator[str]:
    """They parse, and the POI is open for 3 hours on 3 days of the sample year at least."""
    for poi in destination.pois:
        if poi.opening is None:
            if poi.opening_confidence != "low":
                yield f"{poi.id}: opening is null, so opening_confidence must be low"
            continue
        trouble = opening.trouble_with(poi.opening)
        if trouble:
            yield f'{poi.id}: opening "{poi.opening}" is not OSM syntax: {trouble}'
        elif not _opens(destination, poi):
            yield f'{poi.id}: by "{poi.opening}" it is hardly ever open for 3 hours'


def visit_times_fit(destination: DestinationFile) -> Iterator[str]:
    """A visit takes as long as such a visit can take."""
    for poi in destination.pois:
        shortest, longest = VISIT_MIN[poi.category]
        if not shortest <= poi.visit_min <= longest:
            yield (
                f"{poi.id}: {poi.visit_min} min for a {poi.category}, "
                f"{shortest} to {longest} is usual"
            )


def enough_to_choose_from(destination: DestinationFile) -> Iterator[str]:
    """The balance a planner needs."""
    pois = destination.pois
    if len(pois) < 12:
        yield f"{len(pois)} POIs, at least 12 are needed"
    for setting in ("indoor", "outdoor"):
        count = sum(poi.setting == setting for poi in pois)
        if count < 4:
            yield f"{count} {setting} POIs, at least 4 are needed"
    if len({poi.category for poi in pois}) < 3:
        yield "fewer than 3 categories of POIs"
    if sum(poi.rank <= 2 for poi in pois) < 3:
        yield "fewer than 3 POIs of rank 1 or 2"
    total, needed = sum(poi.visit_min for poi in pois), destination.stay_days.typical
    if total < needed * VISIT_MIN_A_DAY:
        yield f"{total} min of visits do not fill a typical stay of {needed} days"


def events_make_sense(destination: DestinationFile) -> Iterator[str]:
    """Each rule gives real dates."""
    for event in destination.annual_events:
        try:
            years = event.rule.dates if isinstance(event.rule, LunarTableRule) else (2027, 2028)
            for year in years:
                dates_in(event, year)
        except ValueError as error:
            yield f"event {event.id}: {error}"


def _opens(destination: DestinationFile, poi: Poi) -> bool:
    sample = [(date(SAMPLE_YEAR, month, 3), 14) for month in (1, 4, 7, 10)]
    if _long_days(destination, poi, sample) >= 3:
        return True
    return _long_days(destination, poi, [(date(SAMPLE_YEAR, 1, 1), 365)]) >= 3


def _long_days(destination: DestinationFile, poi: Poi, spans: list[tuple[date, int]]) -> int:
    count = 0
    for first, days in spans:
        hours = opening.hours(destination, poi, first, first + timedelta(days=days - 1)) or {}
        count += sum(sum(end - start for start, end in day) >= 180 for day in hours.values())
    return count
