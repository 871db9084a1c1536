"""Slack sends ids where people expect names: asked once a person, after the acknowledgement."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.chat.slack.ports import Tokens
from adapters.chat.slack.transport import Api, ApiError
from adapters.chat.slack.words import PERSON
from core.messages import CLOCK, InboundMessage, Person
from core.ports import SendFailed
from core.text import name

PATIENCE_SECONDS = 3.0
MAX_KNOWN = 5_000
MAX_MENTIONED = 8  # names looked up for one message
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What Slack says of a person; `language` is BCP 47."""

    name: str = ""
    language: str = ""
    is_bot: bool = False


class Names:
    def __init__(self, tokens: Tokens, base_url: str) -> None:
        self._api = Api(tokens, base_url, connections=8)
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()

    async def introduce(self, message: InboundMessage) -> InboundMessage:
        """The message with names instead of ids; as it is when Slack does not answer in time."""
        if message.sender == CLOCK:
            return message
        team = message.conversation.chat_id.partition("/")[0]
        writer = message.sender.id.rpartition("/")[2]
        mentioned = list(dict.fromkeys(PERSON.findall(message.text)))[:MAX_MENTIONED]
        found = await self._all_of([(team, user) for user in (writer, *mentioned)])
        if found is None:
            return message
        names = dict(zip(mentioned, found[1:], strict=True))

        def named(match: Any) -> str:
            known = names.get(match[1])
            return f"@{known.name}" if known is not None and known.name else str(match[0])

        sender = Person(id=message.sender.id, **vars(found[0]))
        text = PERSON.sub(named, message.text)
        return message.model_copy(update={"sender": sender, "text": text})

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _all_of(self, wanted: Sequence[tuple[str, str]]) -> list[Known] | None:
        """Who they are; None when Slack does not say so in time."""
        if all(key in self._known for key in wanted):  # as a rule, and without a task for each
            return [await self._who(*key) for key in wanted]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return list(await asyncio.gather(*(self._who(*key) for key in wanted)))
        except TimeoutError:
            return None

    async def _who(self, team: str, user: str) -> Known:
        key = (team, user)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        try:
            given = {"user": user, "include_locale": "true"}
            answer = await self._api.call(team, "users.info", given)
        except (ApiError, SendFailed) as error:
            _log.info("no name for a person: %s", error)
            return Known()
        found = _read(answer.get("user"))
        self._known[key] = found
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return found


def _read(user: object) -> Known:
    if not isinstance(user, dict):
        return Known()
    profile = user.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    shown = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
    called = next((s for s in shown if isinstance(s, str) and s.strip()), "")
    locale = user.get("locale")
    language = name(locale, limit=16) if isinstance(locale, str) else ""
    return Known(name(called), language, user.get("is_bot") is True)
