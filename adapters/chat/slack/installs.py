"""Where the app is installed: one workspace by a token of the settings, or many by OAuth.

What OAuth brings is kept in the vault, sealed: whoever reads the database has no token.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from adapters.chat.slack.messages import Me
from adapters.chat.slack.ports import WorkspaceGone
from core.errors import Misconfigured
from core.ports import Vault

SHELF = "slack.installs"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Install:
    """The app in one workspace. Its `repr` shows no token."""

    team: str
    name: str
    user: str  # the bot's user id
    bot: str
    token: str
    scopes: str = ""
    since: float = 0.0  # when OAuth brought it, in Unix seconds; 0: not known

    def __repr__(self) -> str:
        return f"Install({self.team})"

    @property
    def me(self) -> Me:
        return Me(self.team, self.user, self.bot)


class Seal:
    """Encrypts with the first of the keys, opens with any: so keys can be changed."""

    def __init__(self, keys: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            raise Misconfigured(
                "SLACK_ENCRYPTION_KEY", "a key is 32 random bytes in URL-safe base64"
            ) from None

    def seal(self, install: Install) -> bytes:
        return self._fernet.encrypt(orjson.dumps(asdict(install)))

    def open(self, sealed: bytes) -> Install | None:
        """None when no key of ours opens it, or it is of another shape."""
        try:
            return Install(**orjson.loads(self._fernet.decrypt(sealed)))
        except (InvalidToken, orjson.JSONDecodeError, TypeError):
            return None


class Installs:
    """All workspaces. `fixed` is the one of SLACK_BOT_TOKEN; `seal` opens those of OAuth."""

    def __init__(self, vault: Vault, seal: Seal | None = None) -> None:
        self._vault = vault
        self._seal = seal
        self._known: dict[str, Install] = {}
        self._fixed = ""

    def fix(self, install: Install) -> None:
        """The workspace of the token in the settings; it is kept in memory only."""
        self._fixed = install.team
        self._known[install.team] = install

    async def find(self, team: str) -> Install | None:
        """The installation, None where there is none. Raises Unavailable."""
        known = self._known.get(team)
        if known is not None or self._seal is None or not team:
            return known
        sealed = await self._vault.find(SHELF, team)
        if sealed is None:
            return None
        found = self._seal.open(sealed)
        if found is None or found.team != team:
            _log.error("the installation in %s cannot be opened: SLACK_ENCRYPTION_KEY?", team)
            return None
        self._known[team] = found
        return found

    async def token(self, team: str) -> str:
        """The bot token of a workspace. Raises WorkspaceGone, Unavailable."""
        found = await self.find(team)
        if found is None:
            raise WorkspaceGone("the app is not installed there")
        return found.token

    async def save(self, install: Install) -> None:
        """Keep what OAuth brought. Raises Misconfigured without a key, Unavailable."""
        if self._seal is None:
            raise Misconfigured("SLACK_ENCRYPTION_KEY", "needed to keep installations")
        await self._vault.keep(SHELF, install.team, self._seal.seal(install))
        self._known[install.team] = replace(install)

    async def remove(self, team: str) -> None:
        """Forget the workspace and its token; the others stay. Raises Unavailable."""
        await self._vault.take(SHELF, team)
        self._known.pop(team, None)
        if team == self._fixed:
            _log.error("the workspace of SLACK_BOT_TOKEN has removed the app; it is off")

    async def teams(self) -> list[str]:
        """Every workspace that has the app."""
        kept = await self._vault.on_shelf(SHELF) if self._seal is not None else []
        return sorted({*self._known, *kept})
