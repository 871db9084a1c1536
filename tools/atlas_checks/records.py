"""Checks 1 and 8: ids, names, and where everything is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from adapters.travel.atlas.names import fold
from adapters.travel.atlas.schema import DestinationFile, PoiProvenance, Provenance
from adapters.travel.atlas.sources import own_names, read_ambiguous

# `*` speaks for the whole file.
NEEDED_BLOCKS = ("climate", "cost", "pois")


def unique_ids(destination: DestinationFile) -> Iterator[str]:
    """Each id and each Wikidata id names one thing within a file."""
    for kind, ids in (
        ("POI id", [poi.id for poi in destination.pois]),
        ("POI name", [fold(poi.name.en) for poi in destination.pois]),
        ("Wikidata id", [poi.wikidata for poi in destination.pois if poi.wikidata]),
        ("event id", [event.id for event in destination.annual_events]),
        ("airport", [airport.iata for airport in destination.airports]),
    ):
        for id, times in Counter(ids).items():
            if times > 1:
                yield f'{kind} "{id}" is used {times} times'


def names_are_told_once(destination: DestinationFile) -> Iterator[str]:
    """No alias is written twice."""
    for alias, times in Counter(destination.aliases).items():
        if times > 1:
            yield f'alias "{alias}" is listed {times} times'


def provenance(destination: DestinationFile) -> Iterator[str]:
    """Every block says where it is from, no date lies ahead, a review names its reviewer."""
    told = {entry.field for entry in destination.provenance}
    needed = {*NEEDED_BLOCKS, *(["events"] if destination.annual_events else [])}
    if "annual_events" in told:
        told.add("events")
    if "*" not in told:
        for block in sorted(needed - told):
            yield f'provenance has no entry for "{block}"'
    entries: list[tuple[str, Provenance | PoiProvenance]] = []
    entries += [(f"provenance of {entry.field}", entry) for entry in destination.provenance]
    entries += [(f"prov of {poi.id}", poi.prov) for poi in destination.pois]
    for where, entry in entries:
        if too_new(entry.retrieved):
            yield f"{where}: retrieved {entry.retrieved} is in the future"
        if entry.reviewed and not entry.reviewer:
            yield f"{where}: reviewed, but by nobody"
        if entry.method == "api" and entry.url is None:
            yield f"{where}: method api needs the source's url"


def too_new(retrieved: date) -> bool:
    """Whether a date lies ahead; one day of grace, as the author's calendar may be ahead of UTC."""
    return retrieved > (datetime.now(UTC) + timedelta(days=1)).date()


def shared_names(destinations: list[DestinationFile]) -> Iterator[tuple[str, set[str]]]:
    """Names of several destinations that ambiguous.yaml does not order, with the ids."""
    ambiguous = read_ambiguous()
    owners: dict[str, set[str]] = {}
    for destination in destinations:
        for name in own_names(destination):
            owners.setdefault(name, set()).add(destination.id)
    for name, ids in sorted(owners.items()):
        if len(ids) > 1 and not ids <= set(ambiguous.get(name, ())):
            yield f'"{name}" names {" and ".join(sorted(ids))}: list it in ambiguous.yaml', ids
    known = {destination.id for destination in destinations}
    for name, listed in ambiguous.items():
        for id in sorted(set(listed) - known):
            yield f'ambiguous.yaml: "{name}" names {id}, which does not exist', {id}
