"""The pace of what goes out to Slack: channels, methods, workspaces."""

from __future__ import annotations

import pytest

from adapters.chat.slack.rates import MAX_CHANNELS, PER_MINUTE, Rates


class Now:
    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def now():
    return Now()


@pytest.fixture
def rates(now):
    return Rates(now)


def test_a_channel_takes_three_at_once_and_then_one_a_second(rates):
    waits = [rates.reserve("T1", "C1", "chat.postMessage", 10) for _ in range(5)]

    assert waits == pytest.approx([0, 0, 0, 1, 2])
    assert rates.reserve("T1", "C2", "chat.postMessage", 10) == 0


def test_what_would_wait_too_long_takes_no_place(rates):
    for _ in range(3):
        rates.reserve("T1", "C1", "chat.postMessage", 0)

    assert [rates.reserve("T1", "C1", "chat.postMessage", 0.5) for _ in range(3)] == [1, 1, 1]


def test_a_method_has_its_tier_in_each_workspace(rates):
    for n in range(PER_MINUTE["chat.update"]):
        assert rates.reserve("T1", f"C{n}", "chat.update", 0) == 0

    assert rates.reserve("T1", "C0", "chat.update", 0) > 0
    assert rates.reserve("T2", "C0", "chat.update", 0) == 0
    assert rates.reserve("T1", "C0", "chat.postMessage", 0) == 0


def test_a_pause_is_for_one_method_of_one_workspace(rates, now):
    rates.pause("T1", "chat.update", 30)
    rates.pause("T1", "chat.update", 5)  # a shorter one does not end it

    assert rates.reserve("T1", "C1", "chat.update", 0) == 30
    assert rates.reserve("T2", "C1", "chat.update", 0) == 0
    assert not rates.has_room("T1", "C1", "chat.update")
    now.at += 30
    assert rates.has_room("T1", "C1", "chat.update")


def test_drafts_leave_room_for_final_answers(rates):
    drafts = 0
    while rates.has_room("T1", f"C{drafts}", "chat.update"):
        drafts += 1

    left = 0
    while rates.reserve("T1", "C", "chat.update", 0) == 0:
        left += 1
    assert drafts + left == PER_MINUTE["chat.update"]
    assert left >= PER_MINUTE["chat.update"] * 0.3


def test_every_stream_that_begins_has_its_place_to_end(rates, now):
    begun = 0
    while rates.has_room("T1", f"C{begun}", "chat.startStream"):
        begun += 1

    assert 0 < begun < PER_MINUTE["chat.startStream"]
    rates.pause("T1", "chat.stopStream", 30)
    now.at += 20
    assert not rates.has_room("T1", "C1", "chat.startStream")


def test_memory_is_bounded(rates):
    for n in range(MAX_CHANNELS + 50):
        rates.reserve(f"T{n % 3}", f"C{n}", "chat.postMessage", 0)

    assert len(rates) == MAX_CHANNELS
