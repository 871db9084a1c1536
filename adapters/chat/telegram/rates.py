"""When the next call may go out. Telegram publishes no exact limits, only these figures:
about one message a second in a chat, 20 a minute in a group, 30 a second in all
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this), and the
`retry_after` of every 429, which is obeyed to the letter.

Final answers reserve a moment and wait for it. Drafts and edits never wait: they go out when there
is room that no final answer will miss, or not at all.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.chat.buckets import Bucket

BOT_PER_SECOND = 28.0
BOT_KEPT_FOR_FINALS = 0.35  # of a second's worth
CHAT_PER_SECOND = 1.0
CHAT_BURST = 3.0
GROUP_PER_MINUTE = 20
GROUP_KEPT_FOR_FINALS = 12
MAX_CHATS = 10_000

# Three chats that are told to wait within two seconds: it is the bot that is too fast.
FLOODED_CHATS = 3
FLOODED_WITHIN = 2.0


class Window:
    """At most `limit` calls in any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def free(self, now: float) -> int:
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        return self._limit - len(self._taken)

    def wait(self, now: float) -> float:
        if self.free(now) > 0:
            return 0.0
        leaves = self._taken[len(self._taken) - self._limit]
        return max(0.0, leaves + self._seconds - now)

    def take(self, at: float) -> None:
        """Count a call that goes out at the moment `at`, which may be in the future."""
        self._taken.append(at)


@dataclass
class _Chat:
    messages: Bucket
    minute: Window | None  # groups only
    paused_until: float = field(default=float("-inf"))


class Rates:
    """The limits of one bot in this process. `monotonic` is in seconds and never goes back.

    `per_second` is for the whole bot; above 30 only with Telegram's paid broadcasts.
    """

    def __init__(self, monotonic: Callable[[], float], per_second: float = BOT_PER_SECOND) -> None:
        self._monotonic = monotonic
        self._bot = Bucket(per_second, per_second, monotonic())
        self._kept_for_finals = per_second * BOT_KEPT_FOR_FINALS
        self._chats: OrderedDict[str, _Chat] = OrderedDict()
        self._paused_until = float("-inf")
        self._floods: deque[tuple[float, str]] = deque(maxlen=FLOODED_CHATS)

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    def reserve(self, chat_id: str, patience: float) -> float:
        """Seconds until a final message may go to the chat; its place is taken.

        When that is longer than `patience`, nothing is taken: come back then.
        """
        now = self._monotonic()
        chat = self._chat(chat_id, now)
        wait = max(
            chat.paused_until - now,
            self._paused_until - now,
            chat.messages.wait(now),
            chat.minute.wait(now) if chat.minute else 0.0,
            self._bot.wait(now),
        )
        wait = max(0.0, wait)
        if wait <= patience:
            self._take(chat, now, now + wait)
        return wait

    def has_room(self, chat_id: str, *, spends: bool) -> bool:
        """Whether a draft or an edit may go out at this moment; takes its place if so.

        `spends` says that Telegram counts the call as a message of the chat (all but drafts).
        """
        now = self._monotonic()
        chat = self._chat(chat_id, now)
        if max(chat.paused_until, self._paused_until) > now:
            return False
        if self._bot.level(now) < self._kept_for_finals:
            return False
        if chat.minute is not None and chat.minute.free(now) <= GROUP_KEPT_FOR_FINALS:
            return False
        if spends and chat.messages.level(now) < 2.0:
            return False
        if spends:
            self._take(chat, now, now)
        else:
            self._bot.take(now)
        return True

    def pause(self, chat_id: str, seconds: float) -> None:
        """A 429 in a chat: nothing goes there before `seconds` are over."""
        now = self._monotonic()
        chat = self._chat(chat_id, now)
        chat.paused_until = max(chat.paused_until, now + seconds)
        self._floods.append((now, chat_id))
        recent = {c for at, c in self._floods if now - at <= FLOODED_WITHIN}
        if len(recent) >= FLOODED_CHATS:
            self.pause_all(seconds)

    def pause_all(self, seconds: float) -> None:
        """A 429 that concerns no chat: nothing goes anywhere before `seconds` are over."""
        self._paused_until = max(self._paused_until, self._monotonic() + seconds)

    def _take(self, chat: _Chat, now: float, goes_out: float) -> None:
        self._bot.take(now)
        chat.messages.take(now)
        if chat.minute is not None:
            chat.minute.take(goes_out)

    def _chat(self, chat_id: str, now: float) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            minute = Window(GROUP_PER_MINUTE, 60.0) if chat_id.startswith("-") else None
            chat = _Chat(Bucket(CHAT_PER_SECOND, CHAT_BURST, now), minute)
            self._chats[chat_id] = chat
            if len(self._chats) > MAX_CHATS:
                self._forget_oldest(now)
        else:
            self._chats.move_to_end(chat_id)
        return chat

    def _forget_oldest(self, now: float) -> None:
        """The chat that was quiet for longest goes; those that must wait are kept."""
        for chat_id, chat in self._chats.items():
            if chat.paused_until <= now:
                del self._chats[chat_id]
                return
