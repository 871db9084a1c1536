"""Replies out, against our own Bot API server: formatting, buttons, files, errors, resuming."""

from __future__ import annotations

import asyncio
import re

import pytest

from adapters.chat import screens
from adapters.chat.telegram.outgoing import calls
from core.fit import fit
from core.messages import (
    Choice,
    Choices,
    File,
    Mode,
    Pin,
    PollOver,
    PollPart,
    Reply,
    Text,
    poll_ref,
    shown_poll,
)
from core.ports import Moved, NotNow, Refused, Uncertain, Unreachable
from core.text import escape
from tests.fake_telegram import FakeTelegram
from tests.telegram_rig import FRIENDS, Time, adapter_for, reply

YES_NO = Choices(options=(Choice(id="yes", label="Yes"), Choice(id="no", label="No")))


@pytest.fixture
async def telegram():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def time():
    return Time()


@pytest.fixture
async def adapter(telegram, time):
    adapter = adapter_for(telegram, time)
    yield adapter
    await adapter.aclose()


async def test_markdown_becomes_text_with_entities(telegram, adapter):
    [id] = await adapter.send(reply(Text(markdown="**Lisbon** 👍 [map](https://a.b/c)\n- one")))

    [shown] = telegram.chats[7]
    assert (str(shown.id), shown.text) == (id, "Lisbon 👍 map\n• one")
    assert shown.entities == [
        {"type": "bold", "offset": 0, "length": 6},
        {"type": "text_link", "offset": 10, "length": 3, "url": "https://a.b/c"},
    ]
    [call] = telegram.called("sendMessage")
    assert call.parameters["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call.parameters


@pytest.mark.parametrize("name", ["*5* <b>_x_</b>", "{profile} %s", "[a](b) `c` &lt;", "1. #2 | ~"])
async def test_what_people_wrote_stays_literal(telegram, adapter, name):
    await adapter.send(reply(Text(markdown=f"**Day 1** {escape(name)}")))

    assert telegram.texts(7) == [f"Day 1 {name}"]


def test_a_choice_that_opens_a_private_chat_is_a_link_once_the_bots_name_is_known():
    alone = Choices(options=(Choice(id="alone", label="Tell me", start="private-1f"),))
    here = reply(Text(markdown="hi"), alone)

    def button(username):
        [call] = calls(here, username)
        return call.parameters["reply_markup"]["inline_keyboard"][0][0]

    assert button("caravan_bot")["url"] == "https://t.me/caravan_bot?start=private-1f"
    assert button("")["callback_data"].endswith("alone")


async def test_choices_are_buttons_short_ones_share_a_row(telegram, adapter):
    options = ("Yes", "No", "A much longer label than that", "Ok")
    choices = Choices(options=tuple(Choice(id=f"v:{o[:9]}", label=o) for o in options))

    await adapter.send(reply(Text(markdown="Well?"), choices))

    [call] = telegram.called("sendMessage")
    rows = call.parameters["reply_markup"]["inline_keyboard"]
    assert [[b["text"] for b in row] for row in rows] == [["Yes", "No"], [options[2]], ["Ok"]]
    assert rows[0][0]["callback_data"] == "c:v:Yes"


async def test_pins_and_files_come_in_their_order(telegram, adapter):
    file = File(name="../trip.ics", media_type="text/calendar", content=b"BEGIN", caption="Days")
    pin = Pin(title="Torre", lat=38.69, lon=-9.2)

    ids = await adapter.send(reply(Text(markdown="Here"), pin, file, YES_NO))

    assert [m.media for m in telegram.chats[7]] == ["", "venue", "document", ""]
    assert telegram.chats[7][2].file == b"BEGIN"
    assert "/" not in telegram.chats[7][2].file_name
    assert list(ids) == [str(m.id) for m in telegram.chats[7]]


async def test_replies_go_to_their_topic(telegram, adapter):
    topic = FRIENDS.model_copy(update={"thread_id": "5"})

    await adapter.send(reply(Text(markdown="Here"), Pin(title="", lat=1, lon=2), to=topic))

    assert [m.thread for m in telegram.chats[-42]] == [5, 5]


async def test_a_long_plan_arrives_whole_in_several_messages(telegram, adapter):
    day = "**Day {n}** with [a link](https://example.org/{n}) and 👨‍👩‍👧 words. " + "Walk on. " * 30
    plan = "\n\n".join(day.replace("{n}", str(n)) for n in range(1, 60))
    fitted = fit(reply(Text(markdown=plan), YES_NO), adapter.capabilities)

    await adapter.send(fitted)

    said = "\n".join(telegram.texts(7))
    assert re.findall(r"Day (\d+)", said) == [str(n) for n in range(1, 60)]
    assert [bool(m.buttons) for m in telegram.chats[7]][-2:] == [False, True]
    assert "**" not in said


async def test_a_table_that_grows_over_the_limit_is_cut_by_the_adapter(telegram, adapter):
    rows = "\n".join(f"| {n} | {'wide ' * (n % 12)} |" for n in range(200))

    await adapter.send(reply(Text(markdown=f"| a | b |\n|---|---|\n{rows}")))

    assert len(telegram.chats[7]) > 1
    assert {e["type"] for m in telegram.chats[7] for e in m.entities} == {"pre"}


async def test_an_empty_reply_sends_nothing(telegram, adapter):
    assert not await adapter.send(reply(Text(markdown=" \n")))
    assert telegram.effects == []


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.fault("B7")
@pytest.mark.parametrize("refusal", ["can't parse entities: entity out of range", "ENTITY_BOUNDS"])
async def test_rejected_formatting_is_sent_once_more_as_plain_text(telegram, adapter, refusal):
    telegram.fails("sendMessage", 400, f"Bad Request: {refusal}")

    await adapter.send(reply(Text(markdown="**Day 1** Torre"), YES_NO))

    [shown] = telegram.chats[7]
    assert (shown.text, shown.entities) == ("Day 1 Torre", [])
    assert shown.buttons == {"Yes": "c:yes", "No": "c:no"}
    assert len(telegram.called("sendMessage")) == 2


async def test_rejected_buttons_become_a_numbered_list(telegram, adapter):
    telegram.fails("sendMessage", 400, "Bad Request: BUTTON_DATA_INVALID", times=2)

    await adapter.send(reply(Text(markdown="**Well?**"), YES_NO))

    assert telegram.texts(7) == ["Well?\n\n1. Yes\n2. No"]


async def test_what_telegram_never_takes_is_refused_after_the_plain_try(telegram, adapter):
    telegram.fails("sendMessage", 400, "Bad Request: made up", times=9)

    with pytest.raises(Refused, match="Made up"):
        await adapter.send(reply(Text(markdown="**x**")))
    assert len(telegram.called("sendMessage")) == 2


@pytest.mark.parametrize(
    ("kind", "method"), [("text/calendar", "sendDocument"), ("image/png", "sendPhoto")]
)
async def test_a_file_that_telegram_does_not_take_is_told_in_words(telegram, adapter, kind, method):
    telegram.fails(method, 400, "Bad Request: not enough rights to send documents to the chat")
    file = File(name="trip.ics", media_type=kind, content=b"BEGIN", caption="Days")

    await adapter.send(reply(Text(markdown="See"), file, Text(markdown="Bye"), to=FRIENDS))

    assert telegram.texts(-42) == [
        "See",
        "I could not put the file trip.ics here: Telegram does not take it.",
        "Bye",
    ]


@pytest.mark.parametrize(
    ("status", "description", "parameters", "error"),
    [
        (403, "Forbidden: bot was blocked by the user", {}, Unreachable),
        (403, "Forbidden: bot was kicked from the supergroup chat", {}, Unreachable),
        (400, "Bad Request: chat not found", {}, Unreachable),
        (400, "Bad Request: not enough rights to send text messages to the chat", {}, Unreachable),
        (400, "Bad Request: message thread not found", {}, Unreachable),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1001}, Moved),
        (429, "", {"retry_after": 37}, NotNow),
        (401, "Unauthorized", {}, NotNow),
        (500, "Internal Server Error", {}, Uncertain),
        (502, "Bad Gateway", {}, Uncertain),
    ],
)
async def test_every_answer_has_its_meaning(
    telegram, adapter, status, description, parameters, error
):
    telegram.fails("sendMessage", status, description, **parameters)

    with pytest.raises(error) as caught:
        await adapter.send(reply(Text(markdown="x"), to=FRIENDS))

    assert telegram.token not in repr(caught.value)
    if error is Moved:
        assert caught.value.new.key == "telegram:-1001:"
        assert caught.value.new.mode is Mode.GROUP


