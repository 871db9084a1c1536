"""Raw payloads of Slack as values: pure, total, and blind to what is not for us."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.fields import Unreadable
from adapters.chat.slack.messages import Ignored, Me, Overheard
from adapters.chat.slack.parse import (
    FormRefused,
    FormWanted,
    HomeOpened,
    Parsed,
    Stopped,
    WorkspaceLeft,
    parse,
)
from adapters.chat.slack.ports import thread_of
from adapters.chat.slack.words import words_of
from core.messages import (
    ConversationClosed,
    ConversationOpened,
    InboundMessage,
    MembersChanged,
    MessageDeleted,
    Mode,
)
from tests.fake_slack import (
    ANA,
    BEN,
    BOT_ID,
    BOT_USER,
    CHANNEL,
    DIRECT,
    TEAM,
    command,
    event,
    mention,
    said,
    tap,
)

ME = Me(TEAM, BOT_USER, BOT_ID)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TS, ROOT = "1795000000.000100", "1795000000.000001"
CALL = f"<@{BOT_USER}>"


def read(payload: dict[str, Any]) -> Parsed:
    return parse(payload, ME, NOW)


def message(payload: dict[str, Any]) -> InboundMessage:
    found = read(payload)
    assert isinstance(found, InboundMessage), found
    return found


def heard(text: str, **more: Any) -> Parsed:
    return read(event(said(text, ts=more.pop("ts", TS), **more)))


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plan Rome &amp; Naples", "plan Rome & Naples"),
        ("2 &lt; 3 &gt; 1", "2 < 3 > 1"),
        ("&amp;lt; stays", "&lt; stays"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("see <https://example.org|the page>", "see the page (https://example.org)"),
        ("see <http://example.org|example.org>", "see http://example.org"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("with <@U0BEN> and <@U0CY|cy>", "with @U0BEN and @cy"),
        ("in <#C0ROME|rome> and <#C0X>", "in #rome and #channel"),
        ("<!here> and <!subteam^S1|@team> on <!date^1^{date}|1 May>", "@here and @team on 1 May"),
        ("*bold* 5*3*2", "bold 5*3*2"),
        (f"{CALL} plan Rome", "plan Rome"),
        (f"{CALL}, plan Rome {CALL}!", "plan Rome!"),
        (f"ask {CALL} about Rome", "ask Caravan about Rome"),
        ("!caravan plan Rome", "plan Rome"),
        ("!caravan\nplan Rome", "plan Rome"),
        ("!Caravan", "/help"),
        ("\u202eplan\u0000 Rome\u2028now", "plan Rome\nnow"),
        ("<broken", "<broken"),
    ],
)
def test_slacks_tokens_become_words(raw: str, shown: str) -> None:
    assert words_of(raw, BOT_USER).text == shown


@pytest.mark.parametrize(
    ("raw", "to_us"),
    [
        (f"hi {CALL}", True),
        (f"<@{BOT_USER}|caravan> hi", True),
        ("!caravan hi", True),
        ("hi <@U0BEN>", False),
        (f"<@{BOT_USER}X> hi", False),
        ("the caravan", False),
    ],
)
def test_a_mention_calls_us(raw: str, to_us: bool) -> None:
    assert words_of(raw, BOT_USER).to_us is to_us


@given(st.text(max_size=300))
def test_any_text_becomes_words_without_hidden_signs(raw: str) -> None:
    text = words_of(raw, BOT_USER).text

    assert "\x00" not in text and "\u202e" not in text
    text.encode()


# --- messages ----------------------------------------------------------------------------------


def test_a_direct_message_is_one_conversation_with_its_writer() -> None:
    found = message(event(said("plan Rome", ts=TS, channel=DIRECT)))

    assert found.conversation.key == f"slack:{TEAM}/{DIRECT}:"
    assert found.conversation.mode is Mode.SOLO
    assert (found.sender.id, found.text, found.addressed) == (
        f"slack:{TEAM}/{ANA}",
        "plan Rome",
        True,
    )
    assert (found.ref, found.sent_at.microsecond) == (TS, 100)


def test_a_thread_in_a_direct_message_is_the_same_conversation() -> None:
    found = message(event(said("slower", ts=TS, channel=DIRECT, thread=ROOT)))

    assert found.conversation.key == f"slack:{TEAM}/{DIRECT}:"
    assert thread_of(found.id) == ROOT


def test_a_mention_in_a_channel_opens_a_thread_below_it() -> None:
    found = message(event(said(f"{CALL} plan Rome", ts=TS)))

    assert found.conversation.key == f"slack:{TEAM}/{CHANNEL}:{TS}"
    assert (found.conversation.mode, found.text, found.addressed) == (Mode.GROUP, "plan Rome", True)


def test_a_mention_in_a_thread_belongs_to_that_thread() -> None:
    found = message(event(said(f"{CALL} slower", ts=TS, thread=ROOT)))

    assert found.conversation.thread_id == ROOT and found.addressed


def test_a_mention_alone_asks_for_help() -> None:
    assert message(event(said(CALL, ts=TS))).text == "/help"


def test_the_two_events_of_one_mention_are_one_message() -> None:
    one = said(f"{CALL} plan Rome", ts=TS)

    assert read(event(one)) == read(event(mention(one)))


def test_what_is_said_in_a_channel_and_not_to_us_is_not_kept() -> None:
    assert heard("lunch?") == Ignored("not for us")
    assert heard("<@U0BEN> lunch?") == Ignored("not for us")


def test_a_line_in_a_thread_counts_only_if_the_thread_is_ours() -> None:
    found = heard("I would rather go by train", thread=ROOT)

    assert isinstance(found, Overheard)
    assert isinstance(found.message, InboundMessage) and not found.message.addressed


def test_an_answer_below_a_message_of_ours_is_to_us() -> None:
    found = message(event(said("the second one", ts=TS, thread=ROOT, parent=BOT_USER)))

    assert found.addressed and found.conversation.thread_id == ROOT


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"bot_id": "B0OTHER", "subtype": "bot_message", "user": "U0X"},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
    ],
)
def test_bots_are_not_heard(more: dict[str, Any]) -> None:
    assert isinstance(heard(f"{CALL} plan Rome", **more), Ignored)


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "reminder_add", "new_one"])
def test_what_slack_writes_by_itself_is_not_heard(subtype: str) -> None:
    assert heard(f"{CALL} has joined", subtype=subtype) == Ignored("message type")


def test_a_file_without_words_is_named_as_people_would() -> None:
    files = [{"id": "F1", "mimetype": "image/png"}]
    photo = message(event(said("", ts=TS, channel=DIRECT, subtype="file_share", files=files)))
    told = message(event(said("like this", ts=TS, channel=DIRECT, files=files)))

    assert (photo.unsupported, photo.text) == ("photo", "")
    assert (told.unsupported, told.text) == ("", "like this")


# --- edits and deletions -----------------------------------------------------------------------


def edit(text: str, before: str, *, edited: bool = True, **more: Any) -> dict[str, Any]:
    channel = more.pop("channel", CHANNEL)
    now = said(text, ts=TS, channel=channel, **more)
    if edited:
        now["edited"] = {"user": ANA, "ts": "1795000009.000000"}
    return event(
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": channel,
            "ts": "1795000009.000200",
            "message": now,
            "previous_message": said(before, ts=TS, channel=channel, **more),
        }
    )


def test_an_edit_keeps_its_message_and_has_a_later_version() -> None:
    first = message(event(said(f"{CALL} plan Rome", ts=TS)))
    second = message(edit(f"{CALL} plan Naples", f"{CALL} plan Rome"))

    assert (second.ref, second.conversation) == (first.ref, first.conversation)
    assert second.text == "plan Naples" and second.id != first.id
    assert second.version > first.version


def test_an_edit_that_takes_our_name_away_is_still_to_us() -> None:
    found = message(edit("plan Naples", f"{CALL} plan Rome"))

    assert found.addressed and found.conversation.thread_id == TS


def test_an_unfolded_link_is_no_edit() -> None:
    same = f"{CALL} plan Rome"

    assert isinstance(read(edit(same, same)), Ignored)
    assert isinstance(read(edit(f"{CALL} x", same, edited=False)), Ignored)


def test_a_bots_edit_of_its_own_message_is_not_heard() -> None:
    assert isinstance(read(edit("b", "a", user=BOT_USER, bot_id=BOT_ID, channel=DIRECT)), Ignored)


def deletion(before: dict[str, Any], **more: Any) -> dict[str, Any]:
    inner = {"type": "message", "subtype": "message_deleted", "channel": before["channel"]}
    return event({**inner, "deleted_ts": TS, "previous_message": before, **more})


def test_a_message_that_was_taken_back_is_named_by_its_ref() -> None:
    found = read(deletion(said(f"{CALL} plan Rome", ts=TS)))
    direct = read(deletion(said("plan Rome", ts=TS, channel=DIRECT)))
    thread = read(deletion(said("by train", ts=TS, thread=ROOT)))

    assert isinstance(found, MessageDeleted) and found.ref == TS
    assert found.conversation.key == f"slack:{TEAM}/{CHANNEL}:{TS}"
    assert isinstance(direct, MessageDeleted)
    assert isinstance(thread, Overheard) and isinstance(thread.message, MessageDeleted)
    assert read(deletion(said("lunch?", ts=TS))) == Ignored("not for us")


def test_a_deleted_message_with_answers_below_it_is_deleted_as_well() -> None:
    found = read(
        event(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": DIRECT,
                "message": {"type": "message", "subtype": "tombstone", "ts": TS, "text": "gone"},
                "previous_message": said("plan Rome", ts=TS, channel=DIRECT),
            }
        )
    )

    assert isinstance(found, MessageDeleted) and found.ref == TS


# --- commands, buttons, forms, shortcuts -------------------------------------------------------


def test_a_command_in_a_channel_begins_a_thread_of_its_own() -> None:
    one, two = message(command("plan Rome")), message(command("plan Rome", trigger="1.2.u"))

    assert one.text == "plan Rome" and one.addressed
    assert one.conversation.thread_id.startswith("new-")
    assert one.conversation != two.conversation and one.id != two.id


def test_a_command_in_a_direct_message_is_said_there() -> None:
    found = message(command("", channel=DIRECT))

    assert found.text == "/help"
    assert found.conversation.key == f"slack:{TEAM}/{DIRECT}:"


def test_a_command_of_another_app_is_not_ours() -> None:
    assert read(command("x", command="/weather")) == Ignored("command of another app")


def test_a_tapped_choice_comes_back_with_its_label_and_its_thread() -> None:
    found = message(tap("c:plan:rome", label="Rome", thread=ROOT))

    assert (found.choice, found.text) == ("plan:rome", "Rome")
    assert found.conversation.thread_id == ROOT


def test_a_tap_below_our_first_message_goes_on_in_its_thread() -> None:
    assert message(tap("c:plan:rome", ts=ROOT)).conversation.thread_id == ROOT


def test_a_tap_that_comes_three_times_has_one_id_and_two_taps_have_two() -> None:
    one = message(tap("c:yes"))
    again = message(tap("c:yes"))
    other = message(tap("c:yes", action_ts="1795000002.000001"))
    ben = message(tap("c:yes", user=BEN))

    assert one.id == again.id
    assert len({one.id, other.id, ben.id}) == 3


def test_a_foreign_button_is_not_ours() -> None:
    assert isinstance(read(tap("approve")), Ignored)


def at_home(value: str, action_id: str = "choice", channel: str = DIRECT) -> dict[str, Any]:
    payload = tap(value, label="Trips", action_id=action_id)
    for key in ("container", "channel", "message"):
        del payload[key]
    view = {"id": "V1", "type": "home", "private_metadata": channel}
    return {**payload, "view": view, "container": {"type": "view", "view_id": "V1"}}


def test_a_button_at_home_is_answered_in_the_direct_message() -> None:
    found = message(at_home("c:trips"))

    assert found.choice == "trips"
    assert found.conversation.key == f"slack:{TEAM}/{DIRECT}:"
    assert read(at_home("c:trips", channel="")) == Ignored("button without a chat")


def test_the_edit_button_wants_the_form() -> None:
    found = read(at_home("edit", action_id="profile:edit"))

    assert found == FormWanted(TEAM, ANA, DIRECT, "1.2.t")


def test_a_message_shortcut_asks_in_the_thread_of_that_message() -> None:
    payload = {
        "type": "message_action",
        "callback_id": "caravan_ask",
        "trigger_id": "1.2.t",
        "action_ts": "1795000003.000001",
        "team": {"id": TEAM},
        "user": {"id": BEN},
        "channel": {"id": CHANNEL},
        "message": said("a week in Portugal in May?", ts=TS),
    }
    found = message(payload)

    assert found.text == "a week in Portugal in May?"
    assert found.sender.id == f"slack:{TEAM}/{BEN}"
    assert found.conversation.thread_id == TS


# --- places and workspaces ---------------------------------------------------------------------


def test_app_home_says_who_looks_at_what() -> None:
    inner = {"type": "app_home_opened", "user": ANA, "channel": DIRECT, "tab": "home"}

    assert read(event(inner)) == HomeOpened(TEAM, ANA, DIRECT, "home")


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "channel_archive", "channel": CHANNEL, "user": BEN},
        {"type": "group_deleted", "channel": CHANNEL},
        {"type": "channel_left", "channel": CHANNEL},
        {"type": "member_left_channel", "channel": CHANNEL, "user": BOT_USER},
    ],
)
def test_a_closed_channel_closes_all_its_threads(inner: dict[str, Any]) -> None:
    found = read(event(inner))

    assert isinstance(found, ConversationClosed)
    assert (found.key, found.whole) == (f"slack:{TEAM}/{CHANNEL}:", True)


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "channel_unarchive", "channel": CHANNEL, "user": BEN},
        {"type": "member_joined_channel", "channel": CHANNEL, "user": BOT_USER},
    ],
)
def test_a_channel_that_opens_again_opens_all_its_threads(inner: dict[str, Any]) -> None:
    found = read(event(inner))

    assert isinstance(found, ConversationOpened) and found.whole


def test_who_joins_or_leaves_a_channel_is_told_on() -> None:
    joined = read(event({"type": "member_joined_channel", "channel": CHANNEL, "user": BEN}))
    left = read(event({"type": "member_left_channel", "channel": CHANNEL, "user": BEN}))

    assert isinstance(joined, MembersChanged) and isinstance(left, MembersChanged)
    assert [p.id for p in (*joined.joined, *left.left)] == [f"slack:{TEAM}/{BEN}"] * 2


def test_a_workspace_that_leaves_is_named() -> None:
    removed = read(event({"type": "app_uninstalled"}))
    revoked = read(event({"type": "tokens_revoked", "tokens": {"bot": [BOT_USER]}}))
    users = read(event({"type": "tokens_revoked", "tokens": {"oauth": [ANA], "bot": []}}))

    assert isinstance(removed, WorkspaceLeft) and isinstance(revoked, WorkspaceLeft)
    assert users == Ignored("user token")


def test_the_stop_button_ends_what_its_presser_asked_in_that_thread() -> None:
    inner = {"type": "agent_session_stopped", "channel": DIRECT, "user": ANA, "thread_ts": ROOT}
    found = read(event({**inner, "event_ts": TS, "streaming_message_ts": []}))

    assert isinstance(found, Stopped)
    assert (found.channel, found.thread) == (DIRECT, ROOT)
    assert found.turn.conversation.key == f"slack:{TEAM}/{DIRECT}:"
    assert found.turn.sender.id == f"slack:{TEAM}/{ANA}"
    assert found.turn.within == ROOT
    first = message(event(said("plan Rome", ts=ROOT, channel=DIRECT)))
    later = message(event(said("slower", ts=TS, channel=DIRECT, thread=ROOT)))
    assert first.id.endswith(ROOT) and later.id.endswith(ROOT)


@pytest.mark.parametrize("kind", ["app_context_changed", "channel_rename", "reaction_added"])
def test_other_events_are_passed_over(kind: str) -> None:
    assert read(event({"type": kind})) == Ignored("event type")


# --- whatever comes ----------------------------------------------------------------------------


def broken(value: Any, chance: random.Random) -> Any:
    """The payload with a field missing, of another type, or one more."""
    if isinstance(value, dict) and value:
        key = chance.choice(sorted(value))
        how = chance.randrange(4)
        changed = dict(value)
        if how == 0:
            del changed[key]
        elif how == 1:
            changed[key] = chance.choice([None, 7, "x", [], {}, True, "\ud800", -1.5])
        else:
            changed[key] = broken(value[key], chance)
        return changed
    if isinstance(value, list) and value:
        return [broken(value[0], chance), *value[1:]]
    return chance.choice([None, 7, "x", [], {}])


PAYLOADS = [
    event(said(f"{CALL} plan Rome", ts=TS)),
    event(said("slower", ts=TS, thread=ROOT)),
    edit("b", "a", channel=DIRECT),
    deletion(said("a", ts=TS, channel=DIRECT)),
    command("plan Rome"),
    tap("c:yes", thread=ROOT),
    at_home("c:trips"),
    event({"type": "tokens_revoked", "tokens": {"bot": [BOT_USER]}}),
    event({"type": "member_left_channel", "channel": CHANNEL, "user": BEN}),
]


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_a_broken_payload_is_read_ignored_or_unreadable_and_nothing_else(number: int) -> None:
    chance = random.Random(number)
    for _ in range(1_500):
        payload = PAYLOADS[number]
        for _ in range(chance.randrange(1, 4)):
            payload = broken(payload, chance)
        try:
            read(payload)
        except Unreadable:
            continue


def test_a_form_with_mistakes_is_refused_with_a_sentence() -> None:
    view = {
        "id": "V2",
        "callback_id": "profile:modal",
        "private_metadata": DIRECT,
        "blocks": [{"block_id": "currency", "element": {"type": "plain_text_input"}}],
        "state": {"values": {"currency": {"value": {"value": "euros"}}}},
    }
    payload = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": ANA}, "view": view}
    found = read(payload)
    view["state"] = {"values": {"currency": {"value": {"value": "usd"}}}}

    assert isinstance(found, FormRefused) and "currency" in found.errors
    assert message(payload).form == (("currency", "USD"),)
