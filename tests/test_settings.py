"""Settings name every mistake at once, and secrets never leave."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
import structlog

from bot.settings import Settings, load_settings
from bot.telemetry import Redactor, set_up_logging
from core.errors import Misconfigured

TOKEN = "123456789:AAE" + "x" * 32


def test_nothing_set_is_a_working_offline_caravan() -> None:
    settings = load_settings({})

    assert settings.language_model == "offline"
    assert settings.telegram_token.get_secret_value() == ""


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings({"LANGUAGE_MODEL": "gpt", "PORT": "no", "TELEGRAM_API_BASE_URL": "http://x"})

    for variable in ("LANGUAGE_MODEL", "PORT", "TELEGRAM_API_BASE_URL"):
        assert variable in caught.value.why


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"LANGUAGE_MODEL": "openai:gpt-4o-mini"}, "OPENAI_API_KEY"),
        ({"LANGUAGE_MODEL": "anthropic:claude"}, "ANTHROPIC_API_KEY"),
        ({"TELEGRAM_WEBHOOK_URL": "https://example.org/t"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_BOT_TOKEN": "hello"}, "TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_WEBHOOK_SECRET": "short"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "s"}, "SLACK_CLIENT_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "s"}, "SLACK_ENCRYPTION_KEY"),
        ({"SLACK_CLIENT_SECRET": "s"}, "SLACK_CLIENT_ID"),
        ({"SLACK_ENCRYPTION_KEY": "too short"}, "SLACK_ENCRYPTION_KEY"),
        ({"SLACK_API_BASE_URL": "http://slack.example"}, "SLACK_API_BASE_URL"),
        ({"CARAVAN_LOG_LEVEL": "VERBOSE"}, "CARAVAN_LOG_LEVEL"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    environment: dict[str, str], named: str
) -> None:
    with pytest.raises(Misconfigured, match=named):
        load_settings(environment)


def test_blank_values_count_as_not_set() -> None:
    assert load_settings({"LANGUAGE_MODEL": "", "PORT": "  "}).port == 8080


def test_a_refused_secret_is_not_repeated_in_the_message() -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings({"TELEGRAM_WEBHOOK_SECRET": "bad secret!", "TELEGRAM_BOT_TOKEN": "sk-abc"})

    assert "bad secret!" not in str(caught.value)
    assert "sk-abc" not in str(caught.value)


PLANTED = {
    "telegram": TOKEN,
    "telegram url": f"https://api.telegram.org/bot{TOKEN}/getMe",
    "slack bot": "xoxb-1234567890-abcdefghijkl",
    "slack app": "xapp-1-A0B1C2D3-abcdef0123456789",
    "slack socket": "wss://wss-primary.slack.com/link/?ticket=0123abcd-4567&app_id=1",
    "slack code": "Failed to fetch oauth.v2.access result with code: 111.222.0a1b2c - error: x",
    "openai": "sk-proj-abcdefghijklmnop0123456789",
    "anthropic": "sk-ant-api03-abcdefghijklmnop_-0123",
    "supabase": "sb_secret_abcdefgh12345678",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
    "bearer": "Authorization: Bearer abcdefghijklmnop1234",
    "query key": "https://api.example.org/data?appid=0123456789abcdef&q=1",
    "own value": "a-webhook-secret-of-ours",
    "password": "postgres://u@h/db?password=hunter2hunter2",
}


@pytest.mark.fault("G9")
def test_no_planted_secret_reaches_a_log_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("DEBUG", ["a-webhook-secret-of-ours"])
    log = structlog.get_logger()
    for kind, secret in PLANTED.items():
        log.info("planted", kind=kind, value=secret, nested={"deep": [secret]})
        logging.getLogger("some.package").debug("request %s", secret)
        try:
            raise RuntimeError(f"failed with {secret}")
        except RuntimeError:
            log.exception("broken")
            logging.getLogger("some.package").exception("broken")
    written = capsys.readouterr().err
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()

    bare = {
        **PLANTED,
        "telegram url": TOKEN,
        "slack code": "111.222.0a1b2c",
        "bearer": "abcdefghijklmnop1234",
        "query key": "0123456789abcdef",
        "password": "hunter2hunter2",
    }
    assert written.count("broken") == 2 * len(PLANTED)
    assert [kind for kind, secret in bare.items() if secret in written] == []


def test_text_without_secrets_stays_as_it_is() -> None:
    assert Redactor().clean("turn reply-1a2b of telegram:42:7 took 12 ms") == (
        "turn reply-1a2b of telegram:42:7 took 12 ms"
    )


def test_the_price_of_a_model_is_two_amounts() -> None:
    assert load_settings({"LANGUAGE_MODEL_PRICE": "0.15,0.60"}).price is not None
    assert load_settings({}).price is None
    with pytest.raises(Misconfigured, match="LANGUAGE_MODEL_PRICE"):
        load_settings({"LANGUAGE_MODEL_PRICE": "cheap"})


@pytest.mark.parametrize("file", ["README.md", ".env.example"])
def test_every_setting_is_explained_and_nothing_else(file: str) -> None:
    text = (Path(__file__).parents[1] / file).read_text("utf-8")
    settings = {f.alias for f in Settings.model_fields.values() if f.alias}
    if file == "README.md":
        rows = re.findall(r"^\| (`[A-Z][^|]*) \|", text, re.M)
        told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    else:
        told = set(re.findall(r"^#? ?([A-Z][A-Z_]{3,})=", text, re.M))

    assert told == settings
