"""The vault: by shelf and key, until its time, taken once; and the word to a trip's owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteStore
from core.forms import edits_of
from core.people import Profile, ProfileFact
from core.reading import ProfileEdit
from tests.desk import START, HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def store(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "store.sqlite", clock)
    yield opened
    await opened.aclose()


async def test_what_was_kept_is_found_and_the_newest_counts(store: SqliteStore) -> None:
    await store.keep("a", "key", b"old")
    await store.keep("a", "key", b"new")
    await store.keep("b", "key", b"other")

    assert await store.find("a", "key") == b"new"
    assert await store.find("b", "key") == b"other"
    assert await store.find("a", "nothing") is None


async def test_of_many_who_take_one_gets_it(store: SqliteStore) -> None:
    await store.keep("a", "ticket", b"1")
    taken = await asyncio.gather(*(store.take("a", "ticket") for _ in range(20)))

    assert sorted(t is not None for t in taken) == [False] * 19 + [True]


async def test_what_has_run_out_is_gone(store: SqliteStore, clock: HandClock) -> None:
    await store.keep("a", "ticket", b"1", until=clock.now() + timedelta(minutes=10))
    await store.keep("a", "for ever", b"2")
    assert await store.on_shelf("a") == ["for ever", "ticket"]
    clock.passes(minutes=10)

    assert await store.find("a", "ticket") is None
    assert await store.take("a", "ticket") is None
    assert await store.on_shelf("a") == ["for ever"]


# --- forms -------------------------------------------------------------------------------------


def profile(**facts: str) -> Profile:
    return Profile(
        person="slack:T/U",
        facts=tuple(
            ProfileFact(key=key, value=value, origin="told", said_at=START)
            for key, values in facts.items()
            for value in values.split(",")
        ),
    )


def edits(*form: tuple[str, str], **facts: str) -> list[tuple[str, str, bool]]:
    return [(e.key, e.value, e.remove) for e in edits_of(form, profile(**facts))]


def test_a_form_changes_only_what_differs() -> None:
    assert edits(("home", "Berlin"), ("pace", "relaxed"), home="Berlin") == [
        ("pace", "relaxed", False)
    ]


def test_a_list_in_a_form_is_the_whole_list() -> None:
    assert edits(("dislikes", "museums, crowds"), dislikes="museums,nightlife") == [
        ("dislikes", "nightlife", True),
        ("dislikes", "crowds", False),
    ]


def test_an_empty_value_takes_back_and_an_unknown_key_does_nothing() -> None:
    assert edits(("home", " "), ("admin", "yes"), home="Berlin") == [("home", "Berlin", True)]
    assert edits(("home", ""), ("diet", ",")) == []
    assert edits_of((("home", "x" * 500),), profile()) == (
        ProfileEdit(key="home", value="x" * 200),
    )
