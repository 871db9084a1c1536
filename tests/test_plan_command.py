"""`caravan plan`: a verified plan without network, in every format, and a way on for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from core.trips import Plan

LISBON = ["plan", "Lisbon", "2027-04-15", "2027-04-19"]
ANSWER = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> ANSWER:
    """Runs the command in a process whose sockets are shut; exit code, output, complaint."""
    import socket

    def shut(*_: object) -> None:
        raise AssertionError("nothing may be asked of the network")

    monkeypatch.setattr(socket.socket, "connect", shut)
    monkeypatch.setattr("bot.plan_command.SystemClock", lambda: Fixed())

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words])
        out, err = capsysbinary.readouterr()
        return code, out.decode(errors="replace"), err.decode()

    return run


class Fixed:
    """The 23rd of November 2026."""

    def now(self) -> object:
        from datetime import UTC, datetime

        return datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_the_text_is_the_plan_of_the_chat(run: ANSWER) -> None:
    code, text, _ = run(*LISBON, "--pace", "relaxed", "--budget", "900 EUR")

    assert code == 0
    assert text.startswith("Lisbon, Thu 15 – Mon 19 Apr 2027\n5 days, relaxed pace")
    assert "Day 5 · Mon 19 Apr" in text
    assert "Your limit: €900" in text


@pytest.mark.parametrize(
    ("format", "start"),
    [
        ("json", "{"),
        ("ics", "BEGIN:VCALENDAR"),
        ("html", "<!doctype html>"),
        ("gpx", "<?xml"),
        ("kml", "<?xml"),
    ],
)
def test_every_format_goes_to_standard_output(run: ANSWER, format: str, start: str) -> None:
    code, body, _ = run(*LISBON, "--format", format)

    assert code == 0
    assert body.startswith(start)


def test_a_picture_goes_into_a_file(run: ANSWER, tmp_path: Path) -> None:
    file = tmp_path / "lisbon.png"

    code, _, said = run(*LISBON, "--format", "png", "--output", str(file))

    assert code == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "Written" in said


def test_the_same_question_has_the_same_answer(run: ANSWER) -> None:
    once, again = (json.loads(run(*LISBON, "--format", "json")[1]) for _ in range(2))

    assert once == again


def test_all_that_was_asked_is_in_the_plan(run: ANSWER) -> None:
    _, body, _ = run(
        *LISBON, "--adults", "2", "--children", "4,9", "--no", "museums", "--must", "Sintra",
        "--land", "9:30", "--leave", "20:00", "--stay", "Alfama", "--walk", "1", "--from", "Berlin",
        "--format", "json",
    )  # fmt: skip
    plan = Plan.model_validate(json.loads(body)["plan"])

    assert plan.party == 4 and plan.pace == "relaxed"
    assert any("sintra" in s.sight_id for s in plan.visits())
    assert all(s.category != "museum" for s in plan.visits())
    assert plan.arrival_at is not None and plan.departure_at is not None
    assert (plan.arrival_at.hour, plan.departure_at.hour) == (9, 20)
    walks = [s.leg.km for d in plan.days for s in d.stops if s.leg and s.leg.mode == "walk"]
    assert max(walks) <= 1.0
    assert any(label.startswith("flights") for label, _ in plan.budget.lines)


def test_several_towns_are_one_plan(run: ANSWER) -> None:
    code, text, _ = run("plan", "Lisbon and Porto", "2027-04-15", "2027-04-22")

    assert code == 0
    assert text.startswith("Lisbon and Porto, Thu 15 – Thu 22 Apr 2027")
    assert "By train, bus or car from Lisbon" in text


def test_towns_of_a_country_are_chosen_and_it_says_why(run: ANSWER) -> None:
    code, text, _ = run("plan", "Portugal", "2027-05-03", "2027-05-09", "--towns", "2")
    _, body, why = run(
        "plan", "Portugal", "2027-05-03", "2027-05-09", "--towns", "2", "--format", "json"
    )

    plan = Plan.model_validate(json.loads(body)["plan"])
    assert code == 0 and len(plan.towns) == 2
    assert all(t.destination in text.splitlines()[0] for t in plan.towns)
    assert "that I know in Portugal I chose" in text and "that I know in Portugal I chose" in why


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["plan", "Portugal", "2027-05-03", "2027-05-04", "--towns", "2"], "too short for 2"),
        (["plan", "Portugal", "2027-05-03", "2027-05-14", "--towns", "9"], "from 2 to 6"),
        ([*LISBON, "--towns", "2"], "goes with a country"),
        (["plan", "Xyzzyqq", "2027-04-15", "2027-04-19"], "do not know a place called “Xyzzyqq”"),
        (["plan", "Italy", "2027-04-15", "2027-04-19"], "I can plan"),
        (["plan", "", "2027-04-15", "2027-04-19"], "Which town?"),
        (["plan", "Lisbon", "2020-04-15", "2020-04-19"], "is in the past"),
        (["plan", "Lisbon", "2027-04-19", "2027-04-15"], "before the first"),
        (["plan", "Lisbon", "2027-04-15", "2028-05-19"], "up to 30 days"),
        (["plan", "Lisbon", "2027-04-31", "2027-05-04"], "no date that exists"),
        ([*LISBON, "--budget", "0"], "above zero"),
        ([*LISBON, "--budget", "0 EUR"], "above zero"),
        ([*LISBON, "--budget", "40 EUR"], "higher budget, fewer days"),
        ([*LISBON, "--adults", "60"], "up to 20 people"),
        ([*LISBON, "--adults", "0"], "At least one adult"),
        ([*LISBON, "--children", "x"], "--children 4,9"),
        ([*LISBON, "--land", "25:00"], "no time of the day"),
        ([*LISBON, "--walk", "far"], "no distance to walk"),
        ([*LISBON, "--from", "Xyzzyqq"], "nearest town"),
        (["plan", "Lisbon, Porto, Rome", "2027-04-15", "2027-04-17"], "too short for"),
        (["plan", "Lisbon, Sydney", "2027-04-15", "2027-04-25"], "two trips"),
    ],
)
def test_what_cannot_be_planned_gets_a_sentence_and_a_way_on(
    run: ANSWER, words: list[str], sentence: str
) -> None:
    code, text, said = run(*words)

    assert code == 2
    assert text == ""
    assert sentence in said
    assert "Traceback" not in said
