"""The schema of the SQLite file: refused when it is not ours, brought up step by step."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.stores.schema import VERSION, migrate
from adapters.stores.sqlite import SqliteStore
from core.errors import Misconfigured
from core.ports import Store
from tests.desk import (
    HandClock,
    claimed,
    message,
    outcome,
    place,
)

Opens = Callable[[], Awaitable[Store]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


# --- accept ------------------------------------------------------------------------------------


# --- claims ------------------------------------------------------------------------------------


# --- a turn ------------------------------------------------------------------------------------


# --- the outbox --------------------------------------------------------------------------------


# --- a person's data ---------------------------------------------------------------------------


# --- housekeeping ------------------------------------------------------------------------------


# --- the schema --------------------------------------------------------------------------------


@pytest.mark.fault("D7")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (f"UPDATE schema_version SET version = {VERSION + 1}", "start the newer program"),
        ("UPDATE schema_version SET complete = 0", "begun and not finished"),
        ("DELETE FROM schema_version", "version row is missing"),
        ("DROP TABLE schema_version", "database of another program"),
    ],
)
async def test_a_newer_unfinished_or_foreign_database_is_refused_with_a_sentence(
    file: Path, clock: HandClock, change: str, sentence: str
) -> None:
    await (await SqliteStore.open(file, clock)).aclose()
    with sqlite3.connect(file) as db:
        db.execute(change)

    with pytest.raises(Misconfigured, match=sentence):
        await SqliteStore.open(file, clock)


def test_a_file_that_is_no_database_is_refused(file: Path, clock: HandClock) -> None:
    file.write_text("Dear diary, " * 200)

    with pytest.raises(Misconfigured, match="not a database"):
        asyncio.run(SqliteStore.open(file, clock))


def test_a_step_that_dies_leaves_the_old_schema(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = sqlite3.connect(file, isolation_level=None)
    migrate(db, target=1)
    monkeypatch.setitem(migrate.__globals__["MIGRATIONS"], 2, "DROP TABLE outbox;\nNONSENSE;\n")
    with pytest.raises(sqlite3.OperationalError):
        migrate(db)
    tables = {n for (n,) in db.execute("SELECT name FROM sqlite_master")}
    version = db.execute("SELECT * FROM schema_version").fetchall()
    db.close()

    assert "outbox" in tables
    assert version == [(1, 1)]


async def test_what_waited_under_the_first_schema_waits_in_order_under_the_next(
    file: Path, clock: HandClock
) -> None:
    db = sqlite3.connect(file, isolation_level=None)
    migrate(db, target=1)
    db.execute(
        "INSERT INTO conversations (key, platform, chat_id, thread_id, mode, updated_at)"
        " VALUES (?, 'desk', '1', '', 'solo', 0)",
        (place().key,),
    )
    for id in ("1", "2"):
        db.execute(
            "INSERT INTO inbox (external_id, conversation, person, ref, version, body, state,"
            " received_at) VALUES (?, ?, 'desk:ana', '', 0, ?, 'waiting', 0)",
            (id, place().key, message(id).model_dump_json().encode()),
        )
    db.close()
    store = await SqliteStore.open(file, clock)
    seen = []
    for _ in range(2):
        claim = await claimed(store)
        seen.append(claim.message.id)
        await store.commit_turn(claim, outcome(claim.message))
    await store.aclose()

    assert seen == ["1", "2"]


# --- values ------------------------------------------------------------------------------------
