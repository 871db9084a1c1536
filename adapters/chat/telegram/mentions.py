"""Who a message is meant for: commands, mentions, replies to us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.chat.fields import Raw, is_int


@dataclass(frozen=True)
class Me:
    """Who the bot is, as getMe says it. `username` is without "@".

    Without `hears_all` (privacy mode) groups show it only commands and replies to it, unless it is
    an admin there.
    """

    id: int
    username: str
    hears_all: bool = True


def entities_of(message: Raw, text: str) -> Iterator[tuple[Raw, str]]:
    """Each entity with the text that it covers; offsets count UTF-16 units."""
    found = message.get("entities", message.get("caption_entities"))
    if not isinstance(found, list):
        return
    utf16 = text.encode("utf-16-le", "surrogatepass")
    for entity in found:
        if not isinstance(entity, Mapping):
            continue
        offset, length = entity.get("offset"), entity.get("length")
        if is_int(offset) and is_int(length) and 0 <= offset <= offset + length <= len(utf16) // 2:
            covered = utf16[2 * offset : 2 * (offset + length)]
            yield entity, covered.decode("utf-16-le", "replace")


def command_of(entities: list[tuple[Raw, str]]) -> str | None:
    """The command that the message begins with, such as "/plan@caravan_bot"."""
    for entity, said in entities:
        if entity.get("type") == "bot_command" and entity.get("offset") == 0:
            return said
    return None


def mentions(entity: Raw, said: str, me: Me) -> bool:
    """Whether an entity, which covers the text `said`, is a mention of us."""
    if entity.get("type") == "mention":
        return is_ours(said.removeprefix("@"), me)
    user = entity.get("user")
    return (
        entity.get("type") == "text_mention"
        and isinstance(user, Mapping)
        and (user.get("id") == me.id)
    )


def is_ours(username: str, me: Me) -> bool:
    """Usernames are told apart without regard to case."""
    return bool(me.username) and username.casefold() == me.username.casefold()


def to_us(message: Raw, me: Me) -> bool:
    """A reply to one of our messages, or anything in a topic that we opened.

    Telegram shows what is no reply in a topic as a reply to the opening of the topic.
    """
    answered = message.get("reply_to_message")
    if not isinstance(answered, Mapping):
        return False
    author = answered.get("from")
    return isinstance(author, Mapping) and author.get("id") == me.id


def borrowed(message: Raw) -> bool:
    """Forwarded, or written by an inline bot: whom such words call was not called here and now."""
    return any(message.get(field) is not None for field in ("forward_origin", "via_bot"))


def to_another_bot(message: Raw, me: Me) -> bool:
    """A reply to what another bot said; in its topic everything else looks like a reply to it."""
    answered = message.get("reply_to_message")
    if not isinstance(answered, Mapping) or answered.get("forum_topic_created") is not None:
        return False
    author = answered.get("from")
    return (
        isinstance(author, Mapping) and author.get("is_bot") is True and author.get("id") != me.id
    )


def without_our_name(text: str, entities: list[tuple[Raw, str]], me: Me) -> str:
    """ "/plan@caravan_bot Rome" and "@caravan_bot plan Rome" without the name of the bot."""
    if not me.username:
        return text
    command = command_of(entities)
    if command is not None and "@" in command:
        return command.partition("@")[0] + text[len(command) :]
    for entity, said in entities:
        if entity.get("type") == "mention" and is_ours(said.removeprefix("@"), me):
            start, _, end = text.partition(said)
            if not start.strip() or not end.strip(" .!?"):
                return f"{start.strip()} {end.lstrip(' ,:')}".strip()
    return text
