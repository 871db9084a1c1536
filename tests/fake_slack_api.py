"""The Web API of the fake Slack as what goes out needs it: channels that keep what people see.

It refuses what Slack refuses: arguments that slack_sdk does not know, blocks that Block Kit does
not take, texts that are too long, streams in the wrong state, channels that are gone. Numbers and
codes are those of https://docs.slack.dev/reference.
"""

from __future__ import annotations

import asyncio
import html
import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from tests.fake_slack import BOT_ID, BOT_USER, Called, FakeSlack

METHODS = """
chat.postMessage chat.update chat.delete chat.startStream chat.appendStream chat.stopStream
conversations.history conversations.replies files.getUploadURLExternal
files.completeUploadExternal views.publish views.open assistant.threads.setSuggestedPrompts
""".split()
FORMS_ONLY = ("conversations.", "files.")
MAX_MARKDOWN = 12_000
TOKEN = re.compile(r"<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>")


class Refusal(Exception):
    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass
class Loss:
    """A call that is answered with this status, or whose connection is reset ("reset")."""

    how: str
    done: bool


@dataclass
class SlackApi:
    """Installed on a FakeSlack: `async with SlackApi(slack)`. All state is open to the test."""

    slack: FakeSlack
    channels: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    not_in: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    modals: list[dict[str, Any]] = field(default_factory=list)
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)  # uploaded, by file id
    page: int = 100  # what conversations.* give at once

    def __post_init__(self) -> None:
        self._losses: dict[str, list[Loss]] = {}
        self._slots: dict[str, tuple[str, int]] = {}
        self._changed = asyncio.Condition()
        self._handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "files.getUploadURLExternal": self._slot,
            "files.completeUploadExternal": self._complete,
            "views.publish": self._publish,
            "views.open": self._open,
            "assistant.threads.setSuggestedPrompts": self._suggest,
        }
        for method in METHODS:
            self.slack.methods[method] = self._handle

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_post("/upload/v1", self._takes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._uploads = f"http://127.0.0.1:{self._runner.addresses[0][1]}/upload/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # --- what people see -----------------------------------------------------------------------

    def messages(self, channel: str) -> list[dict[str, Any]]:
        return self.channels.setdefault(channel, [])

    def seen(self, channel: str) -> list[str]:
        """The texts of a channel as people read them, oldest first."""
        return [seen(message) for message in self.messages(channel)]

    def rings(self, channel: str) -> list[str]:
        """Mentions and links that nobody sees through, in any version of any message."""
        return [t for m in self.messages(channel) for v in m["versions"] for t in rung(v)]

    def lose(self, method: str, how: str = "500", *, done: bool = True) -> None:
        """The answer of the next call is lost; `done` says whether it took effect."""
        self._losses.setdefault(method, []).append(Loss(how, done))

    async def until(self, true: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait for a condition; it is asked again after every call."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    # --- the server ----------------------------------------------------------------------------

    async def _handle(self, called: Called) -> Mapping[str, Any] | web.Response:
        losses = self._losses.get(called.method)
        loss = losses.pop(0) if losses else None
        try:
            answer = {"ok": True, **self._judged(called)} if loss is None or loss.done else {}
        except Refusal as refusal:
            more = {"response_metadata": {"messages": list(refusal.details)}}
            answer = {"ok": False, "error": refusal.code, **more}
        async with self._changed:
            self._changed.notify_all()
        if loss is None:
            return answer
        if loss.how == "reset" and called.request.transport is not None:
            called.request.transport.abort()
        status = int(loss.how) if loss.how.isdigit() else 500
        return web.Response(status=status, text="<html>oops</html>", headers={"Retry-After": "30"})

    def _judged(self, called: Called) -> dict[str, Any]:
        given = dict(called.arguments)
        known = getattr(AsyncWebClient, re.sub(r"\.", "_", called.method))
        extra = set(given) - set(inspect.signature(known).parameters)
        if extra:
            raise Refusal("invalid_arguments", f"unknown arguments: {sorted(extra)}")
        json_body = called.request.content_type == "application/json"
        if json_body and called.method.startswith(FORMS_ONLY):
            raise Refusal("invalid_arguments", "this method takes a form")
        if called.method.startswith(("chat.", "conversations.")):
            self._check_channel(str(given.get("channel", "")))
        return self._handlers[called.method](given)

    def _check_channel(self, channel: str) -> None:
        if not channel or channel in self.unknown:
            raise Refusal("channel_not_found")
        if channel in self.archived:
            raise Refusal("is_archived")
        if channel in self.not_in:
            raise Refusal("not_in_channel")

    # --- chat ----------------------------------------------------------------------------------

    def _post(self, given: dict[str, Any]) -> dict[str, Any]:
        self._check_message(given)
        message = self._new(given)
        return {"channel": given["channel"], "ts": message["ts"], "message": public(message)}

    def _new(self, given: dict[str, Any]) -> dict[str, Any]:
        message = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT_ID,
            "ts": self.slack.ts(),
            **{k: given[k] for k in ("text", "blocks", "metadata", "thread_ts") if k in given},
            "versions": [],
        }
        message["versions"].append(public(message))
        self.messages(given["channel"]).append(message)
        return message

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        self._check_message(given)
        message = self._find(given)
        if message.get("streaming_state") == "in_progress":
            raise Refusal("streaming_state_conflict")
        message |= {k: given[k] for k in ("text", "blocks", "metadata") if k in given}
        message["versions"].append(public(message))
        return {"channel": given["channel"], "ts": message["ts"], "text": message.get("text", "")}

    def _delete(self, given: dict[str, Any]) -> dict[str, Any]:
        self.messages(given["channel"]).remove(self._find(given))
        return {"channel": given["channel"], "ts": given["ts"]}

    def _start(self, given: dict[str, Any]) -> dict[str, Any]:
        check_markdown(given)
        direct = given["channel"].startswith("D")
        if direct and not given.get("thread_ts"):
            raise Refusal("invalid_thread_ts")
        if not direct and not given.get("recipient_user_id"):
            raise Refusal("missing_recipient_user_id")
        if not direct and not given.get("recipient_team_id"):
            raise Refusal("missing_recipient_team_id")
        message = self._new({k: given[k] for k in ("channel", "thread_ts") if k in given})
        message |= {"streaming_state": "in_progress", "blocks": []}
        self._grow(message, given)
        return {"channel": given["channel"], "ts": message["ts"]}

    def _append(self, given: dict[str, Any]) -> dict[str, Any]:
        check_markdown(given)
        message = self._streaming(given)
        if not given.get("markdown_text"):
            raise Refusal("no_text")
        self._grow(message, given)
        return {"channel": given["channel"], "ts": message["ts"]}

    def _stop(self, given: dict[str, Any]) -> dict[str, Any]:
        check_markdown(given)
        check_blocks(given.get("blocks") or [])
        message = self._streaming(given)
        self._grow(message, given)
        message["blocks"] = [*message["blocks"], *(given.get("blocks") or [])]
        message |= {k: given[k] for k in ("metadata",) if k in given}
        message["streaming_state"] = "completed"
        message["versions"].append(public(message))
        return {"channel": given["channel"], "ts": message["ts"], "message": public(message)}

    def _streaming(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self._find(given)
        if message.get("streaming_state") != "in_progress":
            raise Refusal("message_not_in_streaming_state")
        return message

    def closes_streams(self, channel: str) -> None:
        """Slack ends every stream of the channel: idle, or older than five minutes."""
        for message in self.messages(channel):
            if "streaming_state" in message:
                message["streaming_state"] = "errored"

    def _grow(self, message: dict[str, Any], given: dict[str, Any]) -> None:
        text = given.get("markdown_text", "")
        shown = [b for b in message["blocks"] if b["type"] == "markdown"]
        if text and shown:
            message["blocks"] = [{"type": "markdown", "text": shown[0]["text"] + text}]
        elif text:
            message["blocks"] = [{"type": "markdown", "text": text}]
        message["versions"].append(public(message))

    def _find(self, given: dict[str, Any]) -> dict[str, Any]:
        for message in self.messages(given["channel"]):
            if message["ts"] == given.get("ts"):
                return message
        raise Refusal("message_not_found")

    def _check_message(self, given: dict[str, Any]) -> None:
        if given.get("markdown_text") and (given.get("text") or given.get("blocks")):
            raise Refusal("markdown_text_conflict")
        if not any(given.get(k) for k in ("text", "blocks", "markdown_text")):
            raise Refusal("no_text")
        if len(given.get("text") or "") > 40_000:
            raise Refusal("msg_too_long")
        check_markdown(given)
        check_blocks(given.get("blocks") or [])
        written = given.get("metadata")
        if written is not None and set(written) != {"event_type", "event_payload"}:
            raise Refusal("invalid_metadata_format")

    # --- looking back --------------------------------------------------------------------------

    def _history(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [m for m in self.messages(given["channel"]) if not m.get("thread_ts")]
        return self._paged(list(reversed(found)), given)

    def _replies(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [m for m in self.messages(given["channel"]) if m.get("thread_ts") == given["ts"]]
        return self._paged(found, given)

    def _paged(self, found: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
        metadata = given.get("include_all_metadata") == "true"
        first = int(given.get("cursor") or 0)
        oldest = float(given.get("oldest") or 0)
        recent = [m for m in found if float(m["ts"]) > oldest]
        last = first + min(self.page, int(given.get("limit") or 100))
        hidden = {"versions"} if metadata else {"versions", "metadata"}
        shown = [{k: v for k, v in m.items() if k not in hidden} for m in recent[first:last]]
        more = {"next_cursor": str(last)} if len(recent) > last else {"next_cursor": ""}
        return {"messages": shown, "has_more": len(recent) > last, "response_metadata": more}

    # --- files ---------------------------------------------------------------------------------

    def _slot(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("filename") or int(given.get("length") or 0) <= 0:
            raise Refusal("invalid_arguments")
        id = f"F{len(self._slots):08d}"
        self._slots[id] = (given["filename"], int(given["length"]))
        return {"upload_url": f"{self._uploads}?slot={id}", "file_id": id}

    async def _takes(self, request: web.Request) -> web.Response:
        """The address that files are posted to, on a host of its own as at Slack."""
        if request.headers.get("Authorization"):
            return web.Response(status=400, text="a token where none belongs")
        id = request.query["slot"]
        content = await request.read()
        if len(content) != self._slots[id][1]:
            return web.Response(status=400, text="wrong length")
        self.contents[id] = content
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = str(given.get("channel_id", ""))
        self._check_channel(channel)
        listed = json.loads(given["files"])
        for file in listed:
            if file["id"] not in self.contents:
                raise Refusal("file_not_found")
        files = [
            {"id": f["id"], "title": f.get("title"), "size": len(self.contents[f["id"]])}
            for f in listed
        ]
        message = self._new(
            {
                "channel": channel,
                "text": given.get("initial_comment", ""),
                **({"thread_ts": given["thread_ts"]} if given.get("thread_ts") else {}),
            }
        )
        message["files"] = files
        return {"files": files}

    # --- views ---------------------------------------------------------------------------------

    def _publish(self, given: dict[str, Any]) -> dict[str, Any]:
        check_view(given["view"], "home")
        self.homes[given["user_id"]] = given["view"]
        return {"view": given["view"]}

    def _open(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("trigger_id"):
            raise Refusal("invalid_trigger_id")
        check_view(given["view"], "modal")
        self.modals.append(given["view"])
        return {"view": given["view"]}

    def _suggest(self, given: dict[str, Any]) -> dict[str, Any]:
        prompts = given["prompts"]
        if not 1 <= len(prompts) <= 4 or any(set(p) != {"title", "message"} for p in prompts):
            raise Refusal("invalid_arguments")
        self.prompts[given["channel_id"]] = prompts
        return {}


def public(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as an answer holds it."""
    return {k: v for k, v in message.items() if k != "versions"}


# --- what Block Kit takes ----------------------------------------------------------------------


def check_markdown(given: Mapping[str, Any]) -> None:
    if len(given.get("markdown_text") or "") > MAX_MARKDOWN:
        raise Refusal("msg_too_long")


def check_blocks(blocks: list[dict[str, Any]], most: int = 50) -> None:
    """Raises invalid_blocks. slack_sdk's own models must know every block, too."""
    if len(blocks) > most:
        raise Refusal("invalid_blocks", f"no more than {most} items allowed")
    markdown = sum(len(b.get("text", "")) for b in blocks if b.get("type") == "markdown")
    if markdown > MAX_MARKDOWN:
        raise Refusal("invalid_blocks", "markdown blocks have 12,000 characters together")
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is None or parsed.type != block["type"]:
            raise Refusal("invalid_blocks", f"unsupported type: {block.get('type')}")
        check_block(block)


def check_block(block: dict[str, Any]) -> None:
    kind = block["type"]
    if kind == "actions":
        elements = block["elements"]
        ids = [e["action_id"] for e in elements]
        if not 1 <= len(elements) <= 25 or len(set(ids)) < len(ids):
            raise Refusal("invalid_blocks", "elements of actions")
        for element in elements:
            check_button(element)
    elif kind == "section":
        check_text(block["text"], 3_000)
        if "accessory" in block:
            check_button(block["accessory"])
    elif kind == "header":
        check_text(block["text"], 150, plain=True)
    elif kind == "context":
        if not 1 <= len(block["elements"]) <= 10:
            raise Refusal("invalid_blocks", "elements of context")
    elif kind == "input":
        check_text(block["label"], 2_000, plain=True)
        check_input(block["element"])
    elif kind == "markdown" and not block.get("text"):
        raise Refusal("invalid_blocks", "must be more than 0 characters")


def check_text(text: Mapping[str, Any], most: int, *, plain: bool = False) -> None:
    if plain and text["type"] != "plain_text":
        raise Refusal("invalid_blocks", "plain_text wanted")
    if text["type"] == "mrkdwn" and "emoji" in text:
        raise Refusal("invalid_blocks", "emoji is for plain_text")
    if not 1 <= len(text["text"]) <= most:
        raise Refusal("invalid_blocks", f"text must be 1 to {most} characters")


def check_button(button: Mapping[str, Any]) -> None:
    check_text(button["text"], 75, plain=True)
    if len(button["action_id"]) > 255 or len(button.get("value", "")) > 2_000:
        raise Refusal("invalid_blocks", "action_id or value of a button")
    if set(button) - {"type", "text", "action_id", "value", "style", "url", "confirm"}:
        raise Refusal("invalid_blocks", "field of a button")


def check_input(element: Mapping[str, Any]) -> None:
    options = element.get("options", [])
    if element["type"] == "plain_text_input":
        if len(element.get("initial_value", "")) > element.get("max_length", 3_000):
            raise Refusal("invalid_blocks", "initial_value is too long")
    elif not 1 <= len(options) <= (10 if element["type"] == "checkboxes" else 100):
        raise Refusal("invalid_blocks", "options")
    initial = element.get("initial_options") or [element.get("initial_option")]
    for option in initial:
        if option is not None and option not in options:
            raise Refusal("invalid_blocks", "an initial option is none of the options")
    for option in options:
        check_text(option["text"], 75, plain=True)
        if not 1 <= len(option["value"]) <= 150:
            raise Refusal("invalid_blocks", "value of an option")


def check_view(view: dict[str, Any], kind: str) -> None:
    if view.get("type") != kind:
        raise Refusal("invalid_arguments", f"type must be {kind}")
    View(**view).validate_json()
    check_blocks(view["blocks"], most=100)
    if len(view.get("private_metadata", "")) > 3_000:
        raise Refusal("invalid_arguments", "private_metadata")
    if kind == "modal":
        for part in ("title", "submit", "close"):
            check_text(view[part], 24, plain=True)


# --- what people see ---------------------------------------------------------------------------


def seen(message: Mapping[str, Any]) -> str:
    """The blocks of a message as people read them; its text when there are none."""
    blocks = message.get("blocks")
    if not blocks:
        return html.unescape(str(message.get("text", "")))
    return "\n".join(filter(None, (_seen_block(block) for block in blocks)))


def _seen_block(block: Mapping[str, Any]) -> str:
    if block["type"] == "markdown":
        return html.unescape(block["text"])
    if block["type"] == "actions":
        return " ".join(f"[{e['text']['text']}]" for e in block["elements"])
    text = block.get("text")
    return str(text["text"]) if isinstance(text, Mapping) else ""


def rung(message: Mapping[str, Any]) -> list[str]:
    """Slack's tokens in whatever it reads for tokens: Markdown blocks and the text. Written-out
    mass mentions count as well: with `link_names` or `parse` they would ring."""
    texts = [str(message.get("text", ""))]
    texts += [b["text"] for b in message.get("blocks") or [] if b["type"] == "markdown"]
    found: list[str] = []
    for text in texts:
        found += [t for t in TOKEN.findall(text) if t[0] in "@#!" or "|" in t]
        found += re.findall(
            r"[@＠﹫](?:here|channel|everyone|all|group)(?![^\W_])", text, re.IGNORECASE
        )
    return found