async def test_a_cut_connection_is_uncertain_and_a_refused_one_is_not(telegram, adapter):
    telegram.resets("sendMessage")
    with pytest.raises(Uncertain):
        await adapter.send(reply(Text(markdown="x")))

    async with FakeTelegram() as gone:
        nowhere = adapter_for(gone)
    with pytest.raises(NotNow) as caught:
        await nowhere.send(reply(Text(markdown="x")))
    await nowhere.aclose()

    assert telegram.texts(7) == ["x"]
    chain = [caught.value, caught.value.__cause__, caught.value.__cause__.__cause__]
    assert not any(telegram.token in repr(one) for one in chain)


async def test_a_retry_goes_on_where_the_first_try_stopped(telegram, adapter, time):
    parts = [Text(markdown=f"part {n}") for n in range(4)]
    telegram.fails("sendMessage", 429, retry_after=37, times=1)
    with pytest.raises(NotNow):
        await adapter.send(reply(*parts))
    time.at += 37
    # The second and third of them: one arrives unseen, and is sent once more, being uncertain.
    await adapter.send(reply(parts[0], id="other"))
    telegram.fails("sendMessage", 500, done=True)
    with pytest.raises(Uncertain):
        await adapter.send(reply(*parts))
    telegram.fails("sendMessage", 429, retry_after=5)
    with pytest.raises(NotNow):
        await adapter.send(reply(*parts), resend=True)
    time.at += 5

    ids = await adapter.send(reply(*parts), resend=True)

    assert len(ids) == 4
    assert telegram.texts(7)[1:] == ["part 0", "part 0", "part 1", "part 2", "part 3"]


