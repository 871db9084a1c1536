"""The pace of one bot: nothing too early, nothing that a final answer would miss."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.telegram.rates import MAX_CHATS, Rates
from tests.telegram_rig import Time

FOREVER = 1e9


def sent_at(rates: Rates, time: Time, chat: str, count: int) -> list[float]:
    """When `count` finals go to the chat, each as early as allowed."""
    began = time.at
    moments = []
    for _ in range(count):
        time.at += rates.reserve(chat, FOREVER)
        moments.append(round(time.at - began, 3))
    return moments


def test_a_private_chat_takes_three_at_once_then_one_a_second():
    time = Time()

    assert sent_at(Rates(time), time, "7", 6) == [0, 0, 0, 1, 2, 3]


@given(st.lists(st.floats(0, 20), min_size=25, max_size=90))
def test_a_group_never_gets_more_than_twenty_in_any_minute(pauses):
    time = Time()
    rates = Rates(time)
    moments = []
    for pause in pauses:
        time.at += pause
        time.at += rates.reserve("-42", FOREVER)
        moments.append(time.at)

    assert all(b - a >= 59.999 for a, b in zip(moments, moments[20:], strict=False))


def test_the_whole_bot_sends_28_a_second():
    time = Time()
    rates = Rates(time)
    moments = []
    for chat in range(280):
        time.at += rates.reserve(str(chat + 1), FOREVER)
        moments.append(time.at - 1000)

    assert moments[27] == 0
    assert 8.9 < moments[-1] < 9.1


def test_out_of_patience_nothing_is_taken():
    time = Time()
    rates = Rates(time)
    rates.pause("7", 37)

    assert rates.reserve("7", 3.0) == 37
    assert rates.reserve("7", 3.0) == 37
    time.at += 37
    assert [rates.reserve("7", 0.0) for _ in range(3)] == [0, 0, 0]


def test_a_429_stops_its_own_chat_and_three_at_once_stop_the_bot():
    time = Time()
    rates = Rates(time)
    rates.pause("1", 30)
    rates.pause("1", 30)
    rates.pause("2", 30)
    assert rates.reserve("9", 0.0) == 0
    time.at += 1

    rates.pause("3", 20)

    assert rates.reserve("9", 0.0) == 20
    assert rates.reserve("1", 0.0) == 29


def test_three_pauses_far_apart_stop_only_their_chats():
    time = Time()
    rates = Rates(time)
    for chat in "123":
        rates.pause(chat, 30)
        time.at += 5

    assert rates.reserve("9", 0.0) == 0


def test_edits_in_a_group_leave_its_minute_to_the_finals():
    time = Time()
    rates = Rates(time)
    edits = 0
    for _ in range(58):
        edits += rates.has_room("-42", spends=True)
        time.at += 1

    assert edits == 8
    assert [rates.reserve("-42", 3.0) for _ in range(3)] == [0, 0, 0]


def test_drafts_cost_a_private_chat_nothing_and_stop_before_the_bot_is_at_its_limit():
    time = Time()
    rates = Rates(time)

    assert sum(rates.has_room(str(chat), spends=False) for chat in range(1, 101)) == 19
    assert [rates.reserve("7", 0.0) for _ in range(3)] == [0, 0, 0]


def test_a_paused_chat_gets_no_drafts():
    time = Time()
    rates = Rates(time)
    rates.pause("7", 5)

    assert not rates.has_room("7", spends=False)
    time.at += 5
    assert rates.has_room("7", spends=False)


def test_only_so_many_chats_are_remembered_and_a_paused_one_is_never_forgotten():
    time = Time()
    rates = Rates(time, per_second=1e9)
    rates.pause("1", 60)
    for chat in range(2, MAX_CHATS + 100):
        rates.reserve(str(chat), 0.0)

    assert len(rates) <= MAX_CHATS
    assert rates.reserve("1", 0.0) == 60
