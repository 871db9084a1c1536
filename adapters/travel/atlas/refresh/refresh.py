"""Refreshing one destination file: ask, propose, check each change, write what passed.

A change that brings a problem the file did not have is refused, and the file says nothing else
than the changes that were taken.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path as FilePath
from typing import Any

import orjson
import yaml
from pydantic import ValidationError

from adapters.travel.atlas import sources
from adapters.travel.atlas.refresh import normals, openstreetmap, proposals, wikidata
from adapters.travel.atlas.refresh.asking import Asker
from adapters.travel.atlas.refresh.proposals import Change, Field
from adapters.travel.atlas.refresh.sheet import Path, Sheet
from adapters.travel.atlas.schema import DestinationFile
from core.errors import Unavailable

BY = "caravan atlas refresh"
FRESH_FOR = timedelta(days=30)
# Which provider a field needs.
OF_OSM: frozenset[Field] = frozenset({"opening", "coordinates", "fee"})
OF_WIKIDATA: frozenset[Field] = frozenset({"coordinates", "names", "website"})

Check = Callable[[DestinationFile, str], list[str]]


@dataclass(frozen=True)
class Addresses:
    """Where the providers are; tests have their own."""

    archive: str = normals.ARCHIVE_URL
    overpass: str = openstreetmap.URL
    wikidata: str = wikidata.URL


@dataclass
class Outcome:
    """What became of one file. `text` is what it should hold now, the old text when nothing passed.

    `failed` names providers that gave no answer: their fields are as they were.
    """

    slug: str
    before: str
    text: str
    taken: list[Change] = field(default_factory=list)
    refused: list[tuple[Change, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Refresh:
    """Refreshes files. `check` gives every problem of a destination, as tools/check_atlas does."""

    def __init__(
        self,
        weather: Asker,
        map: Asker,
        facts: Asker,
        check: Check,
        today: date,
        addresses: Addresses | None = None,
    ) -> None:
        self._weather = weather
        self._map = map
        self._facts = facts
        self._check = check
        self._today = today
        self._addresses = addresses or Addresses()

    async def file(
        self, file: FilePath, fields: Sequence[Field], *, again: bool = False
    ) -> Outcome:
        """What the file should hold. It is not written.

        `again` also asks for what was refreshed within 30 days.

        Raises:
            BadAtlasFile: when the file does not fit the schema to begin with.
        """
        destination, text = _read(file)
        outcome = Outcome(destination.id, text, text)
        changes: list[Change] = []
        if "climate" in fields:
            changes += await self._climate(destination, again, outcome)
        changes += await self._pois(destination, set(fields) - {"climate"}, outcome)
        self._take(changes, outcome)
        return outcome

    async def _climate(
        self, destination: DestinationFile, again: bool, outcome: Outcome
    ) -> list[Change]:
        known = [p for p in destination.provenance if p.field == "climate" and p.method == "api"]
        if not again and any(self._today - p.retrieved < FRESH_FOR for p in known):
            outcome.notes.append("climate: refreshed less than 30 days ago")
            return []
        center = destination.center
        url = self._addresses.archive
        try:
            found = await normals.normals(self._weather, center.lat, center.lon, self._today, url)
        except Unavailable as failure:
            outcome.failed.append(str(failure))
            return []
        asked = normals.question(center.lat, center.lon, self._today)
        query = "&".join(f"{key}={value}" for key, value in asked.items())
        years = f"{self._today.year - normals.YEARS} to {self._today.year - 1}"
        return proposals.climate(destination, found, f"{normals.ARCHIVE_URL}?{query}", years)

    async def _pois(
        self, destination: DestinationFile, fields: set[Field], outcome: Outcome
    ) -> list[Change]:
        known: dict[str, openstreetmap.Element] = {}
        items: dict[str, wikidata.Entity] = {}
        sure = True
        if fields & OF_OSM:
            try:
                known = await openstreetmap.elements(
                    self._map, destination, self._addresses.overpass
                )
                missing = [poi.id for poi in destination.pois if poi.id not in known]
                if missing:
                    outcome.notes.append(f"not found on the map: {', '.join(missing)}")
            except Unavailable as failure:
                outcome.failed.append(str(failure))
                sure = False
        ids = [poi.wikidata for poi in destination.pois if poi.wikidata]
        if fields & OF_WIKIDATA and ids:
            try:
                items = await wikidata.entities(
                    self._facts, ids, _language(destination.country), self._addresses.wikidata
                )
            except Unavailable as failure:
                outcome.failed.append(str(failure))
        if not sure:
            # The map goes before Wikidata; without it nobody knows where things are best.
            fields = fields - {"coordinates"}
        return list(_proposed(destination, fields, known, items))

    def _take(self, changes: list[Change], outcome: Outcome) -> None:
        """Take the changes that bring no new problem, one after the other."""
        content = _content(outcome.before)
        known = set(self._check(_model(content), outcome.slug))
        for change in changes:
            tried = copy.deepcopy(content)
            self._apply(change, tried)
            reason = change.doubt or self._trouble(tried, outcome.slug, known)
            if reason:
                outcome.refused.append((change, reason))
            else:
                content = tried
                outcome.taken.append(change)
        if outcome.taken:
            outcome.text = self._written(outcome, content)

    def _trouble(self, tried: Any, slug: str, known: set[str]) -> str:
        """The problems that were not there before, in one line; empty when there are none."""
        try:
            problems = self._check(_model(tried), slug)
        except ValidationError as error:
            problems = [e["msg"] for e in error.errors(include_url=False)]
        return "; ".join(problem for problem in problems if problem not in known)

    def _apply(self, change: Change, content: Any) -> None:
        for path, value in change.values.items():
            _put(content, path, value)
        if change.poi is None:
            self._tell_block(change, content)
        else:
            content["pois"][change.poi]["prov"] = self._told_poi(
                change, content["pois"][change.poi]["prov"]
            )

    def _tell_block(self, change: Change, content: Any) -> None:
        entries: list[Any] = content["provenance"]
        entry = {
            "field": change.field,
            "source": change.source,
            "url": change.url,
            "licence": change.licence,
            "retrieved": self._today.isoformat(),
            "method": "api",
            "confidence": "high",
        }
        old = [n for n, each in enumerate(entries) if each["field"] == change.field]
        if not old:
            entries.insert(0, entry)
            return
        before, entries[old[0]] = entries[old[0]], entry
        kept = content["climate"].get("sea_c")
        if kept and before["method"] != "api":
            # The archive has no sea: what is written stays, and so does where it is from.
            entries.insert(0, {**before, "field": "climate.sea_c"})

    def _told_poi(self, change: Change, before: dict[str, Any]) -> dict[str, Any]:
        told = [s for s in before["sources"] if s != change.source]
        licence, url = change.licence, change.url
        if before.get("licence") == "ODbL-1.0":
            # What is from the map stays under its licence, whatever comes beside it.
            licence, url = "ODbL-1.0", url if licence == "ODbL-1.0" else before["url"]
        return {
            "sources": [*told, change.source],
            "retrieved": self._today.isoformat(),
            "by": BY,
            "method": "api",
            "reviewed": False,
            "url": url,
            "licence": licence,
        }

    def _written(self, outcome: Outcome, content: Any) -> str:
        """The old text with the taken values in their places, and nothing else."""
        sheet = Sheet(outcome.before)
        edits = []
        touched: set[int] = set()
        for change in outcome.taken:
            edits += [sheet.put(path, _at(content, path)) for path in change.values]
            if change.poi is not None:
                touched.add(change.poi)
        edits += [sheet.put(("pois", n, "prov"), content["pois"][n]["prov"]) for n in touched]
        edits += self._block_edits(sheet, content)
        text = sheet.with_edits(edits)
        if _model(_content(text)) != _model(content):
            raise AssertionError(f"{outcome.slug}: the written file is not what was checked")
        return text

    def _block_edits(self, sheet: Sheet, content: Any) -> Iterator[Any]:
        before = _content(sheet.text)["provenance"]
        after = content["provenance"]
        added = len(after) - len(before)
        if added:
            yield sheet.add_line(("provenance",), after[0])
        for number, (old, new) in enumerate(zip(before, after[added:], strict=True)):
            if old != new:
                yield sheet.put(("provenance", number), new)


def _proposed(
    destination: DestinationFile,
    fields: set[Field],
    known: dict[str, openstreetmap.Element],
    items: dict[str, wikidata.Entity],
) -> Iterator[Change]:
    for number, poi in enumerate(destination.pois):
        element = known.get(poi.id)
        entity = items.get(poi.wikidata or "")
        if element and "opening" in fields:
            yield from proposals.opening(number, poi, element)
        if "coordinates" in fields:
            yield from proposals.place(number, poi, element, entity)
        if element and "fee" in fields:
            yield from proposals.fee(number, poi, element, destination.cost.currency)
        if entity and "names" in fields:
            yield from proposals.name(number, poi, entity)
        if entity and "website" in fields:
            yield from proposals.website(number, poi, entity)


def _language(country: str) -> str:
    """The first language of a country; its labels are the local names."""
    for file in sources.country_files():
        if file.name == f"{country}.yaml":
            return sources.read_country(file).languages[0].code.partition("-")[0]
    return "en"


def _read(file: FilePath) -> tuple[DestinationFile, str]:
    return sources.read_destination(file), file.read_text("utf-8")


def _content(text: str) -> Any:
    """The file as plain values: dates as text, as they are written."""
    loaded = yaml.load(text, Loader=yaml.CSafeLoader)
    return orjson.loads(orjson.dumps(loaded, option=orjson.OPT_NON_STR_KEYS))


def _model(content: Any) -> DestinationFile:
    return DestinationFile.model_validate_json(orjson.dumps(content), strict=True)


def _at(content: Any, path: Path) -> Any:
    for key in path:
        content = content[key]
    return content


def _put(content: Any, path: Path, value: object) -> None:
    _at(content, path[:-1])[path[-1]] = value