async def test_retry_after_pauses_that_chat_exactly_and_no_other(telegram, adapter, time):
    telegram.fails("sendMessage", 429, retry_after=37, chat=7)
    with pytest.raises(NotNow) as first:
        await adapter.send(reply(Text(markdown="x")))
    time.at += 30
    with pytest.raises(NotNow) as early:
        await adapter.send(reply(Text(markdown="x")))
    await adapter.send(reply(Text(markdown="y"), to=FRIENDS))

    assert (first.value.seconds, early.value.seconds) == (37, 7)
    assert len([e for e in telegram.effects if e.chat == 7]) == 1
    time.at += 7
    assert await adapter.send(reply(Text(markdown="x")))
    assert time.naps == []


# --- drafts ------------------------------------------------------------------------------------


async def test_a_private_answer_grows_as_a_draft_and_ends_as_one_message(telegram, adapter, time):
    await adapter.show(reply(Text(markdown="**Lis"), final=False))
    await telegram.until(lambda: telegram.draft_texts == ["**Lis"])
    await adapter.show(reply(Text(markdown="**Lisbon** is"), final=False))
    await telegram.until(lambda: len(telegram.draft_texts) == 2)
    await adapter.send(reply(Text(markdown="**Lisbon** is fine")))

    assert telegram.draft_texts == ["**Lis", "Lisbon is"]
    assert telegram.texts(7) == ["Lisbon is fine"]
    assert len({e.parameters["draft_id"] for e in telegram.called("sendMessageDraft")}) == 1
    assert time.naps == [1.0]


async def test_many_drafts_at_once_show_only_the_newest(telegram, adapter):
    for n in range(100):
        await adapter.show(reply(Text(markdown=f"word {n}"), final=False))
    await telegram.until(lambda: telegram.draft_texts)

    assert telegram.draft_texts == ["word 99"]


async def test_a_draft_that_has_not_begun_gives_way_to_the_final(telegram, adapter):
    await adapter.show(reply(Text(markdown="grow"), final=False))
    await adapter.send(reply(Text(markdown="grown")))
    await adapter.show(reply(Text(markdown="late"), final=False))
    await adapter.send(reply(Text(markdown="next"), id="r2"))

    assert telegram.draft_texts == []
    assert telegram.texts(7) == ["grown", "next"]


