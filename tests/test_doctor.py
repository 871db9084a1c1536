"""The doctor names what is configured, what is missing and what that switches off, no secrets."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from bot.cli import EXIT_MISCONFIGURED, main
from bot.doctor import doctor
from bot.settings import load_settings

TOKEN = "123456789:AAE" + "planted-token-" * 3
OPENAI, ANTHROPIC = "sk-planted-openai-key", "sk-ant-planted-key"
WEBHOOK_SECRET = "planted-webhook-secret"
EVERYTHING = {
    "LANGUAGE_MODEL": "openai:gpt-4o-mini",
    "LANGUAGE_MODEL_FALLBACK": "anthropic:claude",
    "OPENAI_API_KEY": OPENAI,
    "OPENAI_BASE_URL": "https://user:planted-password@models.example.org/v1?key=planted-query",
    "ANTHROPIC_API_KEY": ANTHROPIC,
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "TELEGRAM_WEBHOOK_URL": "https://caravan.example.org/telegram",
    "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "SLACK_BOT_TOKEN": "xoxb-planted-bot",
    "SLACK_APP_TOKEN": "xapp-planted-app",
    "SLACK_SIGNING_SECRET": "planted-signing",
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "planted-client",
    "SLACK_ENCRYPTION_KEY": "cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQtcGxhbnRlZC0=",
    "CARAVAN_CONTACT": "ops@example.org",
    "OPENWEATHER_API_KEY": "planted-openweather",
    "GEOAPIFY_API_KEY": "planted-geoapify",
    "OPENROUTESERVICE_API_KEY": "planted-openrouteservice",
    "OSRM_BASE_URL": "https://user:planted-password@ways.example.org",
    "TICKETMASTER_API_KEY": "planted-ticketmaster",
    "DUFFEL_ACCESS_TOKEN": "planted-duffel",
    "AERODATABOX_API_KEY": "planted-aerodatabox",
}
KEYED = {
    "MET Norway": "CARAVAN_CONTACT",
    "OpenWeather": "OPENWEATHER_API_KEY",
    "US weather service": "CARAVAN_CONTACT",
    "Geoapify addresses": "GEOAPIFY_API_KEY",
    "Nominatim": "CARAVAN_CONTACT",
    "Photon": "CARAVAN_CONTACT",
    "openrouteservice": "OPENROUTESERVICE_API_KEY",
    "OSRM": "OSRM_BASE_URL",
    "Ticketmaster": "TICKETMASTER_API_KEY",
    "Wikipedia": "CARAVAN_CONTACT",
    "Overpass": "CARAVAN_CONTACT",
    "Geoapify Places": "GEOAPIFY_API_KEY",
    "Duffel": "DUFFEL_ACCESS_TOKEN",
    "AeroDataBox": "AERODATABOX_API_KEY",
}


def report(tmp_path: Path, **environment: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the report's rows by name, each with its mark."""
    out = io.StringIO()
    database = {"CARAVAN_DATABASE": str(tmp_path / "new" / "caravan.sqlite")}
    code = doctor(load_settings(database | environment), out)
    rows = {line[10:29].strip(): line for line in out.getvalue().splitlines()}
    return code, rows


def test_nothing_configured_is_healthy_and_says_what_is_switched_off(tmp_path: Path) -> None:
    code, rows = report(tmp_path)

    assert code == 0
    assert "LANGUAGE_MODEL is not set" in rows["language model"]
    assert "no free conversation" in rows["language model"]
    assert "TELEGRAM_BOT_TOKEN is not set: only this terminal can chat" in rows["Telegram"]
    assert "CARAVAN_CONTACT is not set" in rows["contact"]
    assert "destinations built in" in rows["atlas"]
    assert "will be made at the first start" in rows["database"]
    off = {name for name, row in rows.items() if row.startswith("[off]")}
    chats = {"Telegram", "Telegram webhook", "Slack", "Slack events", "Slack installs"}
    assert off == {"language model", "contact"} | chats | set(KEYED)
    for name, variable in KEYED.items():
        assert f"{variable} is not set" in rows[name]


