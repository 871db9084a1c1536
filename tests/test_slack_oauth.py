"""Installing the app in more workspaces: a state counts once, tokens are kept sealed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from cryptography.fernet import Fernet

from adapters.chat.slack.installs import Install, Installs, Seal
from adapters.chat.slack.ports import WorkspaceGone
from adapters.chat.slack.scopes import SCOPES
from adapters.stores.sqlite import SqliteStore
from core.errors import Misconfigured
from core.messages import Conversation, Reply, Text
from tests.desk import HandClock
from tests.fake_slack import DIRECT, Workspace, event, said
from tests.slack_bot import OAUTH, Rig, running

NEW = Workspace("T0NEW", "New Travels", "xoxb-777-666-thetokenofthenewworkspace", "U0NEWBOT", "B0N")
KEY, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ONE = Install("T1", "One", "U0BOT", "B0BOT", "xoxb-one-token-of-one")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path / "caravan.sqlite", OAUTH) as running_rig:
        running_rig.slack.workspaces.clear()
        running_rig.slack.codes["a-code"] = NEW
        yield running_rig


class Browser:
    """Somebody who clicks "Add to Slack" and keeps cookies, also over http."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.cookie = ""

    async def opens(self, path: str, **query: str) -> tuple[int, str]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self._rig.http}{path}", params=query, headers=headers) as response,
        ):
            given = response.headers.get("Set-Cookie", "")
            if given and "deleted" not in given:
                self.cookie = given.partition(";")[0]
            return response.status, await response.text()

    async def begins(self) -> str:
        """The state that Slack would send back."""
        status, page = await self.opens("/slack/install")
        link = re.search(r'href="([^"]+/oauth/v2/authorize[^"]+)"', page)
        assert status == 200 and link is not None
        asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
        assert asked["client_id"] == ["111.222"]
        assert set(asked["scope"][0].split(",")) == set(SCOPES)
        return asked["state"][0]

    async def comes_back(self, state: str, code: str = "a-code") -> int:
        return (await self.opens("/slack/oauth_redirect", state=state, code=code))[0]


async def test_a_workspace_installs_the_app_and_is_answered(rig: Rig, tmp_path: Path) -> None:
    browser = Browser(rig)
    state = await browser.begins()
    before = await rig.posts.event(event(said("help", ts="1795000000.1", channel=DIRECT)))
    done = await browser.comes_back(state)
    hello = said("help", ts="1795000000.2", channel="D0NEW")
    await rig.posts.event(event(hello, team=NEW.id, bot_user=NEW.bot_user))
    await rig.slack.replied(1)

    assert (before.status, done) == (200, 200)
    assert [c.token for c in rig.slack.replies()] == [NEW.token]
    held = await asyncio.to_thread(
        lambda: b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.is_file())
    )
    assert NEW.id.encode() in held and NEW.token.encode() not in held


async def test_an_installation_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "caravan.sqlite"
    async with running(path, OAUTH) as rig:
        rig.slack.codes["a-code"] = NEW
        browser = Browser(rig)
        assert await browser.comes_back(await browser.begins()) == 200
    async with running(path, OAUTH) as rig:
        rig.slack.workspaces[NEW.id] = NEW
        hello = said("help", ts="1795000000.2", channel="D0NEW")
        await rig.posts.event(event(hello, team=NEW.id, bot_user=NEW.bot_user))
        [reply] = await rig.slack.replied(1)

        assert reply.token == NEW.token


async def test_the_end_of_an_earlier_installation_that_is_told_late_ends_no_new_one(
    rig: Rig,
) -> None:
    browser = Browser(rig)
    await browser.comes_back(await browser.begins())
    installed = int(rig.clock.now().timestamp())
    gone = {"type": "app_uninstalled"}
    late = event(gone, team=NEW.id) | {"event_time": installed - 60}
    assert (await rig.posts.event(late)).status == 200
    assert await rig.adapter.installs.teams() == [NEW.id]

    await rig.posts.event(event(gone, team=NEW.id) | {"event_time": installed + 60})
    assert await rig.adapter.installs.teams() == []


