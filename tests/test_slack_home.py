"""App Home and the profile form: what is shown, and what was filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.chat.slack.home import home_view, profile_modal, read_profile
from adapters.chat.slack.ports import EDIT_PROFILE, PROFILE_MODAL, AtHome
from core.people import Profile, ProfileFact
from core.trips import Trip
from core.wishes import Wish
from tests.fake_slack import DIRECT
from tests.fake_slack_api import check_view

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def fact(key: str, value: str, origin: str = "told") -> ProfileFact:
    return ProfileFact.model_validate({"key": key, "value": value, "origin": origin, "said_at": AT})


def profile(*facts: ProfileFact) -> Profile:
    return Profile(person="slack:T1/U1", facts=facts)


def trip(title: str, id: str = "trip-1") -> Trip:
    return Trip(
        id=id,
        conversation="slack:T1/D1:",
        owner="slack:T1/U1",
        title=title,
        wish=Wish(),
        created_at=AT,
        updated_at=AT,
    )


KNOWN = profile(
    fact("home", "Berlin"),
    fact("currency", "EUR", "concluded"),
    fact("diet", "vegan"),
    fact("diet", "no cilantro"),
    fact("step_free", "yes"),
    fact("pace", "relaxed", "chosen"),
    fact("dislikes", "museums"),
    fact("dislikes", "nightlife"),
)


def texts(block: Any) -> list[str]:
    """Every text of a view, in order."""
    if isinstance(block, dict):
        own = [block["text"]] if isinstance(block.get("text"), str) else []
        return own + [t for v in block.values() for t in texts(v)]
    return [t for v in block for t in texts(v)] if isinstance(block, list | tuple) else []


def submitted(view: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The view as Slack sends it back, with some inputs changed (state as in its documentation)."""
    values = {}
    for block in view["blocks"]:
        element, key = block["element"], block["block_id"]
        state = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            state["value"] = changed.get(key, element.get("initial_value"))
        elif element["type"] == "static_select":
            state["selected_option"] = element.get("initial_option")
            if key in changed:
                state["selected_option"] = option(element, changed[key])
        else:
            state["selected_options"] = element.get("initial_options", [])
            if key in changed:
                state["selected_options"] = [option(element, v) for v in changed[key]]
        values[key] = {element["action_id"]: state}
    return {**view, "id": "V1", "team_id": "T1", "state": {"values": values}}


def option(element: dict[str, Any], value: str) -> dict[str, Any]:
    return next(o for o in element["options"] if o["value"] == value)


def test_home_shows_each_fact_with_its_origin_and_each_trip_with_a_way_in():
    view = home_view(AtHome(KNOWN, (trip("Lisbon in spring"),)), DIRECT)

    check_view(view, "home")
    said = "".join(texts(view["blocks"]))
    assert "Home: Berlin (you told me, " in said
    assert "Currency: EUR (I concluded it, " in said
    assert "Pace: relaxed (you chose it, " in said
    buttons = [b for b in _elements(view) if b.get("type") == "button"]
    assert {"c:open:trip-1", "c:data", "c:forget"} <= {b["value"] for b in buttons}
    assert EDIT_PROFILE in {b["action_id"] for b in buttons}
    assert view["private_metadata"] == DIRECT


def _elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for b in view["blocks"] for e in (*b.get("elements", ()), b.get("accessory", {}))]


def test_an_empty_home_says_how_to_begin():
    view = home_view(AtHome(profile()))

    check_view(view, "home")
    assert "c:ideas" in {e.get("value") for e in _elements(view)}


ODD = st.lists(
    st.sampled_from(["<!here>", "*a* ", "&", "é", "👩‍👩‍👧", "\n", "\x00", "x" * 90]), max_size=9
)


@settings(deadline=None)
@given(ODD.map("".join), ODD.map("".join))
def test_whatever_people_call_things_the_views_are_taken_and_show_it(title: str, value: str):
    known = profile(fact("home", value), fact("dislikes", value), fact("diet", value))
    home = home_view(AtHome(known, tuple(trip(title, f"t{n}") for n in range(12))))

    check_view(home, "home")
    check_view(profile_modal(known), "modal")
    for block in home["blocks"]:
        assert "mrkdwn" not in str(block)  # nothing is read in plain text and in rich text


def test_the_form_shows_what_is_known():
    view = profile_modal(KNOWN, DIRECT)

    check_view(view, "modal")
    inputs = {b["block_id"]: b["element"] for b in view["blocks"]}
    assert view["callback_id"] == PROFILE_MODAL
    assert inputs["home"]["initial_value"] == "Berlin"
    assert [o["value"] for o in inputs["diet"]["initial_options"]] == ["vegan", "no cilantro"]
    assert inputs["pace"]["initial_option"]["value"] == "relaxed"
    assert inputs["dislikes"]["initial_value"] == "museums, nightlife"


def test_a_form_sent_back_as_it_was_changes_nothing():
    edits = read_profile(submitted(profile_modal(KNOWN, DIRECT)))

    assert edits.form == ()
    assert edits.channel == DIRECT


def test_only_what_was_changed_is_an_edit():
    view = submitted(
        profile_modal(KNOWN),
        home=" Portland,  Oregon ",
        currency="usd",
        diet=["halal"],
        step_free=[],
        dislikes="museums,, crowds , museums",
    )

    assert read_profile(view).form == (
        ("home", "Portland, Oregon"),
        ("currency", "USD"),
        ("diet", "halal"),
        ("step_free", ""),
        ("dislikes", "museums, crowds"),
    )


def test_an_emptied_field_says_that_there_is_nothing():
    edits = read_profile(submitted(profile_modal(KNOWN), home=None, dislikes="", pace="packed"))

    assert edits.form == (("home", ""), ("pace", "packed"), ("dislikes", ""))


@pytest.mark.parametrize("written", ["Euro", "€", "EU", "12€", "ＥＵＲ"])
def test_a_currency_that_is_none_is_told_in_the_form(written):
    edits = read_profile(submitted(profile_modal(KNOWN), home="Rome", currency=written))

    assert edits.form == ()
    assert edits.errors == {"currency": "Three letters, such as EUR."}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "EUR", "a,b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["values", "home", "value", "block_id", "element", "selected_option"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["state", "blocks", "private_metadata"]), JSON))
def test_a_view_of_an_odd_shape_changes_nothing(view):
    assert all(isinstance(value, str) for _, value in read_profile(view).form)