async def test_a_late_draft_in_a_group_leaves_no_message(telegram, adapter):
    await adapter.send(reply(Text(markdown="done"), to=FRIENDS))
    await adapter.show(reply(Text(markdown="late"), to=FRIENDS, final=False))
    await adapter.send(reply(Text(markdown="next"), to=FRIENDS, id="r2"))

    assert telegram.texts(-42) == ["done", "next"]


async def test_two_answers_to_one_message_are_two_messages(telegram, adapter):
    one = reply(Text(markdown="One"), to=FRIENDS)
    await adapter.show(one.model_copy(update={"final": False}))
    await telegram.until(lambda: telegram.texts(-42) == ["One"])
    await adapter.send(one)
    await adapter.send(one.model_copy(update={"id": "r2", "parts": (Text(markdown="Two"),)}))

    assert telegram.texts(-42) == ["One", "Two"]


async def test_a_reply_that_could_not_be_marked_as_sent_is_not_sent_twice(telegram, adapter):
    ids = await adapter.send(reply(Text(markdown="x"), YES_NO))

    assert await adapter.send(reply(Text(markdown="x"), YES_NO), resend=True) == ids
    assert telegram.texts(7) == ["x"]


async def test_in_a_group_one_placeholder_is_edited_into_the_answer(telegram, adapter, time):
    await adapter.show(reply(Text(markdown="One"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42) == ["One"])
    await adapter.show(reply(Text(markdown="One two"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42) == ["One two"])

    whole = reply(
        Text(markdown="One **two** three"), YES_NO, Pin(title="T", lat=1, lon=2), to=FRIENDS
    )
    ids = await adapter.send(whole)

    shown = telegram.chats[-42]
    assert [m.text for m in shown] == ["One two three", "T"]
    assert shown[0].versions == ["One", "One two", "One two three"]
    assert shown[0].buttons == {"Yes": "c:yes", "No": "c:no"}
    assert list(ids) == [str(m.id) for m in shown]
    assert time.naps[:2] == [0.5, 3.0]


async def test_an_uncertain_edit_is_repeated_without_a_second_message(telegram, adapter):
    await adapter.show(reply(Text(markdown="One"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42))
    telegram.fails("editMessageText", 502, "Bad Gateway", done=True)
    with pytest.raises(Uncertain):
        await adapter.send(reply(Text(markdown="Two"), to=FRIENDS))

    await adapter.send(reply(Text(markdown="Two"), to=FRIENDS), resend=True)

    assert telegram.texts(-42) == ["Two"]


async def test_a_deleted_placeholder_is_replaced_by_a_new_message(telegram, adapter):
    await adapter.show(reply(Text(markdown="One"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42))
    telegram.chats[-42].clear()

    await adapter.send(reply(Text(markdown="**Two**"), to=FRIENDS))

    assert telegram.texts(-42) == ["Two"]


async def test_when_the_group_moves_no_message_of_the_new_chat_is_taken_for_the_placeholder(
    telegram, adapter
):
    await adapter.show(reply(Text(markdown="One"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42))
    telegram.fails("editMessageText", 400, "Bad Request: upgraded", migrate_to_chat_id=-1001)
    with pytest.raises(Moved) as moved:
        await adapter.send(reply(Text(markdown="One two"), to=FRIENDS))

    await adapter.send(reply(Text(markdown="One two"), to=moved.value.new))

    assert [e.chat for e in telegram.called("editMessageText")] == [-42]
    assert telegram.texts(-1001) == ["One two"]


@pytest.mark.parametrize("status", [400, 404])
async def test_where_drafts_are_refused_the_answer_grows_by_edits(telegram, adapter, status):
    telegram.fails("sendMessageDraft", status, "Bad Request: TEXTDRAFT_PEER_INVALID", times=9)
    await adapter.show(reply(Text(markdown="One"), final=False))
    await telegram.until(lambda: telegram.called("sendMessageDraft"))
    await adapter.show(reply(Text(markdown="One two"), final=False))
    await telegram.until(lambda: telegram.texts(7) == ["One two"])
    await adapter.send(reply(Text(markdown="One two three")))

    assert telegram.texts(7) == ["One two three"]
    assert len(telegram.called("sendMessageDraft")) == 1


async def test_a_draft_in_flight_ends_before_the_final_and_its_failure_is_nobodys(
    telegram, adapter
):
    telegram.resets("sendMessageDraft", done=False)
    await adapter.show(reply(Text(markdown="One"), final=False))
    await telegram.until(lambda: telegram.called("sendMessageDraft"))

    await adapter.send(reply(Text(markdown="One two")))

    assert [e.method for e in telegram.effects] == ["sendMessageDraft", "sendMessage"]


async def test_a_draft_that_comes_while_the_final_goes_out_is_not_drawn(time):
    """On every platform: nobody would take it away any more."""
    drawn = []

    async def draw(_: screens.Screen, draft: Reply) -> float:
        drawn.append(draft)
        return 1.0

    growing = screens.Screens(screens.Screen, draw, lambda _: 0.0, time, time.sleep)
    shown = await growing.finish(reply(Text(markdown="One two")))
    growing.show(reply(Text(markdown="One"), final=False))
    growing.over(reply(Text(markdown="One two")))
    for _ in range(5):
        await asyncio.sleep(0)
    await growing.aclose()

    assert (shown, drawn) == (None, [])


async def test_an_answer_that_grows_while_many_others_come_and_go_is_still_one_message(
    telegram, adapter, monkeypatch
):
    monkeypatch.setattr(screens, "MAX_SCREENS", 3)
    await adapter.show(reply(Text(markdown="One"), to=FRIENDS, final=False))
    await telegram.until(lambda: telegram.texts(-42))
    for n in range(6):
        await adapter.send(reply(Text(markdown=f"Other {n}"), id=f"other-{n}"))
        await adapter.show(reply(Text(markdown=f"One {n}"), to=FRIENDS, final=False))

    await adapter.send(reply(Text(markdown="One two"), to=FRIENDS))

    assert telegram.texts(-42) == ["One two"]


# --- polls -------------------------------------------------------------------------------------

WHERE = PollPart(
    poll="poll-1",
    question="Where to?",
    options=tuple(Choice(id=f"vote:poll-1/{n}", label=o) for n, o in enumerate(("Rome", "Porto"))),
)


async def test_a_poll_has_names_and_its_id_tells_where_votes_for_it_belong(telegram, adapter):
    sent = reply(Text(markdown="The rules."), WHERE, to=FRIENDS)

    _, ref = await adapter.send(fit(sent, adapter.capabilities))

    [call] = telegram.called("sendPoll")
    poll = telegram.poll(-42)
    assert (poll.question, poll.options, poll.multiple) == ("Where to?", ["Rome", "Porto"], False)
    assert call.parameters["is_anonymous"] is False
    assert shown_poll(ref) == (poll.id, str(telegram.chats[-42][-1].id))


async def test_a_long_poll_is_cut_to_what_telegram_takes(telegram, adapter):
    long = WHERE.model_copy(
        update={
            "question": "Where? " * 60,
            "options": (WHERE.options[0], Choice(id="vote:poll-1/1", label="👩‍👩‍👧 " * 40)),
            "multiple": True,
        }
    )

    await adapter.send(reply(Text(markdown="The rules."), long, to=FRIENDS))

    poll = telegram.poll(-42)
    assert poll.multiple
    assert len(poll.question) <= 300
    assert len(poll.options[1]) <= 100


async def test_where_polls_are_forbidden_there_are_buttons(telegram, adapter):
    telegram.fails("sendPoll", 400, "Bad Request: not enough rights to send polls to the chat")

    await adapter.send(reply(Text(markdown="The rules."), WHERE, to=FRIENDS))

    assert telegram.texts(-42) == ["The rules.", "Where to?"]
    assert telegram.chats[-42][-1].buttons == {
        "Rome": "c:vote:poll-1/0",
        "Porto": "c:vote:poll-1/1",
    }


async def test_a_poll_that_is_over_is_stopped_and_a_lost_one_is_no_matter(telegram, adapter):
    _, ref = await adapter.send(reply(Text(markdown="The rules."), WHERE, to=FRIENDS))
    gone = poll_ref("1", "1")

    ids = await adapter.send(
        reply(
            Text(markdown="Porto wins."),
            PollOver(poll="poll-1", refs=(gone, ref, ref)),
            to=FRIENDS,
            id="r2",
        )
    )

    assert telegram.poll(-42).closed
    assert telegram.texts(-42)[-1] == "Porto wins."
    assert len(ids) == 4
    assert len(telegram.called("stopPoll")) == 3
