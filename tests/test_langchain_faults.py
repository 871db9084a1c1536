"""What the language model service does when models fail: over real sockets, without waiting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llmock.pytest_plugin import LLMock
from pydantic import BaseModel

from adapters.models.backend import Ask, CallPart, Extracted, Limits, ModelSpec, Piece
from adapters.models.caller import CHARS_PER_TOKEN, REFUSED
from adapters.models.deltas import merged, whole_events
from adapters.models.langchain import LangChainService
from adapters.models.service import BackendModel
from adapters.models.tally import Tally
from adapters.models.toolloop import MAX_CALLS, NO_MORE
from core.errors import Rejected, Unavailable
from core.ports import Ledger, Prompt, Said, Tool
from core.reading import Paraphrase
from tests.fake_llm import (
    Calls,
    Cuts,
    Fails,
    FakeLLM,
    Fits,
    Hangs,
    Refuses,
    Says,
    Scene,
    Wire,
    collected,
)

WIRES: tuple[Wire, ...] = ("openai", "anthropic")
HASTY = Limits(first_s=0.3, idle_s=0.3, tool_s=0.05)
ASKED = Prompt((Said("user", "Where to?"),), "support.chat", "support@1", max_output_tokens=100)


class Waits:
    """Stands in for sleeping: remembers how long it would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class HandClock:
    """A monotonic timer that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class PlaceArguments(BaseModel):
    place: str


async def _sunny(arguments: PlaceArguments) -> str:
    return f"{arguments.place}: sunny"


WEATHER = Tool("weather", "Forecast of a place", PlaceArguments, _sunny)


def spec(wire: Wire, url: str) -> ModelSpec:
    return ModelSpec(wire, "gpt-4o" if wire == "openai" else "claude-haiku-4-5", "key", url)


def service(*specs: ModelSpec, **options: object) -> LangChainService:
    return LangChainService.of(specs, **{"sleep": Waits(), "rng": lambda: 0.5, **options})


def with_tools(*tools: Tool) -> Prompt:
    return Prompt(ASKED.messages, ASKED.purpose, tools=tools or (WEATHER,), max_output_tokens=100)


async def outcome_of(model: BackendModel, asked: Prompt = ASKED) -> tuple[str, str, list[str]]:
    """What was shown, how it ended, and how each call was booked."""
    ledger, shown, end = Ledger(), "", "ok"
    try:
        async for piece in model.stream(asked, ledger):
            shown += piece
    except (Unavailable, Rejected) as error:
        end = type(error).__name__
    await model.aclose()
    return shown, end, [call.outcome for call in ledger.calls]


# --- C1: 429, 500, not in time -------------------------------------------------------------------


@pytest.mark.fault("C1")
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("first", "booked"),
    [
        (Fails(429), "rate_limited"),
        (Fails(500), "error"),
        (Fails(529), "error"),
        (Hangs(), "timeout"),
        (Cuts("", "drop"), "error"),
    ],
)
async def test_a_failing_model_is_tried_three_times_and_then_the_next_one_answers(
    wire: Wire, first: Scene, booked: str
) -> None:
    waits = Waits()
    async with FakeLLM(first, first, first) as llm, FakeLLM(Says("Lisbon it is.")) as next_llm:
        model = service(
            spec(wire, llm.url(wire)),
            spec("openai", next_llm.url("openai")),
            limits=HASTY if booked == "timeout" else Limits(),
            sleep=waits,
        )
        shown, end, calls = await outcome_of(model)

    assert (shown, end) == ("Lisbon it is.", "ok")
    assert calls == [booked] * 3 + ["ok"]
    assert waits.seconds == [0.25, 0.5]  # half of 0.5 and of 1.0: full jitter with a die of 0.5


@pytest.mark.parametrize("wire", WIRES)
async def test_retry_after_is_waited_for(wire: Wire, llmock: LLMock) -> None:
    waits = Waits()
    llmock.rate_limit(times=1, retry_after=7)
    shown, end, calls = await outcome_of(service(spec(wire, llmock.base_url(wire)), sleep=waits))

    assert shown and (end, calls) == ("ok", ["rate_limited", "ok"])
    assert waits.seconds == [7.25]


@pytest.mark.parametrize("wire", WIRES)
async def test_server_errors_are_retried_to_the_satisfaction_of_llmock(
    wire: Wire, llmock: LLMock
) -> None:
    llmock.fail(500, times=2)
    shown, _, calls = await outcome_of(service(spec(wire, llmock.base_url(wire))))

    assert shown and calls == ["error", "error", "ok"]
    llmock.assert_resilient()


async def test_a_retry_after_beyond_the_deadline_goes_to_the_next_model_at_once() -> None:
    waits = Waits()
    async with FakeLLM(Fails(429, retry_after="120")) as llm, FakeLLM() as next_llm:
        model = service(
            spec("openai", llm.url("openai")), spec("openai", next_llm.url("openai")), sleep=waits
        )
        shown, _, _ = await outcome_of(model)

    assert shown == "Fine." and waits.seconds == [] and len(llm.requests) == 1


async def test_with_every_model_down_it_says_so_and_when_to_come_back() -> None:
    async with FakeLLM(Fails(503, "600")) as llm:
        model = service(spec("openai", llm.url("openai")))
        with pytest.raises(Unavailable) as caught:
            await model.chat(ASKED, Ledger())
        await model.aclose()

    assert caught.value.retry_after == 600
    assert "secret-looking" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code"), [(401, ""), (404, ""), (400, ""), (429, "insufficient_quota")]
)
async def test_what_no_retry_can_mend_goes_to_the_next_model(status: int, code: str) -> None:
    async with FakeLLM(Fails(status, code=code)) as llm, FakeLLM() as next_llm:
        model = service(spec("openai", llm.url("openai")), spec("openai", next_llm.url("openai")))
        shown, _, _ = await outcome_of(model)

    assert shown == "Fine." and len(llm.requests) == 1


async def test_nobody_listens_at_the_address() -> None:
    shown, end, calls = await outcome_of(service(spec("openai", "http://127.0.0.1:1/v1")))

    assert (shown, end, calls) == ("", "Unavailable", ["error"] * 3)


async def test_after_five_failures_a_model_rests_for_thirty_seconds() -> None:
    clock = HandClock()
    async with FakeLLM(*[Fails(500)] * 5, Fails(500), Says("Back.")) as llm:
        model = service(spec("openai", llm.url("openai")), timer=clock)
        seen = []
        for passes in (0, 0, 29, 2, 31):
            clock.now += passes
            try:
                seen.append((await model.chat(ASKED, Ledger()), len(llm.requests)))
            except Unavailable as error:
                seen.append((error.why, len(llm.requests)))
        await model.aclose()

    assert seen == [
        ("HTTP 500", 3),
        ("HTTP 500", 5),
        ("resting after many failures", 5),
        ("HTTP 500", 6),  # one probe, and it rests again
        ("Back.", 7),
    ]


# --- C2: cut and crawling streams ----------------------------------------------------------------


class Crawl:
    """A backend that says one word every `seconds` of a hand clock."""

    spec = ModelSpec("openai", "crawl")

    def __init__(self, clock: HandClock, seconds: float, words: int = 100) -> None:
        self._clock = clock
        self._seconds = seconds
        self._words = words

    async def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        for _ in range(self._words):
            self._clock.now += self._seconds
            yield Piece(text="slow ")
        yield Piece(finish="stop")

    def whole(self, chunks: list[object]) -> object:
        return None

    async def extract(self, ask: Ask, shape: type[BaseModel]) -> Extracted:
        self._clock.now += self._seconds
        return Extracted({"language": "en", "english": "late"})

    async def aclose(self) -> None:
        return None


@pytest.mark.fault("C2")
@pytest.mark.parametrize(
    ("seconds", "words_shown"),
    [(10, 6), (16, 1), (21, 0)],  # total of 60 s, 15 s of silence, 20 s to the first word
)
async def test_a_crawling_stream_ends_at_its_deadlines(seconds: float, words_shown: int) -> None:
    clock = HandClock()
    model = BackendModel([Crawl(clock, seconds)], timer=clock, sleep=Waits(), rng=lambda: 0.0)
    shown, end, calls = await outcome_of(model)

    assert (shown, calls[:1]) == ("slow " * words_shown, ["timeout"])
    assert end == ("CutOff" if words_shown else "Unavailable")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_a_stream_cut_after_its_first_words_is_no_answer(
    wire: Wire, fault: str, llmock: LLMock
) -> None:
    llmock.reply("Lisbon is the place to be in April, with mild days.", times=None)
    getattr(llmock, fault)(after_chunks=5 if wire == "openai" else 6, times=None)
    shown, end, calls = await outcome_of(service(spec(wire, llmock.base_url(wire))))

    assert end == "CutOff"
    assert len(calls) == 1 and calls[0] in ("cut", "error")
    assert "mild days." not in shown


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("scene", [Cuts("Lis"), Cuts("Lis", "garbage"), Hangs("Lis")])
async def test_after_the_first_piece_nobody_else_is_asked(wire: Wire, scene: Scene) -> None:
    async with FakeLLM(scene) as llm, FakeLLM() as next_llm:
        model = service(
            spec(wire, llm.url(wire)),
            spec("openai", next_llm.url("openai")),
            limits=HASTY if scene == Hangs("Lis") else Limits(),
        )
        shown, end, _ = await outcome_of(model)

    assert (shown.strip(), end) == ("Lis", "CutOff")
    assert (len(llm.requests), len(next_llm.requests)) == (1, 0)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_whole_answer_that_broke_off_is_asked_for_once_more(wire: Wire) -> None:
    async with FakeLLM(Cuts("Lis"), Says("Lisbon.")) as llm:
        model = service(spec(wire, llm.url(wire)))
        answer = await model.chat(ASKED, Ledger())
        await model.aclose()

    assert answer == "Lisbon."


async def test_extracting_has_its_own_deadline() -> None:
    clock = HandClock()
    model = BackendModel([Crawl(clock, 13)], timer=clock, sleep=Waits(), rng=lambda: 0.0)

    with pytest.raises(Unavailable):
        await model.extract(ASKED, Paraphrase, Ledger())


# --- C3: invalid JSON, unknown tools, wrong types ------------------------------------------------


@pytest.mark.fault("C3")
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "bad",
    [
        ("weather", "{nonsense"),
        ("weather", "[1, 2]"),
        ("weather", {"place": ["Lisbon"]}),
        ("weather", {}),
        ("weather", '{"place": "' + "x" * 7_000 + '"}'),
        ("delete_everything", {"place": "Lisbon"}),
    ],
    ids=["no JSON", "a list", "wrong type", "missing", "huge", "unknown tool"],
)
async def test_a_bad_tool_call_is_repaired_once_and_then_answered_without_tools(
    wire: Wire, bad: tuple[str, dict[str, object] | str]
) -> None:
    async with FakeLLM(Calls((bad,)), Calls((bad,)), Says("Without, then.")) as llm:
        model = service(spec(wire, llm.url(wire)))
        shown, end, _ = await outcome_of(model, with_tools())

    assert (shown, end) == ("Without, then.", "ok")
    assert [seen.may_call for seen in llm.requests] == [True, True, False]
    assert llm.requests[1].messages[-1][0] == "tool"


@pytest.mark.parametrize("wire", WIRES)
async def test_after_one_repair_tools_go_on_working(wire: Wire, llmock: LLMock) -> None:
    llmock.break_tool_call("unknown_tool")
    llmock.call_tool("weather", {"place": "Lisbon"}, times=2)
    shown, end, _ = await outcome_of(service(spec(wire, llmock.base_url(wire))), with_tools())

    assert shown and end == "ok"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("bad", ["no JSON at all", "{}", '{"language": 5, "english": null}', "[]"])
async def test_an_unreadable_shape_is_repaired_once_and_then_rejected(wire: Wire, bad: str) -> None:
    good = Fits({"language": "de", "english": "hello"})
    async with FakeLLM(Fits(bad), good, Fits(bad), Fits(bad), good) as llm:
        model = service(spec(wire, llm.url(wire)))
        found = await model.extract(ASKED, Paraphrase, Ledger())
        ledger = Ledger()
        with pytest.raises(Rejected):
            await model.extract(ASKED, Paraphrase, ledger)
        await model.aclose()

    assert found.language == "de"
    assert [call.outcome for call in ledger.calls] == ["invalid", "invalid"]
    assert len(llm.requests) == 4


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            CallPart,
            index=st.integers(0, 3),
            id=st.text(max_size=3),
            name=st.text(max_size=5),
            arguments=st.one_of(st.text(max_size=20), st.just('{"a": 1}'), st.just("[" * 5_000)),
        ),
        max_size=8,
    )
)
def test_fragments_of_any_tool_call_are_put_together_or_marked_as_broken(
    parts: list[CallPart],
) -> None:
    calls, broken = Tally(parts=parts).calls()

    assert len(calls) == len({part.index for part in parts})
    assert broken <= {call.id for call in calls}
    assert all(isinstance(call.arguments, dict) for call in calls)


# --- C4: empty, blank, huge ----------------------------------------------------------------------


@pytest.mark.fault("C4")
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("tape", "shown", "end", "requests"),
    [
        ((Says(""), Says("Now.")), "Now.", "ok", 2),
        ((Says(" \n\n "), Says("Now.")), "Now.", "ok", 2),
        ((Says(""), Says(" "), Says("Too late.")), "", "Unavailable", 2),
    ],
)
async def test_an_empty_answer_is_asked_for_once_more(
    wire: Wire, tape: Sequence[Scene], shown: str, end: str, requests: int
) -> None:
    async with FakeLLM(*tape) as llm:
        said, ended, _ = await outcome_of(service(spec(wire, llm.url(wire))))

    assert (said, ended, len(llm.requests)) == (shown, end, requests)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("word", ["blah ", "x" * 10_000 + " "])
async def test_an_endless_answer_is_capped(wire: Wire, word: str) -> None:
    async with FakeLLM(Says(word * (1_000_000 // len(word)))) as llm:
        shown, end, _ = await outcome_of(service(spec(wire, llm.url(wire))))

    assert end == "ok" and len(shown) == ASKED.max_output_tokens * CHARS_PER_TOKEN


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "scene", [Says("x" * 100_000), Calls((("weather", '{"place": "' + "x" * 100_000),))]
)
async def test_an_event_of_huge_size_is_no_answer(wire: Wire, scene: Scene) -> None:
    async with FakeLLM(scene, scene, scene) as llm:
        shown, end, calls = await outcome_of(service(spec(wire, llm.url(wire))), with_tools())

    assert (shown, end, calls) == ("", "Unavailable", ["error"] * 3)


# --- C5: refusals --------------------------------------------------------------------------------


@pytest.mark.fault("C5")
@pytest.mark.parametrize("wire", WIRES)
async def test_a_refusal_is_passed_on_politely_and_asked_once(wire: Wire) -> None:
    async with FakeLLM(Refuses(), Refuses()) as llm, FakeLLM() as next_llm:
        model = service(spec(wire, llm.url(wire)), spec("openai", next_llm.url("openai")))
        with pytest.raises(Rejected) as streamed:
            await collected(model.stream(ASKED, Ledger()))
        ledger = Ledger()
        with pytest.raises(Rejected) as extracted:
            await model.extract(ASKED, Paraphrase, ledger)
        await model.aclose()

    assert streamed.value.reason == extracted.value.reason == REFUSED
    assert (len(llm.requests), len(next_llm.requests)) == (2, 0)
    assert [call.outcome for call in ledger.calls] == ["refused"]


async def test_a_content_filter_is_a_refusal() -> None:
    async with FakeLLM(Fails(400, code="content_filter"), Says("Lis", "content_filter")) as llm:
        model = service(spec("openai", llm.url("openai")))
        for _ in range(2):
            with pytest.raises(Rejected):
                await model.chat(ASKED, Ledger())
        await model.aclose()


# --- C6: endless tool calls ----------------------------------------------------------------------


@pytest.mark.fault("C6")
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("at_once", [1, 4, 20])
async def test_a_model_that_only_calls_tools_is_stopped_after_six_calls(
    wire: Wire, at_once: int
) -> None:
    ran: list[str] = []

    async def run(arguments: PlaceArguments) -> str:
        ran.append(arguments.place)
        return "sunny"

    calls = Calls((("weather", {"place": "Lisbon"}),) * at_once)
    async with FakeLLM(*[calls] * 40) as llm:
        model = service(spec(wire, llm.url(wire)))
        shown, end, _ = await outcome_of(
            model, with_tools(Tool("weather", "Forecast", PlaceArguments, run))
        )

    assert (shown, end) == ("", "Unavailable")  # it never said a word
    assert len(ran) == MAX_CALLS
    assert len(llm.requests) <= MAX_CALLS + 2  # the last one, and once more for an empty answer
    assert not llm.requests[-1].may_call


async def test_calls_beyond_the_sixth_are_answered_with_a_word() -> None:
    async with FakeLLM(Calls((("weather", {"place": "Lisbon"}),) * 8), Says("Sunny.")) as llm:
        model = service(spec("openai", llm.url("openai")))
        shown, _, _ = await outcome_of(model, with_tools())

    results = [text for role, text in llm.requests[1].messages if role == "tool"]
    assert shown == "Sunny." and results == ["Lisbon: sunny"] * 6 + [NO_MORE] * 2


async def test_a_turn_with_slow_lookups_ends_after_a_minute() -> None:
    clock = HandClock()

    async def slow(arguments: PlaceArguments) -> str:
        clock.now += 25
        return "sunny"

    async with FakeLLM(*[Calls((("weather", {"place": "Lisbon"}),))] * 9) as llm:
        model = service(spec("openai", llm.url("openai")), timer=clock)
        _, end, _ = await outcome_of(
            model, with_tools(Tool("weather", "Forecast", PlaceArguments, slow))
        )

    assert end == "Unavailable" and len(llm.requests) == 3


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unavailable("Open-Meteo", "HTTP 500"), "Open-Meteo does not answer."),
        (Rejected("No such place."), "No such place."),
        (None, "weather did not answer in time."),
    ],
)
async def test_a_lookup_that_fails_is_told_to_the_model(error: Exception | None, told: str) -> None:
    async def run(arguments: PlaceArguments) -> str:
        if error is not None:
            raise error
        await asyncio.Event().wait()
        return "never"

    async with FakeLLM(Calls((("weather", {"place": "Lisbon"}),)), Says("Sorry.")) as llm:
        model = service(spec("openai", llm.url("openai")), limits=HASTY)
        shown, _, _ = await outcome_of(
            model, with_tools(Tool("weather", "Forecast", PlaceArguments, run))
        )

    assert shown == "Sorry." and llm.requests[1].messages[-1] == ("tool", told)


# --- the transport -------------------------------------------------------------------------------


def events(*bodies: str, end: str = "\n\n") -> bytes:
    return "".join(f"data: {body}{end}" for body in bodies).encode()


def word_of(text: str, **choice: object) -> str:
    return json.dumps(
        {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None, **choice}]}
    )


def test_the_words_of_one_read_become_one_event() -> None:
    usage = '{"choices": [], "usage": {"prompt_tokens": 3}}'
    stop = '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}'
    joined = merged(events(word_of("Lis"), word_of("bon"), stop, usage, "[DONE]"))

    assert joined.count(b"data: ") == 2
    for part in (b'"Lisbon"', b'"stop"', b'"prompt_tokens":3', b"data: [DONE]\n\n"):
        assert part in joined


@pytest.mark.parametrize(
    "other",
    [
        '{"choices": [{"index": 1, "delta": {"content": "b"}}]}',
        '{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0}]}}]}',
        '{"choices": [{"index": 0, "delta": {"refusal": "no"}}]}',
        '{"choices": [{"index": 0, "delta": {"content": "b"}, "logprobs": {"content": [1]}}]}',
        '{"error": {"message": "overloaded"}, "choices": []}',
        '{"type": "ping"}',
        "{nonsense",
        '"text"',
        "[DONE]",
    ],
)
def test_what_is_more_than_words_is_left_as_it_is(other: str) -> None:
    stream = events(word_of("a"), other, word_of("c"))

    assert merged(stream) == stream


def test_an_event_cut_by_the_end_of_a_read_waits_for_its_rest() -> None:
    whole, rest = whole_events(b"data: 1\n\ndata: 2\n\ndata: 3")

    assert (whole, rest) == (b"data: 1\n\ndata: 2\n\n", b"data: 3")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=12))
def test_joining_loses_no_character(words: list[str]) -> None:
    joined = merged(events(*(word_of(word) for word in words)))
    found = [json.loads(e[6:]) for e in joined.decode().split("\n\n") if e]

    assert "".join(e["choices"][0]["delta"]["content"] for e in found) == "".join(words)


# --- many at once --------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", WIRES)
async def test_a_cancelled_answer_closes_its_call_and_is_booked(wire: Wire) -> None:
    ledger = Ledger()
    async with FakeLLM(Hangs("Lis")) as llm:
        model = service(spec(wire, llm.url(wire)))
        begun = asyncio.Event()

        async def listen() -> None:
            async for _ in model.stream(ASKED, ledger):
                begun.set()

        task = asyncio.create_task(listen())
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await model.aclose()

    assert task.cancelled() and [call.outcome for call in ledger.calls] == ["cut"]


async def test_two_hundred_answers_at_once_do_not_mix() -> None:
    async with FakeLLM(mode="echo") as llm:
        model = service(spec("openai", llm.url("openai")))
        asked = [Prompt((Said("user", f"number {n}"),), "support.chat") for n in range(200)]
        answers = await asyncio.gather(*(model.chat(prompt, Ledger()) for prompt in asked))
        await model.aclose()

    assert answers == [f"number {n}" for n in range(200)]


async def test_while_half_open_only_one_call_is_a_probe() -> None:
    clock = HandClock()
    async with FakeLLM(*[Fails(500)] * 5, Says("Back."), Says("Back.")) as llm:
        model = service(spec("openai", llm.url("openai")), timer=clock)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await model.chat(ASKED, Ledger())
        clock.now += 31
        answers = await asyncio.gather(
            *(model.chat(ASKED, Ledger()) for _ in range(5)), return_exceptions=True
        )
        await model.aclose()

    assert sum(answer == "Back." for answer in answers) == 1
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 4
    assert len(llm.requests) == 6
