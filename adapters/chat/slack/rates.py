"""When the next call may go out. Slack publishes one message a second in a channel, several
hundred a minute in a workspace, and for every other method a tier per workspace
(https://docs.slack.dev/apis/web-api/rate-limits). A 429 pauses its method in its workspace only.

Final answers reserve a moment and wait for it. Drafts never wait: they go out when there is room
that no final answer will miss, or not at all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from adapters.chat.buckets import Bucket

CHANNEL_PER_SECOND = 1.0
CHANNEL_BURST = 3.0
# Calls a minute and workspace.
PER_MINUTE = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.appendStream": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "conversations.history": 50,
    "conversations.replies": 50,
    "views.publish": 100,
    "views.open": 100,
}
OTHERS_PER_MINUTE = 20
# Methods that put a new message into the channel.
POSTS = frozenset({"chat.postMessage", "chat.startStream", "files.completeUploadExternal"})
KEPT_FOR_FINALS = 0.35  # of a minute's worth
MAX_CHANNELS = 10_000
MAX_METHODS = 10_000

K = TypeVar("K")


class Rates:
    """The limits of all workspaces in this process. `monotonic` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._channels: OrderedDict[str, Bucket] = OrderedDict()
        self._methods: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._paused: dict[tuple[str, str], float] = {}

    def __len__(self) -> int:
        """How many channels are remembered."""
        return len(self._channels)

    def reserve(self, team: str, channel: str, method: str, patience: float) -> float:
        """Seconds until `method` may be called for a final answer; its place is taken.

        When that is longer than `patience`, nothing is taken: come back then.
        """
        now = self._monotonic()
        buckets = self._buckets(team, channel, method, now)
        wait = max(self._paused_for(team, method, now), *(b.wait(now) for b in buckets))
        if wait <= patience:
            for bucket in buckets:
                bucket.take(now)
        return wait

    def has_room(self, team: str, channel: str, method: str) -> bool:
        """Whether a draft may go out at this moment; takes its place if so.

        A stream that is started needs a stop later, which has to find its place then.
        """
        now = self._monotonic()
        methods = (method, "chat.stopStream") if method == "chat.startStream" else (method,)
        if any(self._paused_for(team, each, now) > 0 for each in methods):
            return False
        if method in POSTS and self._channel(team, channel, now).level(now) < 2.0:
            return False
        for each in methods:
            kept = PER_MINUTE.get(each, OTHERS_PER_MINUTE) * KEPT_FOR_FINALS
            if self._method(team, each, now).level(now) < max(1.0, kept):
                return False
        for bucket in self._buckets(team, channel, method, now):
            bucket.take(now)
        return True

    def pause(self, team: str, method: str, seconds: float) -> None:
        """A 429: this method is not called in this workspace before `seconds` are over."""
        now = self._monotonic()
        self._paused = {key: until for key, until in self._paused.items() if until > now}
        until = self._paused.get((team, method), now)
        self._paused[team, method] = max(until, now + seconds)

    def _paused_for(self, team: str, method: str, now: float) -> float:
        return max(0.0, self._paused.get((team, method), now) - now)

    def _buckets(self, team: str, channel: str, method: str, now: float) -> list[Bucket]:
        found = [self._method(team, method, now)]
        if method in POSTS and channel:
            found.append(self._channel(team, channel, now))
        return found

    def _method(self, team: str, method: str, now: float) -> Bucket:
        per_minute = PER_MINUTE.get(method, OTHERS_PER_MINUTE)
        made = Bucket(per_minute / 60, per_minute, now)
        return _newest(self._methods, (team, method), made, MAX_METHODS)

    def _channel(self, team: str, channel: str, now: float) -> Bucket:
        made = Bucket(CHANNEL_PER_SECOND, CHANNEL_BURST, now)
        return _newest(self._channels, f"{team}/{channel}", made, MAX_CHANNELS)


def _newest(kept: OrderedDict[K, Bucket], key: K, made: Bucket, most: int) -> Bucket:
    """The bucket under `key`, `made` when there is none; the one unused for longest goes."""
    bucket = kept.setdefault(key, made)
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return bucket
