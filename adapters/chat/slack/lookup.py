"""What of a reply in doubt is there already: Slack is asked before anything is said twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.chat.slack import blocks
from adapters.chat.slack.blocks import Item, Upload
from adapters.chat.slack.calls import Calls
from adapters.chat.slack.ports import channel_of
from adapters.chat.slack.transport import Answered, failure, is_about_the_message
from core.messages import Reply
from core.ports import NotNow, Uncertain

LOOKED_THROUGH = 100  # messages at once; an app outside of Slack's Marketplace gets 15
LOOKED_BACK = 24 * 3_600.0
MAX_PAGES = 5
LOOK_AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


async def parts_there(
    calls: Calls, reply: Reply, items: Sequence[Item], now: datetime
) -> dict[int, str]:
    """The parts of `reply` that its conversation shows, with their ids: messages by their
    metadata, files behind them by name and size. Empty when Slack does not let us look.

    Raises a SendFailed when the conversation is gone, or when we have to wait.
    """
    method, asked = _question(reply, now)
    messages: list[Mapping[str, Any]] = []
    for page in range(MAX_PAGES):
        try:
            answer = await calls.call(reply.conversation, method, asked)
        except Answered as error:
            if not is_about_the_message(error):
                raise failure(error, method) from error
            _log.warning("not known whether %s arrived: %s", reply.id, error)
            break
        except NotNow:
            if not page:
                raise
            break  # an app outside of the Marketplace has one such call a minute
        except Uncertain as error:  # only the look failed: nothing was said a second time
            raise NotNow(LOOK_AGAIN_SECONDS, str(error)) from error
        messages += [m for m in answer.get("messages") or () if isinstance(m, Mapping)]
        cursor = _cursor(answer)
        if not cursor or len(_matched(reply, items, messages)) == len(items):
            break
        asked["cursor"] = cursor
    return _matched(reply, items, messages)


def _question(reply: Reply, now: datetime) -> tuple[str, dict[str, Any]]:
    where = reply.conversation
    asked: dict[str, Any] = {
        "channel": channel_of(where),
        "limit": LOOKED_THROUGH,
        "include_all_metadata": True,
        "oldest": f"{now.timestamp() - LOOKED_BACK:.6f}",
    }
    if where.thread_id:
        return "conversations.replies", {**asked, "ts": where.thread_id}
    return "conversations.history", asked


def _matched(
    reply: Reply, items: Sequence[Item], messages: Sequence[Mapping[str, Any]]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for message in messages:
        part = blocks.part_of(message, reply)
        if part is not None and 0 <= part < len(items):
            found[part] = str(message.get("ts") or "")
    for part, item in enumerate(items):
        after = max((ts for p, ts in found.items() if p < part), default="")
        if not isinstance(item, Upload) or not after:
            continue  # the same file may have been wanted twice: alone it proves nothing
        for message in messages:
            # A ts has one length for the next 250 years, so these sort as text.
            ts = str(message.get("ts") or "")
            if ts > after and ts not in found.values() and blocks.holds(message, item):
                found[part] = ts
                break
    return found


def _cursor(answer: Mapping[str, Any]) -> str:
    more = answer.get("response_metadata")
    return str(more.get("next_cursor") or "") if isinstance(more, Mapping) else ""
