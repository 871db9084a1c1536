"""A wish grows turn by turn; the order in which things were said does not change what is hard."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import permutations

from adapters.models.reader import RuleReader
from core.reading import ReadingContext
from core.wishes import Wish
from tests.gazetteer_fake import SmallWorld

TODAY = date(2026, 11, 23)
SAID = (
    "Lisbon, 15 to 19 April 2027",
    "no churches",
    "the Gulbenkian is a must",
    "two adults and a child of 6",
    "we are vegetarians and need step-free ways",
    "at most 900 euros, relaxed pace",
)


def test_six_statements_in_any_order_come_to_the_same_wish() -> None:
    reader = RuleReader(SmallWorld())
    context = ReadingContext(today=TODAY, has_trip=True)
    news = [reader.read(text, context).wish for text in SAID]

    told = reduce(Wish.with_news, news, Wish())
    assert told.dislikes == ("churches",)
    assert told.musts and "Gulbenkian" in told.musts[0]
    assert told.party is not None and told.party.children == (6,)
    assert told.diet == ("vegetarian",)
    assert told.step_free
    assert told.budget is not None and told.budget.amount == 900
    assert told.when is not None and told.when.first == date(2027, 4, 15)
    assert told.pace == "relaxed"
    for order in permutations(news):
        assert reduce(Wish.with_news, order, Wish()) == told
