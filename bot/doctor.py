"""`caravan doctor`: what is configured, what is missing, and what that switches off."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from adapters.travel.atlas.atlas import Atlas
from bot.settings import Settings


def doctor(settings: Settings, out: TextIO) -> int:
    """Write the report; 0 when everything that is configured can work, 1 otherwise."""
    rows = [
        _database(settings.database_path),
        _model(settings),
        _fallback(settings),
        _telegram(settings),
        _webhook(settings),
        _weather(settings),
        _contact(settings),
        _atlas(),
    ]
    for state, name, text in rows:
        out.write(f"{_MARKS[state]} {name:<18} {text}\n")
    return 1 if any(state == "broken" for state, _, _ in rows) else 0


_MARKS = {"ok": "[ok]     ", "off": "[off]    ", "broken": "[broken] "}
_Row = tuple[str, str, str]


def _database(path: Path) -> _Row:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return "broken", "database", f"{folder} cannot be written (CARAVAN_DATABASE)"
    if not path.exists():
        return "ok", "database", f"{path} will be made at the first start"
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        return "broken", "database", f"{path} is no file that can be written (CARAVAN_DATABASE)"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        return "broken", "database", f"{path} is not readable: {error} (CARAVAN_DATABASE)"
    return "ok", "database", str(path)


def _model(s: Settings) -> _Row:
    if s.language_model == "offline":
        hint = ""
        if s.openai_api_key.get_secret_value() or s.anthropic_api_key.get_secret_value():
            hint = "; a key is set, but LANGUAGE_MODEL does not use it"
        return (
            "off",
            "language model",
            "LANGUAGE_MODEL is not set: English by rules, no free conversation, no other "
            f"languages; plans and facts are the same{hint}",
        )
    url = s.openai_base_url if s.language_model.startswith("openai:") else s.anthropic_base_url
    where = f" at {_shown(url)}" if url else ""
    return "ok", "language model", f"{s.language_model}{where}"


def _fallback(s: Settings) -> _Row:
    if s.fallback_model == "offline":
        return "ok", "fallback", "rules and plain words when the model is down"
    if s.language_model == "offline":
        return (
            "off",
            "fallback",
            "LANGUAGE_MODEL_FALLBACK waits for a LANGUAGE_MODEL to stand in for",
        )
    return "ok", "fallback", f"{s.fallback_model}, then rules and plain words"


def _telegram(s: Settings) -> _Row:
    if not s.telegram_token.get_secret_value():
        return "off", "Telegram", "TELEGRAM_BOT_TOKEN is not set: only this terminal can chat"
    return "ok", "Telegram", f"bot {s.telegram_token.get_secret_value().partition(':')[0]}"


def _webhook(s: Settings) -> _Row:
    if not s.telegram_webhook_url:
        return "off", "Telegram webhook", "TELEGRAM_WEBHOOK_URL is not set: Caravan polls instead"
    if not s.telegram_token.get_secret_value():
        return "off", "Telegram webhook", "TELEGRAM_BOT_TOKEN is not set: nothing would come in"
    return "ok", "Telegram webhook", f"{_shown(s.telegram_webhook_url)} -> port {s.port}"


def _weather(s: Settings) -> _Row:
    if not s.weather_on:
        return "off", "weather", "CARAVAN_WEATHER is off: typical values instead of forecasts"
    return (
        "ok",
        "weather",
        f"Open-Meteo at {_shown(s.open_meteo_base_url)}; typical values when it is silent",
    )


def _contact(s: Settings) -> _Row:
    if not s.contact:
        return "off", "contact", "CARAVAN_CONTACT is not set: providers cannot reach you about use"
    return "ok", "contact", s.contact


def _atlas() -> _Row:
    try:
        count = sum(1 for _ in Atlas.load().destinations())
    except (OSError, ValueError) as error:
        return "broken", "atlas", f"the built-in data cannot be read: {error}; install again"
    return "ok", "atlas", f"{count} destinations built in; works without any network"


def _shown(url: str) -> str:
    """An address without what may be secret in it: user, password and query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
