"""What providers say, as changes to a destination file; each can be taken or refused by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.atlas.names import fold
from adapters.travel.atlas.refresh.normals import Normals
from adapters.travel.atlas.refresh.openstreetmap import Element
from adapters.travel.atlas.refresh.sheet import Path
from adapters.travel.atlas.refresh.wikidata import Entity
from adapters.travel.atlas.schema import DestinationFile, Licence, Poi, Ticket

Field = Literal["climate", "opening", "coordinates", "fee", "names", "website"]
FIELDS: tuple[Field, ...] = ("climate", "opening", "coordinates", "fee", "names", "website")
# Nearer is the same place measured at another corner; farther away is another place.
SAME_M, FARTHEST_M = 30, 1_500
# A yearly mean farther off than this is another altitude, or another town.
FARTHEST_C = 5.0
_CHARGE = re.compile(r"(\d+(?:[.,]\d{1,2})?)\s*(?:([A-Z]{3})|€)")


@dataclass(frozen=True)
class Change:
    """Values for places in the file. `doubt` says why nobody should take it; empty is fine."""

    what: str
    field: Field
    values: Mapping[Path, object]
    source: str
    url: str
    licence: Licence
    poi: int | None = None
    doubt: str = ""


def climate(destination: DestinationFile, normals: Normals, url: str, years: str) -> list[Change]:
    """The twelve months, when they differ from what is written. The sea is not in them."""
    now = destination.climate
    values: dict[Path, object] = {
        ("climate", name): series
        for name, series in normals.items()
        if tuple(float(v) for v in series) != tuple(getattr(now, name))
    }
    if not values:
        return []
    off = [
        sum(new) / 12 - sum(old) / 12
        for new, old in ((normals["tmax_c"], now.tmax_c), (normals["tmin_c"], now.tmin_c))
    ]
    doubt = ""
    if max(abs(each) for each in off) > FARTHEST_C:
        doubt = (
            f"days {off[0]:+.1f} and nights {off[1]:+.1f} °C from what is written: "
            "the centre may lie at another altitude than the town"
        )
    source = f"Open-Meteo archive (ERA5), means of {years}, rounded"
    return [Change("climate", "climate", values, source, url, "CC-BY-4.0", doubt=doubt)]


def opening(number: int, poi: Poi, element: Element) -> Iterator[Change]:
    """The opening hours of an element: medium confidence, as nobody checked them on the spot."""
    text = " ".join(element.tags.get("opening_hours", "").split())
    if not text or text == poi.opening:
        return
    values: dict[Path, object] = {("pois", number, "opening"): text}
    if poi.opening_confidence != "medium":
        values["pois", number, "opening_confidence"] = "medium"
    yield _from_osm(f"{poi.id}: opening", "opening", values, element, number)


def place(
    number: int, poi: Poi, element: Element | None, entity: Entity | None
) -> Iterator[Change]:
    """Where OpenStreetMap has it, else Wikidata."""
    if element:
        point = element.lat, element.lon
    elif entity and entity.point:
        point = entity.point
    else:
        return
    metres = 1_000 * km_between(poi.point.lat, poi.point.lon, *point)
    if metres < SAME_M:
        return
    doubt = f"{metres / 1_000:.1f} km from what is written" if metres > FARTHEST_M else ""
    values: dict[Path, object] = {
        ("pois", number, "point"): {"lat": round(point[0], 5), "lon": round(point[1], 5)}
    }
    what = f"{poi.id}: {metres:.0f} m"
    if element:
        change = _from_osm(what, "coordinates", values, element, number)
    else:
        assert entity is not None
        change = _from_wikidata(what, "coordinates", values, entity, number)
    yield replace(change, doubt=doubt)


def fee(number: int, poi: Poi, element: Element, currency: str) -> Iterator[Change]:
    """Free, or the price in `charge`; that there is a fee makes a free ticket unknown."""
    ticket = _ticket(poi, element.tags, currency)
    if ticket == poi.ticket:
        return
    values: dict[Path, object] = {
        ("pois", number, "ticket"): ticket.model_dump() if ticket else None
    }
    yield _from_osm(f"{poi.id}: fee", "fee", values, element, number)


def _ticket(poi: Poi, tags: Mapping[str, str], currency: str) -> Ticket | None:
    if tags.get("fee") == "no":
        return Ticket(currency=currency, adult=0, book_ahead=False)
    told = _CHARGE.fullmatch(tags.get("charge", "").strip())
    if told and (told[2] or "EUR") == currency:
        price = float(told[1].replace(",", "."))
        ahead = poi.ticket.book_ahead if poi.ticket else False
        return Ticket(currency=currency, adult=price, book_ahead=ahead)
    if tags.get("fee") == "yes" and poi.ticket and poi.ticket.adult == 0:
        return None
    return poi.ticket


def name(number: int, poi: Poi, entity: Entity) -> Iterator[Change]:
    """The name on the spot, where the file has none."""
    if poi.name.local or not entity.label or fold(entity.label) == fold(poi.name.en):
        return
    values: dict[Path, object] = {("pois", number, "name", "local"): entity.label}
    yield _from_wikidata(f"{poi.id}: local name", "names", values, entity, number)


def website(number: int, poi: Poi, entity: Entity) -> Iterator[Change]:
    """The official website."""
    if not entity.website or entity.website == poi.website:
        return
    values: dict[Path, object] = {("pois", number, "website"): entity.website}
    yield _from_wikidata(f"{poi.id}: website", "website", values, entity, number)


def _from_osm(
    what: str, field: Field, values: Mapping[Path, object], element: Element, number: int
) -> Change:
    return Change(what, field, values, f"osm ({field})", element.url, "ODbL-1.0", number)


def _from_wikidata(
    what: str, field: Field, values: Mapping[Path, object], entity: Entity, number: int
) -> Change:
    return Change(what, field, values, f"wikidata ({field})", entity.url, "CC0-1.0", number)
