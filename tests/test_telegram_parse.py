"""Updates of the documented shapes become our values; any other shape is buried, never raised."""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.chat.fields import Unreadable, decoded
from adapters.chat.telegram.intake import Intake
from adapters.chat.telegram.mentions import Me
from adapters.chat.telegram.parse import Ignored, parse
from adapters.stores.sqlite import SqliteStore
from core.messages import (
    ConversationClosed,
    ConversationMoved,
    ConversationOpened,
    InboundMessage,
    MembersChanged,
    PollVoted,
)
from tests.telegram_rig import NOW, MemoryInbox, StillClock

ME = Me(id=123456, username="caravan_bot")
FILES = sorted((Path(__file__).parent / "payloads" / "telegram").glob("*.json"))
CASES = [json.loads(path.read_text("utf-8")) for path in FILES]


@pytest.mark.parametrize("case", CASES, ids=[p.stem for p in FILES])
def test_an_update_means_what_its_file_says(case):
    expected = case["expected"]
    if "unreadable" in expected:
        with pytest.raises(Unreadable, match=expected["unreadable"]):
            parse(case["update"], ME, NOW)
    else:
        assert described(parse(case["update"], ME, NOW)) == expected


def described(read: object) -> dict[str, Any]:
    """A parsed update in the words of the payload files."""
    match read:
        case Ignored():
            return {"ignored": read.reason}
        case ConversationMoved():
            return {"moved": {"old_key": read.old_key, "new": where(read.new)}}
        case ConversationClosed():
            return {"closed": {"key": read.key, "why": read.why}}
        case ConversationOpened():
            return {"opened": where(read.conversation)}
        case PollVoted():
            shown = {"poll": read.poll, "voter": read.voter.id, "picks": list(read.picks)}
            return {"voted": shown}
        case MembersChanged():
            people = {k: [f"{p.id} {p.name}" for p in getattr(read, k)] for k in ("joined", "left")}
            return {"members": {"conversation": where(read.conversation), **people}}
    assert isinstance(read, InboundMessage)
    shown = {
        "conversation": where(read.conversation),
        "sender": read.sender.id,
        "name": read.sender.name,
        "text": read.text,
        "addressed": read.addressed,
    }
    if read.choice:
        shown["choice"] = read.choice
    if read.unsupported:
        shown["unsupported"] = read.unsupported
    if read.edited_at:
        shown["edited_after"] = (read.edited_at - read.sent_at) // timedelta(seconds=1)
    return {"message": shown}


def where(conversation: Any) -> dict[str, Any]:
    return {k: v for k, v in conversation.model_dump(mode="json").items() if k != "platform"}


def test_ids_name_the_bot_the_update_and_the_message():
    case = CASES[[p.stem for p in FILES].index("private-edited")]
    read = parse(case["update"], ME, NOW)

    assert isinstance(read, InboundMessage)
    assert read.id == f"telegram:123456:{case['update']['update_id']}"
    assert read.ref == str(case["update"]["edited_message"]["message_id"])
    assert read.sender.language == "en-GB"


def test_lone_surrogates_in_the_json_are_read_and_removed():
    raw = b'{"update_id": 1, "message": {"text": "a\\ud83d b", "big": 1%s}}' % (b"0" * 40)

    update = decoded(raw)

    assert update["message"]["text"] == "a\ud83d b"
    with pytest.raises(Unreadable):
        decoded(b"[" * 100_000)


# --- mutations ---------------------------------------------------------------------------------

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("\ud800"),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A real-shape update with up to three fields missing, odd, new or nested in themselves."""
    update = copy.deepcopy(draw(st.sampled_from(CASES))["update"])
    for _ in range(draw(st.integers(1, 3))):
        places = list(containers(update))
        if not places:
            break
        place = draw(st.sampled_from(places))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys)) if keys else "new"
        match draw(st.sampled_from(["drop", "odd", "new", "swap"])):
            case "drop" if keys:
                del place[key]
            case "new" if isinstance(place, dict):
                place[draw(st.text(max_size=8))] = draw(odd)
            case "swap" if isinstance(place, dict):
                place[key] = copy.deepcopy(draw(st.sampled_from(places)))
            case _ if keys:
                place[key] = draw(odd)
    return update


def containers(value: Any) -> Any:
    if isinstance(value, dict | list):
        yield value
        for inner in list(value.values() if isinstance(value, dict) else value):
            yield from containers(inner)


@pytest.mark.fault("F13")
@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(mutated(), odd), min_size=1, max_size=4))
async def test_whatever_comes_the_intake_takes_it_keeps_it_buries_it_or_counts_it(updates):
    """Missing, new and wrong fields; the healthy update behind them still arrives."""
    inbox, counts = MemoryInbox(), Counter[str]()
    tapped: list[str] = []
    intake = Intake(ME, inbox, StillClock(), counts, tapped.append)
    healthy = copy.deepcopy(CASES[FILES.index(next(p for p in FILES if p.stem == "private-text"))])
    healthy["update"]["update_id"] = 10**9

    await intake.take([*updates, healthy["update"]])

    assert "telegram:123456:1000000000" in inbox.kept
    assert all(why for _, why in inbox.buried.values())
    for kept in inbox.kept.values():
        kept.model_dump_json().encode()


async def test_an_album_without_words_is_one_message_however_its_pictures_come(tmp_path):
    """By webhook they come at the same time, and a restart may lie between them."""
    photo = CASES[[p.stem for p in FILES].index("private-photo")]["update"]
    album = [
        {"update_id": n, "message": {**photo["message"], "message_id": n, "media_group_id": "1"}}
        for n in range(1, 5)
    ]
    store = await SqliteStore.open(tmp_path / "c.sqlite", StillClock())

    def intake() -> Intake:
        return Intake(ME, store, StillClock(), Counter[str](), lambda _: None)

    one = intake()
    await asyncio.gather(*(one.take([picture]) for picture in album[:3]))
    await intake().take(album)
    kept = (await store.counts())["inbox.waiting"]
    [claim] = await store.claim("w", 9)
    await store.aclose()

    assert (kept, claim.message.unsupported) == (1, "photo")
