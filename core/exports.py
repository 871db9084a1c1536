"""A trip as a file: what an exporter is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.travel import CountryFacts, Sight
from core.trips import Trip


@dataclass(frozen=True)
class ExportFacts:
    """What stands beside the plan: countries by code, sights by id (for swaps and hours)."""

    countries: Mapping[str, CountryFacts] = field(default_factory=dict)
    sights: Mapping[str, Sight] = field(default_factory=dict)


@dataclass(frozen=True)
class Exported:
    """A finished file."""

    name: str
    media_type: str
    body: bytes


class Exporter(Protocol):
    """Writes trips as files."""

    formats: tuple[str, ...]

    def export(self, format: str, trip: Trip, facts: ExportFacts, now: datetime) -> Exported:
        """The file; `now` is aware. Raises Rejected for a trip without a plan, KeyError for a
        format that is not among `formats`."""
        ...
