"""Text as Slack reads it: literal names stay literal, and nothing rings."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.chat.slack import blocks, markup
from core.messages import Text
from core.text import escape, gate
from tests.fake_slack_api import TOKEN, check_blocks, rung
from tests.slack_rig import reply
from tests.test_words import CALLS, MARKUP

JOINER = "\u2060"


def shown(markdown: str) -> str:
    return html.unescape(markdown).replace(JOINER, "")


@given(MARKUP)
def test_a_name_shows_exactly_its_characters_on_slack(text: str) -> None:
    """Nothing that Markdown or Slack reads is left in it, so it can be nothing but text."""
    made = markup.markdown(escape(text))

    assert shown(made) == " ".join(gate(text).text.split())
    assert not re.search(r"[\\`*_\[\]<>|~]", made)


@given(MARKUP)
def test_no_text_rings_wherever_it_stands(text: str) -> None:
    for made in (
        markup.markdown(text),
        markup.mrkdwn(text),
        markup.unmarked(markup.markdown(text)),
    ):
        assert rung({"text": made}) == []


@pytest.mark.parametrize("call", [*CALLS, "<@U0BEN>", "<#C0X|general>", "<mailto:a@b.c|bank>"])
@pytest.mark.parametrize(
    "frame", ["Look {}!", "`{}`", "```\n{}\n```", "[{}](https://a.b)", "| {} |"]
)
def test_mass_mentions_and_hidden_links_do_nothing(call: str, frame: str) -> None:
    [post] = blocks.items(reply(Text(markdown=frame.format(call))))

    assert isinstance(post, blocks.Post)
    assert rung({"text": post.notice, "blocks": post.blocks}) == []
    assert rung({"text": post.in_words}) == []


def test_markdown_of_ours_stays_as_it_is() -> None:
    text = (
        "# Day 1\n> quote\n- **bold** [map](https://a.b/?x=1&y=2)\n`a < b` <https://a.b>\nana@b.c"
    )

    assert markup.markdown(text) == text


def test_code_shows_no_entities() -> None:
    fenced = "```\nif a < b: <!here>\n```\nx < y"

    assert markup.markdown(fenced) == f"```\nif a < b: <{JOINER}!here>\n```\nx &lt; y"


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["\\<", "a", "\n", "<", "\\&", "é", "👩‍👩‍👧"]), max_size=9).map(
        "".join
    )
)
def test_every_piece_of_a_long_text_fits_a_message(seed: str) -> None:
    text = (seed or "x") * (30_000 // max(1, len(seed)))

    made = blocks.items(reply(Text(markdown=text)))

    for post in made:
        assert isinstance(post, blocks.Post)
        check_blocks(post.blocks)
        assert not re.search(r"&#?\w*$", post.markdown)
        assert not TOKEN.search(post.markdown)
