"""One place degrades a reply: nothing is lost, no character is broken."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.fit import fit, split
from core.messages import (
    Capabilities,
    Choice,
    Choices,
    Conversation,
    File,
    Part,
    Pin,
    Reply,
    Text,
)
from core.text import units

EVERYTHING = Capabilities(
    buttons=True, edits=True, drafts=True, files=True, pins=True, max_text=4096, utf16=True
)
PLAIN = Capabilities(
    buttons=False, edits=False, drafts=False, files=False, pins=False, max_text=1000
)
OPTIONS = Choices(options=(Choice(id="plan:lisbon", label="Lisbon"), Choice(id="x", label="1 *x*")))
PIN = Pin(title="Torre [B]", lat=38.6916, lon=-9.21601)
FILE = File(name="trip.ics", media_type="text/calendar", content=b"x", caption="Your days.")


def reply(*parts: Part) -> Reply:
    where = Conversation(platform="telegram", chat_id="7")
    return Reply(id="r1", seq=3, final=True, conversation=where, parts=parts, answers="m1")


def texts(fitted: Reply) -> list[str]:
    return [p.markdown for p in fitted.parts if isinstance(p, Text)]


def test_a_reply_that_fits_is_left_as_it_is():
    whole = reply(Text(markdown="Hello"), OPTIONS, PIN, FILE)

    assert fit(whole, EVERYTHING) is whole


def test_without_buttons_the_options_are_numbered_below_the_text():
    fitted = fit(reply(Text(markdown="Where to?"), OPTIONS), PLAIN)

    assert texts(fitted) == ["Where to?\n\n1. Lisbon\n2. 1 \\*x\\*"]
    assert len(fitted.parts) == 1


def test_without_pins_a_link_and_without_files_a_sentence():
    fitted = fit(reply(Text(markdown="Here:"), PIN, FILE), PLAIN)

    [text] = texts(fitted)
    assert "[Torre \\[B\\]](https://www.openstreetmap.org/?mlat=38.69160&mlon=-9.21601" in text
    assert "Your days. I cannot send the file trip.ics in this chat." in text
    assert (fitted.id, fitted.seq, fitted.answers) == ("r1", 3, "m1")


def test_choices_stay_behind_the_last_piece_of_a_long_text():
    fitted = fit(reply(Text(markdown="word " * 2000), OPTIONS), EVERYTHING)

    assert [type(p).__name__ for p in fitted.parts] == ["Text", "Text", "Text", "Choices"]


def test_a_cut_prefers_paragraphs_to_lines_to_sentences_to_words():
    assert split("One one.\nTwo two.\n\nThree. Three.", 20) == [
        "One one.\nTwo two.",
        "Three. Three.",
    ]
    assert split("One one. Two.\nThree three.", 20) == ["One one. Two.", "Three three."]
    assert split("One one one. Two two two.", 15) == ["One one one.", "Two two two."]
    assert split("One two three four", 9) == ["One two", "three", "four"]
    assert split("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_a_cut_code_block_is_fenced_on_both_sides():
    pieces = split("Look:\n\n```py\n" + "x = 1\n" * 40 + "```\n\nDone.", 100)

    code = [p for p in pieces if "x = 1" in p]
    assert len(code) > 2
    assert all(p.count("```") == 2 for p in code)
    assert all("```py\nx = 1" in p for p in code)
    assert sum(p.count("x = 1") for p in pieces) == 40
    assert pieces[-1].endswith("Done.")


def test_a_cut_table_repeats_its_header():
    rows = [f"| day {n} | {n} km |" for n in range(30)]
    pieces = split("Legs:\n| Day | Way |\n|---|---|\n" + "\n".join(rows), 120)

    with_rows = [p for p in pieces if "km" in p]
    assert len(with_rows) > 3
    assert all("| Day | Way |\n|---|---|\n| day" in p for p in with_rows)
    assert [row for row in rows if not any(row in p for p in pieces)] == []


def test_links_code_and_emphasis_are_not_cut():
    line = "go [to the old tower](https://example.org/a(b)/c?d=e f) or **the big one** `x y` " * 5
    line = line.replace("e f)", "e)")

    for limit in range(60, 140):
        for piece in split(line, limit):
            rest = re.sub(r"\[to the old tower\]\(\S+\)|\*\*the big one\*\*|`x y`", "", piece)
            assert not set("[]()*`") & set(rest)


def test_a_nested_item_at_the_start_of_a_piece_does_not_become_code():
    pieces = split("- one\n    - two two\n    - three three", 20)

    assert [p for p in pieces if p.startswith(" ")] == []


words = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")),
        st.sampled_from("aé😀👨‍👩‍👧🇩🇪हिन्दी한글 . !? 。"),
    ),
    min_size=1,
    max_size=30,
)
paragraphs = st.lists(st.lists(words, max_size=8).map(" ".join), max_size=12).map("\n".join)


@pytest.mark.fault("B8")
@given(paragraphs, st.integers(60, 300), st.booleans())
def test_splitting_breaks_no_cluster_and_loses_no_word(text, limit, utf16):
    measure = units if utf16 else len
    text = re.sub(r"[`~|]", "", text)  # fences and tables are repaired, and so repeated
    pieces = split(text, limit, measure)

    assert all(measure(p) <= limit for p in pieces)
    assert _solid("".join(pieces)) == _solid(text)
    assert [c for p in pieces for c in _clusters(p)] == _clusters(text)


@given(st.text(st.sampled_from("[]()`*_|~-#>\\! \nab"), max_size=400), st.integers(30, 80))
def test_any_markup_is_split_within_the_limit(markup, limit):
    pieces = split(markup, limit)

    assert all(len(p) <= limit for p in pieces)
    assert {c for p in pieces for c in p} >= set(markup) - set(" \n`~")


def _solid(text: str) -> str:
    return regex.sub(r"\s+", "", text)


def _clusters(text: str) -> list[str]:
    return [c for c in regex.findall(r"\X", text) if not c.isspace()]
