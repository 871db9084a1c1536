"""`caravan doctor`: what is configured, what is missing, and what that switches off.

With --live every provider that is on is asked one small question, all at the same time.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from adapters.travel.atlas.atlas import Atlas
from adapters.travel.http import Refused
from bot.clock import SystemClock
from bot.probes import Probe, probes
from bot.providers import open_meteo_url, provider_client
from bot.settings import Settings
from bot.telemetry import Redactor
from core.errors import Unavailable
from core.ports import Clock

PATIENCE_S = 8.0


def doctor(settings: Settings, out: TextIO, *, live: bool = False) -> int:
    """Write the report; 0 when everything that is configured can work, 1 otherwise."""
    return asyncio.run(examine(settings, out, SystemClock(), live=live))


async def examine(settings: Settings, out: TextIO, clock: Clock, *, live: bool) -> int:
    """The doctor's work: writes each row, returns the exit code."""
    rows = [
        _database(settings.database_path),
        _model(settings),
        _fallback(settings),
        _telegram(settings),
        _webhook(settings),
        _slack(settings),
        _slack_events(settings),
        _slack_installs(settings),
        _weather(settings),
        _contact(settings),
        _atlas(),
    ]
    client = provider_client(settings, clock, retries=0, timeout_s=PATIENCE_S, longest_s=PATIENCE_S)
    try:
        known = probes(settings, client, clock)
        rows += await asyncio.gather(*(_provider(p, live=live) for p in known))
    finally:
        await client.aclose()
    clean = Redactor(settings.secrets).clean
    for state, name, text in rows:
        out.write(f"{_MARKS[state]} {name:<18} {clean(text)}\n")
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
        alone = "" if s.slack else ": only this terminal can chat"
        return "off", "Telegram", f"TELEGRAM_BOT_TOKEN is not set{alone}"
    return "ok", "Telegram", f"bot {s.telegram_token.get_secret_value().partition(':')[0]}"


def _webhook(s: Settings) -> _Row:
    if not s.telegram_webhook_url:
        return "off", "Telegram webhook", "TELEGRAM_WEBHOOK_URL is not set: Caravan polls instead"
    if not s.telegram_token.get_secret_value():
        return "off", "Telegram webhook", "TELEGRAM_BOT_TOKEN is not set: nothing would come in"
    return "ok", "Telegram webhook", f"{_shown(s.telegram_webhook_url)} -> port {s.port}"


def _slack(s: Settings) -> _Row:
    if not s.slack:
        return "off", "Slack", "neither SLACK_BOT_TOKEN nor SLACK_CLIENT_ID is set"
    one = "one workspace by its token" if s.slack_bot_token.get_secret_value() else ""
    many = "workspaces by OAuth" if s.slack_client_id else ""
    return "ok", "Slack", " and ".join(x for x in (one, many) if x)


def _slack_events(s: Settings) -> _Row:
    if not s.slack:
        return "off", "Slack events", "Slack is off"
    if s.slack_app_token.get_secret_value():
        return "ok", "Slack events", "Socket Mode: no public address is needed"
    return "ok", "Slack events", f"HTTP: your address + /slack/events -> port {s.port}"


def _slack_installs(s: Settings) -> _Row:
    if not s.slack_client_id:
        return "off", "Slack installs", "SLACK_CLIENT_ID is not set: no other workspace can install"
    return "ok", "Slack installs", f"/slack/install -> port {s.port}; tokens are kept sealed"


def _weather(s: Settings) -> _Row:
    if not s.live:
        return "off", "weather", "CARAVAN_LIVE is off: what is built in, and nobody is asked"
    if not s.weather_on:
        return "off", "weather", "CARAVAN_WEATHER is off: typical values instead of forecasts"
    return (
        "ok",
        "weather",
        f"Open-Meteo at {_shown(open_meteo_url(s, s.open_meteo_base_url))}; typical values when "
        "nobody answers",
    )


def _contact(s: Settings) -> _Row:
    if not s.contact:
        return "off", "contact", "CARAVAN_CONTACT is not set: providers cannot reach you about use"
    return "ok", "contact", s.contact


async def _provider(probe: Probe, *, live: bool) -> _Row:
    """A provider: why it is off, or that it is on, or (`live`) what it said or what to do."""
    if probe.missing:
        return "off", probe.name, f"{probe.purpose}: {probe.missing}"
    if not live:
        return "ok", probe.name, probe.purpose
    started = time.monotonic()
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            said = await probe.ask()
    except Unavailable as error:
        return "broken", probe.name, f"{probe.purpose}: {error.why}; {_advice(probe, error)}"
    except TimeoutError:
        return "broken", probe.name, f"{probe.purpose}: no answer; try again later"
    took = round((time.monotonic() - started) * 1_000)
    return "ok", probe.name, f"{probe.purpose}: {said} (asked just now, {took} ms)"


def _advice(probe: Probe, error: Unavailable) -> str:
    """What the operator can do about a failure."""
    status = error.status if isinstance(error, Refused) else 0
    if status in (401, 403):
        return f"check {' and '.join(probe.needs or (probe.address,))}"
    if status == 429:
        return "its limit is reached; try again later"
    if status >= 500:
        return "the provider is in trouble; try again later"
    if status:
        return f"it does not understand us; check {probe.address}"
    if error.why.endswith(("Error", "Timeout", "URL", "Protocol")):
        return f"no network from here, or a wrong address; check {probe.address}"
    return f"its answers are not what we know; check {probe.address}, or report it"


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