def test_everything_configured_is_named(tmp_path: Path) -> None:
    code, rows = report(tmp_path, **EVERYTHING)

    assert code == 0
    assert "openai:gpt-4o-mini at https://models.example.org/v1" in rows["language model"]
    assert "anthropic:claude, then rules" in rows["fallback"]
    assert "bot 123456789" in rows["Telegram"]
    assert "https://caravan.example.org/telegram -> port 8080" in rows["Telegram webhook"]
    assert "one workspace by its token and workspaces by OAuth" in rows["Slack"]
    assert "Socket Mode" in rows["Slack events"]
    assert "/slack/install -> port 8080" in rows["Slack installs"]
    assert "ops@example.org" in rows["contact"]
    assert not [row for row in rows.values() if not row.startswith("[ok]")]


def test_no_secret_is_in_the_report(tmp_path: Path) -> None:
    _, rows = report(tmp_path, **EVERYTHING)
    text = "\n".join(rows.values())

    key = EVERYTHING["SLACK_ENCRYPTION_KEY"]
    for secret in (TOKEN, OPENAI, ANTHROPIC, WEBHOOK_SECRET, key, "planted"):
        assert secret not in text


@pytest.mark.parametrize(
    ("environment", "row", "words"),
    [
        ({"OPENAI_API_KEY": OPENAI}, "language model", "LANGUAGE_MODEL does not use it"),
        ({"CARAVAN_WEATHER": "false"}, "weather", "typical values instead of forecasts"),
        ({"CARAVAN_WEATHER": "false"}, "GDACS", "CARAVAN_WEATHER is off"),
        ({"CARAVAN_LIVE": "off"}, "weather", "nobody is asked"),
        ({"CARAVAN_LIVE": "off"}, "Frankfurter", "CARAVAN_LIVE is off"),
        (
            {"LANGUAGE_MODEL_FALLBACK": "openai:gpt-4o-mini", "OPENAI_API_KEY": OPENAI},
            "fallback",
            "waits for a LANGUAGE_MODEL",
        ),
        (
            {
                "TELEGRAM_WEBHOOK_URL": "https://a.example/t",
                "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
            },
            "Telegram webhook",
            "TELEGRAM_BOT_TOKEN is not set",
        ),
    ],
)
def test_half_a_configuration_says_what_it_does_not_do(
    tmp_path: Path, environment: dict[str, str], row: str, words: str
) -> None:
    code, rows = report(tmp_path, **environment)

    assert code == 0
    assert words in rows[row] and rows[row].startswith("[off]")


def test_with_slack_and_without_telegram_it_is_not_said_that_only_the_terminal_can_chat(
    tmp_path: Path,
) -> None:
    _, rows = report(tmp_path, SLACK_BOT_TOKEN="xoxb-1-2-planted", SLACK_APP_TOKEN="xapp-planted")

    assert rows["Telegram"].endswith("TELEGRAM_BOT_TOKEN is not set")


def test_a_good_database_is_only_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% #1.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("create table t (x)")
    before = path.stat().st_mtime_ns
    code, rows = report(tmp_path, CARAVAN_DATABASE=str(path))

    assert code == 0 and str(path) in rows["database"]
    assert path.stat().st_mtime_ns == before


def test_a_broken_database_is_named_with_its_variable(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.sqlite"
    rubbish.write_bytes(b"this is no database, and that is certain" * 40)
    (tmp_path / "folder.sqlite").mkdir()
    for path in (
        rubbish,
        tmp_path / "folder.sqlite",
        rubbish / "below-a-file.sqlite",
    ):
        code, rows = report(tmp_path, CARAVAN_DATABASE=str(path))

        assert code == 1
        assert rows["database"].startswith("[broken]") and "CARAVAN_DATABASE" in rows["database"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_permission_is_broken(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    code, _ = report(tmp_path, CARAVAN_DATABASE=str(locked / "deep" / "caravan.sqlite"))

    assert code == 1


def test_the_command_reports_and_ends_with_the_doctors_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CARAVAN_DATABASE", str(tmp_path))
    for name in EVERYTHING:
        monkeypatch.delenv(name, raising=False)

    assert main(["doctor"]) == 1
    assert "[broken]" in capsys.readouterr().out


def test_mistakes_in_the_settings_end_every_command_with_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE_MODEL", "gpt")
    monkeypatch.setenv("PORT", "many")

    assert main(["doctor"]) == main(["chat"]) == EXIT_MISCONFIGURED
    err = capsys.readouterr().err
    assert "LANGUAGE_MODEL" in err and "PORT" in err and "Traceback" not in err
