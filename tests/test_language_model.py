"""The contract of the language model port, held by every implementation over real sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, cast

import pytest
from llmock.pytest_plugin import LLMock
from pydantic import BaseModel, Field

from adapters.models.backend import Limits, ModelSpec
from adapters.models.langchain import LangChainService
from adapters.models.offline import OfflineModel
from core.errors import Misconfigured, Rejected, Unavailable
from core.ports import LanguageModel, Ledger, Prompt, Said, Tool, ToolCall
from core.reading import Intent, Paraphrase, ReadingContext, Request
from tests.fake_llm import Calls, FakeLLM, Fits, Says, Wire, collected

WIRES: tuple[Wire, ...] = ("openai", "anthropic")
TODAY = date(2026, 11, 23)


class EchoReader:
    """Reads every message as small talk in Spanish, and remembers the day it was asked for."""

    def read(self, text: str, context: ReadingContext) -> Request:
        return Request(
            intent=Intent.CHAT, confidence=0.5, language="es", about=text, on=context.today
        )


class Rating(BaseModel):
    """A shape that has nothing to do with travel requests."""

    stars: int = Field(ge=1, le=5)
    why: str


class PlaceArguments(BaseModel):
    place: str


async def _slept(seconds: float) -> None:
    return None


def service(specs: Sequence[ModelSpec], **options: object) -> LangChainService:
    """A service that neither waits nor rolls dice."""
    return LangChainService.of(specs, **{"sleep": _slept, "rng": lambda: 0.0, **options})


def spec(wire: Wire, url: str) -> ModelSpec:
    name = "gpt-4o-mini" if wire == "openai" else "claude-haiku-4-5"
    return ModelSpec(wire, name, "key", url, (Decimal("0.15"), Decimal("0.60")))


def prompt(*said: Said, draft: str = "Lisbon fits best.", tools: tuple[Tool, ...] = ()) -> Prompt:
    messages = said or (
        Said("user", "Profile: likes food"),
        Said("system", "You are a travel companion."),
        Said("user", "Where to?"),
    )
    return Prompt(messages, "support.chat", "support@1", draft, tools, max_output_tokens=200)


@pytest.fixture(params=["offline", "openai", "anthropic"])
async def model(request: pytest.FixtureRequest, llmock: LLMock) -> AsyncIterator[LanguageModel]:
    if request.param == "offline":
        made: LanguageModel = OfflineModel(EchoReader(), today=lambda: TODAY)
    else:
        wire = cast(Literal["openai", "anthropic"], request.param)
        made = service([spec(wire, llmock.base_url(wire))])
    yield made
    await made.aclose()


async def test_chat_gives_a_whole_answer(model: LanguageModel) -> None:
    answer = await model.chat(prompt(), Ledger())

    assert len(answer) > 10


async def test_pieces_of_a_stream_make_an_answer(model: LanguageModel) -> None:
    pieces = await collected(model.stream(prompt(), Ledger()))

    assert pieces and all(isinstance(piece, str) for piece in pieces)
    assert "".join(pieces).strip()


async def test_a_stream_may_be_left_early(model: LanguageModel) -> None:
    async for _ in model.stream(prompt(), Ledger()):
        break

    assert await model.chat(prompt(), Ledger())


async def test_extract_gives_the_shape_of_a_paraphrase(model: LanguageModel) -> None:
    found = await model.extract(prompt(), Paraphrase, Ledger())

    assert isinstance(found, Paraphrase) and found.language and found.english


async def test_longer_text_never_has_fewer_tokens(model: LanguageModel) -> None:
    text = "Ein Wochenende in Lissabon, 900 €, bitte nichts mit Museen. 🙂 " * 5
    counts = [model.count_tokens(text[:length]) for length in range(0, len(text), 20)]

    assert counts[0] == 0 and counts == sorted(counts)


async def test_every_call_to_a_vendor_is_in_the_ledger(model: LanguageModel) -> None:
    ledger = Ledger()
    await model.chat(prompt(), ledger)
    await model.extract(prompt(), Paraphrase, ledger)

    assert len(ledger.calls) == (2 if model.words else 0)
    for call in ledger.calls:
        assert (call.purpose, call.prompt_version, call.outcome) == (
            "support.chat",
            "support@1",
            "ok",
        )
        assert call.input_tokens > 0 and call.output_tokens > 0 and call.seconds >= 0
        assert call.cost == (
            call.input_tokens * Decimal("0.15") + call.output_tokens * Decimal("0.60")
        ) / Decimal(1_000_000)


async def test_it_can_be_closed_twice(model: LanguageModel) -> None:
    await model.aclose()
    await model.aclose()


async def test_tools_are_run_and_their_results_lead_to_an_answer(model: LanguageModel) -> None:
    asked: list[PlaceArguments] = []

    async def run(arguments: PlaceArguments) -> str:
        asked.append(arguments)
        return "Lisbon: sunny"

    tool = Tool("weather", "Forecast of a place", PlaceArguments, run)
    answer = await model.chat(prompt(tools=(tool,)), Ledger())

    assert answer
    assert len(asked) == (1 if model.words else 0)


# --- the offline model ---------------------------------------------------------------------------


async def test_the_offline_model_answers_with_the_draft() -> None:
    model = OfflineModel(EchoReader())

    assert await model.chat(prompt(draft="Lisbon."), Ledger()) == "Lisbon."
    assert await collected(model.stream(prompt(draft="Lisbon."), Ledger())) == ["Lisbon."]
    assert not model.words


async def test_the_offline_model_without_a_draft_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await OfflineModel(EchoReader()).chat(prompt(draft=""), Ledger())


async def test_the_offline_model_reads_requests_by_rules() -> None:
    model = OfflineModel(EchoReader(), today=lambda: TODAY)
    asked = prompt(Said("user", "¿qué tiempo hace?"))

    request = await model.extract(asked, Request, Ledger())
    paraphrase = await model.extract(asked, Paraphrase, Ledger())

    assert (request.about, request.on) == ("¿qué tiempo hace?", TODAY)
    assert (paraphrase.language, paraphrase.english) == ("es", "¿qué tiempo hace?")


async def test_the_offline_model_rejects_other_shapes() -> None:
    with pytest.raises(Rejected):
        await OfflineModel(EchoReader()).extract(prompt(), Rating, Ledger())


# --- what goes over the wire ---------------------------------------------------------------------


@pytest.mark.parametrize("wire", WIRES)
async def test_instructions_and_data_keep_their_roles_and_order(wire: Wire) -> None:
    async with FakeLLM() as llm:
        model = service([spec(wire, llm.url(wire))])
        await model.chat(
            prompt(
                Said("user", "Profile: {x} %s"),
                Said("system", "Be kind."),
                Said("assistant", "Hello"),
                Said("user", "Where to?"),
            ),
            Ledger(),
        )
        await model.aclose()
    profile, system = ("user", "Profile: {x} %s"), ("system", "Be kind.")
    head = [profile, system] if wire == "openai" else [system, profile]  # Anthropic's own place

    assert llm.requests[0].messages == [*head, ("assistant", "Hello"), ("user", "Where to?")]


@pytest.mark.parametrize("wire", WIRES)
async def test_the_output_is_capped_in_the_request(wire: Wire) -> None:
    async with FakeLLM() as llm:
        model = service([spec(wire, llm.url(wire))])
        await model.chat(prompt(), Ledger())
        await model.aclose()

    assert llm.requests[0].body["max_tokens"] == 200


@pytest.mark.parametrize("wire", WIRES)
async def test_tokens_are_those_that_the_vendor_counted(wire: Wire) -> None:
    async with FakeLLM(Says("Lisbon.", usage=(120, 7, 100))) as llm:
        model = service([spec(wire, llm.url(wire))])
        ledger = Ledger()
        await model.chat(prompt(), ledger)
        await model.aclose()
    [call] = ledger.calls

    assert (call.input_tokens, call.output_tokens, call.cached_tokens) == (120, 7, 100)
    if wire == "openai":
        assert llm.requests[0].body["stream_options"] == {"include_usage": True}


async def test_tokens_that_nobody_counted_are_estimated() -> None:
    async with FakeLLM(Says("Lisbon is lovely.", usage=None)) as llm:
        model = service([spec("openai", llm.url("openai"))], count=lambda text: len(text))
        ledger = Ledger()
        await model.chat(prompt(Said("user", "Where to?")), ledger)
        await model.aclose()
    [call] = ledger.calls

    assert (call.input_tokens, call.output_tokens) == (len("Where to?") + 4, 17)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_lookup_of_this_turn_goes_back_as_call_and_result(wire: Wire) -> None:
    async def run(arguments: PlaceArguments) -> str:
        return f"{arguments.place}: sunny"

    tool = Tool("weather", "Forecast", PlaceArguments, run)
    async with FakeLLM(
        Calls((("weather", {"place": "Lisbon"}),), "One moment."), Says("Sunny.")
    ) as llm:
        model = service([spec(wire, llm.url(wire))])
        answer = await model.chat(prompt(tools=(tool,)), Ledger())
        await model.aclose()

    assert answer == "One moment.\n\nSunny."
    assert llm.requests[1].messages[-1] == ("tool", "Lisbon: sunny")
    assert llm.requests[1].tools == ["weather"]


@pytest.mark.parametrize("wire", WIRES)
async def test_lookups_of_earlier_turns_become_text_where_no_tools_are_offered(wire: Wire) -> None:
    earlier = (
        Said("user", "Weather?"),
        Said("assistant", "", tool_calls=(ToolCall("c1", "weather", {"place": "Lisbon"}),)),
        Said("tool", "Lisbon: sunny", tool_call_id="c1"),
        Said("assistant", "Sunny."),
        Said("user", "And tomorrow?"),
    )
    async with FakeLLM() as llm:
        model = service([spec(wire, llm.url(wire))])
        await model.chat(prompt(*earlier), Ledger())
        await model.aclose()

    assert "tool" not in [role for role, _ in llm.requests[0].messages]
    assert "Lisbon: sunny" in str(llm.requests[0].messages)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_shape_with_bounds_is_validated_by_us(wire: Wire) -> None:
    async with FakeLLM(Fits({"stars": 9, "why": "x"}), Fits({"stars": 4, "why": "y"})) as llm:
        model = service([spec(wire, llm.url(wire))])
        ledger = Ledger()
        found = await model.extract(prompt(), Rating, ledger)
        await model.aclose()

    assert (found.stars, found.why) == (4, "y")
    assert [call.outcome for call in ledger.calls] == ["invalid", "ok"]


async def test_newer_claudes_are_asked_in_their_own_schema_mode() -> None:
    async with FakeLLM(Fits({"stars": 4, "why": "y"})) as llm:
        model = service([ModelSpec("anthropic", "claude-sonnet-5-5", "key", llm.url("anthropic"))])
        found = await model.extract(prompt(), Rating, Ledger())
        await model.aclose()

    assert found.stars == 4
    assert llm.requests[0].tools == []
    assert llm.requests[0].body["output_config"]["format"]["type"] == "json_schema"


def test_importing_the_service_imports_no_langchain() -> None:
    code = (
        "import sys, adapters.models.langchain, adapters.models.offline;"
        "print([m for m in sys.modules if m.startswith(('langchain', 'openai', 'anthropic'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_no_conversation_is_traced_whatever_the_environment_says() -> None:
    code = (
        "from adapters.models.langchain import LangChainService, ModelSpec;"
        "from langsmith.utils import tracing_is_enabled;"
        "before = tracing_is_enabled();"
        "LangChainService.of([ModelSpec('openai', 'm', 'k', 'http://127.0.0.1:9/v1')]);"
        "print(before, tracing_is_enabled())"
    )
    traced = os.environ | {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "key"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=traced
    )

    assert done.stdout.strip() == "True False"


def test_a_key_is_in_no_text_of_the_service() -> None:
    made = ModelSpec("openai", "gpt-4o-mini", "sk-very-secret")

    assert "sk-very-secret" not in repr(made) + str(made)


@pytest.mark.parametrize("specs", [[], [ModelSpec("mystery", "m")]])
def test_no_model_or_an_unknown_vendor_stops_the_start(specs: list[ModelSpec]) -> None:
    with pytest.raises(Misconfigured, match="LANGUAGE_MODEL"):
        service(specs, limits=Limits())