async def test_a_send_that_began_before_a_new_installation_does_not_end_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails with the token of the earlier one."""
    browser = Browser(rig)
    await browser.comes_back(await browser.begins())

    async def installed_meanwhile(reply: Reply, *, resend: bool = False) -> Sequence[str]:
        rig.clock.passes(seconds=5)
        rig.slack.codes["a-code"] = NEW
        await browser.comes_back(await browser.begins())
        raise WorkspaceGone("account_inactive")

    monkeypatch.setattr(rig.adapter, "_outgoing", SimpleNamespace(send=installed_meanwhile))
    where = Conversation(platform="slack", chat_id=f"{NEW.id}/D0NEW")
    late = Reply(id="r", seq=1, final=True, conversation=where, parts=(Text(markdown="Hi"),))
    with pytest.raises(WorkspaceGone):
        await rig.adapter.send(late)
    monkeypatch.undo()

    assert await rig.adapter.installs.teams() == [NEW.id]


async def test_a_state_counts_once_in_one_browser_and_for_ten_minutes(rig: Rig) -> None:
    browser, thief = Browser(rig), Browser(rig)
    state = await browser.begins()
    stolen = await thief.comes_back(state)
    guessed = await browser.comes_back("guessed")
    done = await browser.comes_back(state)
    rig.slack.codes["a-code"] = NEW
    replayed = await browser.comes_back(state)
    late = await browser.begins()
    rig.clock.passes(minutes=11)
    too_late = await browser.comes_back(late)

    assert done == 200
    assert {stolen, guessed, replayed, too_late} <= {400, 401}
    assert len(rig.slack.called("oauth.v2.access")) == 1


async def test_a_code_that_slack_refuses_installs_nothing(rig: Rig) -> None:
    browser = Browser(rig)
    status = await browser.comes_back(await browser.begins(), code="forged")

    assert status == 401
    assert await rig.adapter.installs.teams() == []


async def test_while_slack_cannot_be_asked_an_installation_is_put_off(rig: Rig) -> None:
    browser = Browser(rig)
    state = await browser.begins()
    await rig.slack.aclose()
    status, page = await browser.opens("/slack/oauth_redirect", state=state, code="a-code")

    assert status == 503
    assert "try again later" in page


async def test_events_of_a_workspace_that_never_installed_us_are_dropped(rig: Rig) -> None:
    answer = await rig.posts.event(event(said("help", ts="1795000000.1", channel=DIRECT)))

    assert answer.status == 200
    assert (await rig.app.store.counts()).get("inbox.waiting", 0) == 0


# --- the seal ----------------------------------------------------------------------------------


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "vault.sqlite", HandClock())
    yield store
    await store.aclose()


async def test_keys_can_be_changed(vault: SqliteStore) -> None:
    await Installs(vault, Seal(KEY)).save(ONE)

    assert await Installs(vault, Seal(f"{OTHER},{KEY}")).find("T1") == ONE
    assert await Installs(vault, Seal(OTHER)).find("T1") is None


async def test_an_installation_that_was_moved_to_another_workspace_is_not_opened(
    vault: SqliteStore,
) -> None:
    await Installs(vault, Seal(KEY)).save(ONE)
    sealed = await vault.find("slack.installs", "T1")
    assert sealed is not None
    await vault.keep("slack.installs", "T2", sealed)

    assert await Installs(vault, Seal(KEY)).find("T2") is None


async def test_a_removed_workspace_has_no_token_any_more(vault: SqliteStore) -> None:
    installs = Installs(vault, Seal(KEY))
    await installs.save(ONE)
    assert await installs.token("T1") == ONE.token
    await installs.remove("T1")

    with pytest.raises(WorkspaceGone):
        await installs.token("T1")
    assert await vault.find("slack.installs", "T1") is None


def test_a_key_that_is_none_is_named() -> None:
    with pytest.raises(Misconfigured, match="URL-safe base64"):
        Seal("not a key")


def test_an_installation_shows_no_token() -> None:
    assert ONE.token not in repr(ONE)
