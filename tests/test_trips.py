"""Trips, suggestions, wishes and profiles change by fixed rules, and can be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from core.people import MAX_FACTS, Profile, ProfileFact
from core.travel import Point
from core.trips import (
    LEGAL_STATUS_CHANGES,
    MAX_UNDO,
    Day,
    Plan,
    Recommendation,
    RecommendationStatus,
    Trip,
)
from core.wishes import Budget, Mention, Party, When, Wish

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
Status = RecommendationStatus


# --- suggestions -------------------------------------------------------------------------------


def suggestion(status: Status) -> Recommendation:
    return Recommendation(
        conversation="telegram:1:",
        destination_id="lisbon",
        name="Lisbon",
        status=status,
        reasons=("warm",),
        changed_at=NOW,
        changed_by="telegram:ana",
    )


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_a_suggestion_changes_only_along_legal_ways(old: Status, new: Status) -> None:
    before = suggestion(old)
    if new == old:
        assert before.becomes(new, LATER, "telegram:ben") is before
    elif new in LEGAL_STATUS_CHANGES[old]:
        after = before.becomes(new, LATER, "telegram:ben")
        assert (after.status, after.changed_at, after.changed_by) == (new, LATER, "telegram:ben")
        assert after.reasons == before.reasons
    else:
        with pytest.raises(Rejected, match=f"Lisbon is already marked as {old}"):
            before.becomes(new, LATER, "telegram:ben")


def test_a_visited_place_stays_visited_and_a_dismissed_one_may_come_back() -> None:
    assert LEGAL_STATUS_CHANGES[Status.VISITED] == frozenset()
    assert Status.SAVED in LEGAL_STATUS_CHANGES[Status.DISMISSED]
    assert set(LEGAL_STATUS_CHANGES) == set(Status)


# --- trips -------------------------------------------------------------------------------------


def plan(first: date, days: int = 2) -> Plan:
    return Plan(
        destination_id="lisbon",
        destination="Lisbon",
        country="PT",
        timezone="Europe/Lisbon",
        anchor=Point(lat=38.7, lon=-9.1),
        days=tuple(Day(day=first + timedelta(days=n), weekday="", stops=()) for n in range(days)),
        pace="normal",
        party=1,
    )


def trip() -> Trip:
    return Trip(
        id="t1",
        conversation="telegram:1:",
        owner="telegram:ana",
        title="Lisbon",
        wish=Wish(),
        created_at=NOW,
        updated_at=NOW,
    )


def test_a_first_plan_names_the_trip_and_leaves_nothing_to_undo() -> None:
    planned = trip().replanned(plan(date(2027, 4, 15)), Wish(likes=("food",)), LATER)

    assert planned.title == "Lisbon, Thu 15 – Fri 16 Apr 2027"
    assert (planned.status, planned.version, planned.updated_at) == ("planned", 1, LATER)
    assert planned.earlier == ()
    assert planned.undone(LATER) is planned


def test_undo_brings_back_plan_and_wish_and_still_counts_up() -> None:
    """The version is a calendar's sequence number: it must grow with every change."""
    first, second = plan(date(2027, 4, 15)), plan(date(2027, 5, 6), 4)
    changed = (
        trip()
        .replanned(first, Wish(likes=("food",)), NOW)
        .replanned(second, Wish(likes=("art",)), NOW)
    )
    back = changed.undone(LATER)

    assert (back.plan, back.wish.likes) == (first, ("food",))
    assert back.title == "Lisbon, Thu 15 – Fri 16 Apr 2027"
    assert (changed.version, back.version) == (2, 3)
    assert back.earlier == ()


def test_only_the_last_five_plans_can_be_brought_back() -> None:
    changed = trip()
    for day in range(1, MAX_UNDO + 4):
        changed = changed.replanned(plan(date(2027, 4, day)), Wish(), NOW)
    steps = 0
    while changed.earlier:
        changed = changed.undone(NOW)
        steps += 1

    assert steps == MAX_UNDO
    assert changed.plan is not None and changed.plan.first_day == date(2027, 4, 3)


# --- wishes ------------------------------------------------------------------------------------


def test_later_words_replace_and_lists_grow() -> None:
    old = Wish(likes=("food",), climate="warm", party=Party(adults=2), diet=("vegan",))
    new = old.with_news(Wish(likes=("art",), climate="hot", arrive_at=time(15)))

    assert new.likes == ("food", "art")
    assert (new.climate, new.party, new.diet) == ("hot", Party(adults=2), ("vegan",))
    assert new.arrive_at == time(15)


def test_a_change_of_mind_wins_both_ways() -> None:
    wish = Wish(likes=("museums",), musts=("wine",))
    wish = wish.reversed_by(Wish(dislikes=("museums", "wine")))
    assert (wish.likes, wish.musts, wish.dislikes) == ((), (), ("museums", "wine"))

    wish = wish.reversed_by(Wish(likes=("museums",), musts=("wine",)))
    assert (wish.likes, wish.musts, wish.dislikes) == (("museums",), ("wine",), ())


