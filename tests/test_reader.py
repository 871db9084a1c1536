"""The rule reader against tables of what travellers type: every row checks concrete values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from adapters.models.reader import RuleReader
from core.reading import Change, Reader, ReadingContext, Request
from core.wishes import Mention
from tests.gazetteer_fake import SmallWorld

TODAY = date(2026, 11, 23)  # a Monday
POLLED = ("Lisbon", "Porto", "Rome")
SUGGESTED = ("Lisbon", "Porto", "Madeira")
STOPS = (
    "Belém Tower",
    "Jerónimos Monastery",
    "National Tile Museum",
    "São Jorge Castle",
    "Oceanário Aquarium",
    "Time Out Market",
)
READER = RuleReader(SmallWorld())
TABLES = sorted((Path(__file__).parent / "utterances").glob("*.yaml"))
CONTEXT_KEYS = {
    "text",
    "today",
    "home",
    "asked",
    "offered",
    "plan",
    "trip",
    "polling",
    "polled",
    "costs",
    "known",
    "people",
    "after_notices",
}


def _rows() -> Iterator[Any]:
    for table in TABLES:
        for at, row in enumerate(yaml.safe_load(table.read_text("utf-8")), start=1):
            name = "".join(c if c.isalnum() else "-" for c in str(row["text"])[:40]).strip("-")
            yield pytest.param(row, id=f"{table.stem}-{at}-{name}")


def _context(row: dict[str, Any]) -> ReadingContext:
    return ReadingContext(
        today=row.get("today", TODAY),
        offered=SUGGESTED if row.get("offered") else (),
        suggested=SUGGESTED if row.get("offered") else (),
        asked=row.get("asked", ""),
        has_plan=row.get("plan", False),
        on_plan=row.get("plan", False) and not row.get("offered"),
        has_trip=row.get("plan", False) or row.get("trip", False),
        stops=STOPS if row.get("plan") else (),
        home_currency=row.get("home", ""),
        polling=POLLED if row.get("polling") else (),
        polled=POLLED if row.get("polled") else (),
        has_costs=row.get("costs", False),
        guests=tuple(row.get("known", ())),
        people=tuple(row.get("people", ())),
        notices=row.get("after_notices", ""),
    )


def _ids(mentions: tuple[Mention, ...]) -> list[str]:
    return [m.id or m.text for m in mentions]


def _when(request: Request) -> dict[str, Any] | None:
    when = request.wish.when
    return when.model_dump(exclude={"words"}, exclude_defaults=True) if when else None


def _budget(request: Request) -> list[Any] | None:
    b = request.wish.budget
    return [b.amount, b.currency, b.scope, b.includes_flights] if b else None


def _change(change: Change) -> dict[str, Any]:
    return change.model_dump(mode="json", exclude_defaults=True)


def _ask(request: Request) -> dict[str, Any] | None:
    ask = request.poll
    if ask is None:
        return None
    said = ask.model_dump(mode="json", exclude_defaults=True)
    return said | ({"options": [o.text for o in ask.options]} if ask.options else {})


def _plain(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_defaults=True)


def _days(request: Request) -> list[list[str]] | None:
    free = request.free
    return free and [[f"{s.first}/{s.last}" for s in part] for part in (free.can, free.cannot)]


def _edits(request: Request) -> list[list[Any]]:
    return [[e.key, e.value, True] if e.remove else [e.key, e.value] for e in request.edits]


def _seen(key: str, request: Request) -> Any:
    """What the reader understood, in the words of the tables."""
    wish = request.wish
    plain: dict[str, Callable[[], Any]] = {
        "when": lambda: _when(request),
        "budget": lambda: _budget(request),
        "money": lambda: [request.amount, request.currency, request.to_currency],
        "party": lambda: wish.party and [wish.party.adults, list(wish.party.children)],
        "to": lambda: _ids(wish.destinations),
        "kind": lambda: wish.destinations[0].kind,
        "from": lambda: wish.origin and wish.origin.id,
        "not": lambda: _ids(wish.avoid),
        "changes": lambda: [_change(c) for c in request.changes],
        "edits": lambda: _edits(request),
        "ask": lambda: _ask(request),
        "vote": lambda: (
            request.vote and request.vote.model_dump(mode="json", exclude_defaults=True)
        ),
        "guests": lambda: [[g.name, True] if g.remove else [g.name] for g in request.guests],
        "name": lambda: request.pick_name,
        "fixed": lambda: [
            a.model_dump(mode="json", exclude_defaults=True) for a in wish.appointments
        ],
        "sure": lambda: request.confidence >= 0.8,
        "unsure": lambda: request.confidence < 0.5,
        "stay": lambda: wish.stay and {"kind": wish.stay.kind, "allows": list(wish.stay.allows)},
        "topic": lambda: request.topic,
        "intent": lambda: request.intent.value,
        "cost": lambda: request.cost and _plain(request.cost),
        "link": lambda: request.link and _plain(request.link),
        "notices": lambda: request.notices and _plain(request.notices),
        "alone": lambda: request.alone,
        "about": lambda: request.about,
        "amount_said": lambda: wish.budget and wish.budget.amount,
        "walk": lambda: wish.max_walk_km,
        "refused": lambda: list(wish.dislikes),
        "free": lambda: _days(request),
    }
    if key in plain:
        return plain[key]()
    value = getattr(wish if key in type(wish).model_fields else request, key)
    return list(value) if isinstance(value, tuple) else value


def _meant(key: str, value: Any) -> Any:
    """The table's value as the reader's type."""
    if key in ("budget", "money") and value is not None:
        return [Decimal(str(value[0])), *value[1:]]
    if key == "ask" and value and isinstance(value.get("deadline", {}).get("on"), date):
        return value | {"deadline": value["deadline"] | {"on": str(value["deadline"]["on"])}}
    if key in ("arrive_at", "leave_at", "day_start"):
        return value and time.fromisoformat(value)
    if key == "changes":
        return [_change(Change.model_validate(c)) for c in value]
    return value


@pytest.mark.parametrize("row", list(_rows()))
def test_a_message_is_read_as_it_was_meant(row: dict[str, Any]) -> None:
    """Every key of the row is a value the traveller meant."""
    request = READER.read(row["text"], _context(row))

    expected = {k: _meant(k, v) for k, v in row.items() if k not in CONTEXT_KEYS}
    assert {k: _seen(k, request) for k in expected} == expected


def test_the_tables_are_as_large_as_promised() -> None:
    """At least 320 utterances, none of them twice with the same context."""
    rows = [repr(sorted(p.values[0].items(), key=str)) for p in _rows()]

    assert len(rows) >= 320
    assert len(set(rows)) == len(rows)


ANYTHING = st.text(max_size=200) | st.lists(
    st.sampled_from(
        "lisbon nice may 31 april 12-15 march 29.2. 0 99999999999999 € $ k pp per day from to no "
        "swap day 2 and 3 move X why ? /plan @bot kids 4 a week in {0} 00:99 25:00 "
        "\ud800 \x00 \u202e "
        "\u200b \U000e0041 ² ½ ١٢ next weekend easter 9999 0000 -1 1/0/0 feb 30 , . - ( ) ' \" "
        "between until actually options #0 #999 second last".split(" ")
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=ANYTHING,
    plan=st.booleans(),
    offered=st.booleans(),
    today=st.dates(date(2024, 1, 1), date(2032, 12, 31)),
)
def test_no_text_raises_and_the_same_text_is_read_the_same(
    text: str, plan: bool, offered: bool, today: date
) -> None:
    """Whatever people paste; the request can be stored, and confidence stays in its range."""
    context = _context({"plan": plan, "offered": offered, "today": today})
    once, again = READER.read(text, context), READER.read(text, context)

    assert once == again
    assert 0 <= once.confidence <= 1
    assert Request.model_validate_json(once.model_dump_json()) == once


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "12-15 march " * 20_000, "1" * 50_000, "(" * 9_000, "to " * 30_000]
)
def test_a_huge_text_is_cut_and_read(text: str) -> None:
    """The reader looks at 2,000 characters and no more."""
    assert READER.read(text, _context({})) == READER.read(text[:4000], _context({}))


def test_the_reader_keeps_the_port() -> None:
    """mypy checks the shape; this keeps the assignment in sight."""
    port: Reader = READER

    assert port.read("hi", _context({})).language == "en"
