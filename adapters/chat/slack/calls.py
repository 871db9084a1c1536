"""Calls of final replies: each in its turn, and its errors as a reply's errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.chat.slack.ports import channel_of, team_of
from adapters.chat.slack.rates import Rates
from adapters.chat.slack.transport import Answered, Api, ApiError, Limited, failure
from core.messages import Conversation
from core.ports import NotNow

PATIENCE = 3.0  # seconds that a reply waits for its turn here; longer waits go back to the outbox


class Calls:
    """The Web API as `send` uses it."""

    def __init__(self, api: Api, rates: Rates, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._api = api
        self._rates = rates
        self._sleep = sleep

    async def call(
        self,
        where: Conversation,
        method: str,
        given: Mapping[str, Any],
        *,
        reserved: bool = False,
    ) -> dict[str, Any]:
        """The answer of a call made in its turn, which `reserved` ones have had already.

        Raises Answered when Slack refuses it, a SendFailed for everything else.
        """
        team = team_of(where)
        wait = 0.0 if reserved else self._rates.reserve(team, channel_of(where), method, PATIENCE)
        if wait > PATIENCE:
            raise NotNow(wait, f"pace of {method}")
        if wait > 0:
            await self._sleep(wait)
        try:
            return await self._api.call(team, method, given)
        except Answered:
            raise
        except ApiError as error:
            if isinstance(error, Limited):
                self._rates.pause(team, method, error.seconds)
            raise failure(error, method) from error

    async def surely(
        self, where: Conversation, method: str, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The answer; a refusal is a failure of the reply, too."""
        try:
            return await self.call(where, method, given)
        except Answered as error:
            raise failure(error, method) from error