def test_no_is_news_too() -> None:
    """False and zero are said; None is not."""
    old = Wish(quiet=True, no_flight=True, step_free=True)

    assert old.with_news(Wish(quiet=False, no_flight=False)).quiet is False
    assert old.with_news(Wish()).no_flight is True


def test_a_new_length_keeps_the_start_and_a_new_start_keeps_the_length() -> None:
    exact = Wish(when=When(first=date(2027, 4, 15), last=date(2027, 4, 19)))
    longer = exact.with_news(Wish(when=When(nights=6))).when
    moved = exact.with_news(Wish(when=When(first=date(2027, 5, 6)))).when

    assert longer is not None and (longer.first, longer.last) == (
        date(2027, 4, 15),
        date(2027, 4, 21),
    )
    assert moved is not None and (moved.first, moved.last) == (date(2027, 5, 6), date(2027, 5, 10))


def test_a_window_keeps_its_place_and_the_length_travels_along() -> None:
    april = When(earliest=date(2027, 4, 10), latest=date(2027, 4, 20), nights=3, weekend=True)
    longer = Wish(when=april).with_news(Wish(when=When(nights=5))).when
    may = (
        Wish(when=april)
        .with_news(Wish(when=When(earliest=date(2027, 5, 1), latest=date(2027, 5, 31))))
        .when
    )

    assert longer is not None and (longer.earliest, longer.nights) == (date(2027, 4, 10), 5)
    assert may is not None and (may.earliest, may.nights, may.weekend) == (
        date(2027, 5, 1),
        3,
        True,
    )


def test_a_new_amount_keeps_what_was_said_about_the_old_one() -> None:
    old = Wish(
        budget=Budget(amount=Decimal(1200), currency="EUR", scope="person", includes_flights=True)
    )
    new = old.with_news(Wish(budget=Budget(amount=Decimal(1500)))).budget
    without = old.with_news(
        Wish(budget=Budget(amount=Decimal(900), currency="USD", includes_flights=False))
    ).budget

    assert new == Budget(
        amount=Decimal(1500), currency="EUR", scope="person", includes_flights=True
    )
    assert without is not None
    assert (without.currency, without.scope, without.includes_flights) == ("USD", "person", False)


def test_refused_places_add_up_without_doubles() -> None:
    paris = Mention(text="Paris", id="atlas:paris")
    wish = Wish(avoid=(paris,)).with_news(
        Wish(avoid=(paris, Mention(text="rome"), Mention(text="Rome")))
    )

    assert [m.text.casefold() for m in wish.avoid] == ["paris", "rome"]


tags = st.lists(st.sampled_from(["food", "art", "wine", "museums"]), max_size=3).map(tuple)
wishes = st.builds(Wish, likes=tags, dislikes=tags, musts=tags, diet=tags)


@given(wishes, wishes)
def test_nothing_new_is_both_liked_and_refused(old: Wish, news: Wish) -> None:
    merged = old.reversed_by(news)

    assert not set(merged.dislikes) & {*news.likes, *news.musts}
    assert set(news.likes) - set(news.dislikes) <= set(merged.likes)
    assert merged.with_news(Wish()) == merged
    for values in (merged.likes, merged.dislikes, merged.musts, merged.diet):
        assert len(values) == len(set(values))


# --- profiles ----------------------------------------------------------------------------------


def fact(key: str, value: str) -> ProfileFact:
    return ProfileFact(key=key, value=value, origin="told", said_at=NOW)


def test_single_facts_are_replaced_and_lists_grow_without_doubles() -> None:
    profile = Profile(person="telegram:ana").learned(
        fact("home", "Berlin"), fact("likes", "food"), fact("likes", "Art")
    )
    profile = profile.learned(fact("home", "Zürich"), fact("likes", "art"), fact("likes", "wine"))

    assert profile.value("home") == "Zürich"
    assert profile.values("likes") == ("food", "art", "wine")
    assert profile.values("home") == ("Zürich",)


def test_undo_goes_back_one_change_at_a_time() -> None:
    empty = Profile(person="telegram:ana")
    one = empty.learned(fact("home", "Berlin"))
    two = one.without("home")
    assert (two.value("home"), two.undone().value("home")) == ("", "Berlin")

    assert two.undone().undone().facts == empty.facts
    assert empty.undone() is empty


def test_what_changes_nothing_is_no_change_to_undo() -> None:
    profile = Profile(person="telegram:ana").learned(fact("home", "Berlin"))

    assert profile.learned(fact("home", "Berlin")) is profile
    assert profile.without("likes") is profile


def test_one_of_many_can_be_forgotten_alone() -> None:
    profile = Profile(person="telegram:ana").learned(fact("likes", "food"), fact("likes", "art"))

    assert profile.without("likes", "FOOD").values("likes") == ("art",)
    assert profile.without("likes").values("likes") == ()


def test_a_profile_keeps_the_newest_hundred_facts_and_ten_states() -> None:
    profile = Profile(person="telegram:ana")
    for number in range(MAX_FACTS + 20):
        profile = profile.learned(fact("likes", f"thing {number}"))

    assert len(profile.facts) == MAX_FACTS
    assert profile.facts[-1].value == f"thing {MAX_FACTS + 19}"
    assert len(profile.earlier) == 10
