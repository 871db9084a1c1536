"""The SQLite schema, and the version row that refuses an older, newer or half-done one."""

from __future__ import annotations

import sqlite3

from adapters.stores import groups, links, notice_rows, pacing, spending
from core.errors import Misconfigured

VERSION = 5

_V1 = """
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY,
    external_id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    ref TEXT NOT NULL,
    version REAL NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'done', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    lease_until REAL NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    received_at REAL NOT NULL
) STRICT;
CREATE INDEX inbox_open ON inbox (conversation, id) WHERE state IN ('waiting', 'claimed');
CREATE INDEX inbox_ref ON inbox (conversation, ref) WHERE ref <> '';
CREATE INDEX inbox_person ON inbox (person);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'unknown', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    lease_until REAL NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    resent INTEGER NOT NULL DEFAULT 0,
    wipe INTEGER NOT NULL DEFAULT 0,
    platform_ids TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox (conversation, id)
    WHERE state IN ('ready', 'sending', 'unknown');
CREATE INDEX outbox_person ON outbox (person);

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    external_id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    why TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE TABLE conversations (
    key TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    person TEXT NOT NULL DEFAULT '',
    module TEXT NOT NULL DEFAULT '',
    session BLOB,
    closed TEXT NOT NULL DEFAULT '',
    moved_to TEXT NOT NULL DEFAULT '',
    updated_at REAL NOT NULL
) STRICT;
CREATE INDEX conversations_person ON conversations (person);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    inbox_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    sender TEXT NOT NULL,
    said_at REAL,
    tokens INTEGER NOT NULL,
    call_id TEXT NOT NULL
) STRICT;
CREATE INDEX messages_newest ON messages (conversation, id);
CREATE INDEX messages_inbox ON messages (inbox_id);
CREATE INDEX messages_person ON messages (person);

CREATE TABLE identities (
    person TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    seen_at REAL NOT NULL
) STRICT;

CREATE TABLE user_profiles (
    person TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    updated_at REAL NOT NULL
) STRICT;

CREATE TABLE trip_plans (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    destination TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    updated_at REAL NOT NULL
) STRICT;
CREATE INDEX trip_plans_person ON trip_plans (person, updated_at);
CREATE INDEX trip_plans_conversation ON trip_plans (conversation, updated_at);

CREATE TABLE destination_recommendations (
    conversation TEXT NOT NULL,
    destination TEXT NOT NULL,
    person TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('suggested', 'saved', 'dismissed', 'booked', 'visited')),
    body BLOB NOT NULL,
    changed_at REAL NOT NULL,
    PRIMARY KEY (conversation, destination)
) STRICT;

CREATE TABLE llm_calls (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    inbox_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    purpose TEXT NOT NULL,
    prompt_version TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    seconds REAL NOT NULL,
    outcome TEXT NOT NULL,
    cost TEXT,
    at REAL NOT NULL
) STRICT;
"""

# Lanes (see lanes.py): what is behind waits for the row in front of it.
_V2 = (
    "".join(
        f"""
DROP INDEX {table}_open;
ALTER TABLE {table} ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE {table} ADD COLUMN due REAL NOT NULL DEFAULT 0;
UPDATE {table} SET due = iif(state = '{taken}', lease_until, not_before);
UPDATE {table} SET behind = 1 WHERE {opened} AND EXISTS (SELECT 1 FROM {table} AS e
    WHERE e.conversation = {table}.conversation AND e.{opened} AND e.id < {table}.id);
ALTER TABLE {table} DROP COLUMN lease_until;
ALTER TABLE {table} DROP COLUMN not_before;
CREATE UNIQUE INDEX {table}_front ON {table} (conversation) WHERE {opened} AND behind = 0;
CREATE INDEX {table}_behind ON {table} (conversation, id) WHERE behind = 1;
CREATE INDEX {table}_due ON {table} (due) WHERE {opened} AND behind = 0;
"""
        for table, taken, opened in (
            ("inbox", "claimed", "state IN ('waiting', 'claimed')"),
            ("outbox", "sending", "state IN ('ready', 'sending', 'unknown')"),
        )
    )
    + """
DROP INDEX messages_inbox;
"""
)

MIGRATIONS = {
    1: _V1,
    2: _V2,
    3: groups.SCHEMA + links.SCHEMA,
    4: spending.SCHEMA + pacing.SCHEMA,
    5: notice_rows.SCHEMA,
}


def migrate(connection: sqlite3.Connection, target: int = VERSION) -> None:
    """Bring the schema to `target`, or refuse.

    The version row is set to "not complete" before a step and to "complete" after it, in the step's
    own transaction; a step that died half-way cannot be told from one that another program began,
    so it is refused as well.

    Raises:
        Misconfigured: the database is newer than this program, half-migrated, or not ours.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        current, complete = _version(connection)
        if not complete:
            raise Misconfigured(
                "CARAVAN_DATABASE",
                f"a migration to version {current} was begun and not finished; restore a copy",
            )
        if current > target:
            raise Misconfigured(
                "CARAVAN_DATABASE",
                f"the database has version {current}, this program knows {target}; "
                "start the newer program, or restore a copy",
            )
        for version in range(current + 1, target + 1):
            for statement in MIGRATIONS[version].split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version VALUES (?, 1)", (version,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> tuple[int, bool]:
    tables = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if not tables:
        connection.execute(
            "CREATE TABLE schema_version (version INTEGER NOT NULL, complete INTEGER NOT NULL)"
        )
        return 0, True
    if "schema_version" not in tables:
        raise Misconfigured("CARAVAN_DATABASE", "this file is a database of another program")
    rows = connection.execute("SELECT version, complete FROM schema_version").fetchall()
    if len(rows) != 1:
        raise Misconfigured("CARAVAN_DATABASE", "the version row is missing or doubled")
    version, complete = rows[0]
    return int(version), bool(complete)
