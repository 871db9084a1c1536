"""The manifest asks Slack for what the code uses: events, scopes, commands, shortcuts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.chat.slack.http import EVENTS_PATH, REDIRECT_PATH
from adapters.chat.slack.parse import COMMAND, EVENTS
from adapters.chat.slack.ports import SHORTCUT_ASK
from adapters.chat.slack.scopes import OF_EVENTS, OF_METHODS, SCOPES

ROOT = Path(__file__).parent.parent
SLACK = ROOT / "adapters" / "chat" / "slack"
_METHOD = re.compile(
    r'"((?:agents|apps|assistant|auth|chat|conversations|files|reactions|users|views)\.[A-Za-z.]+)"'
)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "slack-manifest.yaml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_it_subscribes_to_the_events_that_the_code_understands(manifest: dict[str, Any]) -> None:
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert subscribed == sorted(subscribed) == sorted(EVENTS)


def test_it_asks_for_the_scopes_of_the_code_and_no_others(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]

    assert scopes == {"bot": sorted(SCOPES)}
    assert sorted(OF_EVENTS) == sorted(EVENTS)


def test_every_method_that_the_code_calls_has_its_scopes() -> None:
    code = "".join(p.read_text("utf-8") for p in SLACK.glob("*.py") if p.name != "scopes.py")
    called = set(_METHOD.findall(code)) | {"auth.test"}  # by the method of Slack's client

    assert called == set(OF_METHODS)


def test_commands_shortcuts_and_addresses_are_those_of_the_code(manifest: dict[str, Any]) -> None:
    features, settings = manifest["features"], manifest["settings"]
    addresses = [
        *(c["url"] for c in features["slash_commands"]),
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    ]

    assert [c["command"] for c in features["slash_commands"]] == [COMMAND]
    assert [s["callback_id"] for s in features["shortcuts"]] == [SHORTCUT_ASK]
    assert {a.removeprefix("https://caravan.example") for a in addresses} == {EVENTS_PATH}
    [redirect] = manifest["oauth_config"]["redirect_urls"]
    assert redirect.endswith(REDIRECT_PATH)


def test_it_is_an_agent_with_a_home_and_messages(manifest: dict[str, Any]) -> None:
    features = manifest["features"]

    assert "agent_view" in features and "assistant_view" not in features
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]
