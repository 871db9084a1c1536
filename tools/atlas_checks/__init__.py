"""The offline checks of the atlas, used by `tools/check_atlas.py` and by the tests.

Every check takes one destination and yields its problems as sentences for the author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from adapters.travel.atlas.schema import DestinationFile
from tools.atlas_checks import climate, geography, money, records, visits

Check = Callable[[DestinationFile], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    records.unique_ids,
    records.provenance,
    records.names_are_told_once,
    geography.centre_is_where_the_gazetteer_says,
    geography.points_are_in_the_box,
    geography.points_are_in_the_country,
    geography.points_are_apart,
    geography.timezone_fits,
    geography.airports_fit,
    climate.months_are_plausible,
    climate.seasons_fit_the_hemisphere,
    climate.warmth_fits_the_latitude,
    climate.sun_fits_the_day,
    visits.opening_strings_make_sense,
    visits.visit_times_fit,
    visits.enough_to_choose_from,
    visits.events_make_sense,
    money.costs_make_sense,
)


def problems_of(destination: DestinationFile, slug: str) -> list[str]:
    """Every problem of one destination, `slug` being the name of its file."""
    named = [] if destination.id == slug else [f'id "{destination.id}" is not the file name']
    return named + [problem for check in CHECKS for problem in check(destination)]


def problems_together(destinations: Iterable[DestinationFile], only: set[str]) -> list[str]:
    """Problems between files: shared ids and names. `only` narrows them to these ids, if any."""
    return [
        problem
        for problem, ids in records.shared_names(list(destinations))
        if not only or ids & only
    ]
