"""Counting tokens: exact with tiktoken's table, not far below without it, never by network."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.models import tokens
from adapters.models.tokens import MAX_COUNTED_CHARS, estimate, load_counter

SAMPLES = {
    "English": "Is Lisbon quiet in the middle of April, and how do we get from the airport to the "
    "old town with two small children and a stroller?",
    "German": "Wir möchten über Pfingsten vier Tage ans Meer, aber bitte nicht in ein überlaufenes "
    "Hotel; die Großeltern brauchen barrierefreie Wege.",
    "Portuguese": "Queremos passar uma semana tranquila no Alentejo, com boa comida e sem museus, "
    "e voltar no domingo à tarde.",
    "Spanish": "¿Qué tiempo hará en Sevilla la semana que viene y qué museos están abiertos?",
    "French": "Nous cherchons un hôtel calme près de la gare, avec un petit-déjeuner végétarien.",
    "Polish": "Chcielibyśmy spędzić długi weekend w górach, najlepiej pociągiem z Krakowa.",
    "Turkish": "Önümüzdeki hafta İstanbul'da hava nasıl olacak, müzeler açık mı?",
    "Russian": "Мы хотим поехать в Грузию на неделю в начале мая, желательно без экскурсий.",
    "Arabic": "نريد قضاء أسبوع هادئ على البحر في شهر أبريل مع طفلين صغيرين.",
    "Hebrew": "אנחנו רוצים לנסוע לפורטוגל לשבוע באפריל עם שני ילדים קטנים.",
    "Hindi": "हम अप्रैल में दो बच्चों के साथ एक सप्ताह के लिए समुद्र किनारे जाना चाहते हैं।",
    "Greek": "Θέλουμε να περάσουμε μια ήσυχη εβδομάδα στην Κρήτη με τα παιδιά μας.",
    "Thai": "เราอยากไปเที่ยวทะเลหนึ่งสัปดาห์ในเดือนเมษายนกับลูกสองคน",
    "Georgian": "გვინდა ერთი კვირით ზღვაზე წასვლა ორ პატარა ბავშვთან ერთად.",
    "Chinese": "我们想在四月中旬去里斯本玩五天，带两个小孩，预算九百欧元。",
    "Japanese": "四月の中旬にリスボンへ五日間旅行したいです。子供が二人います。",
    "Korean": "4월 중순에 아이 둘과 함께 리스본으로 5일 동안 여행하고 싶어요.",
    "JSON": '{"place": "Lisbon", "first_day": "2027-04-15", "days": [1, 2, 3], "budget": '
    '{"amount": 900.50, "currency": "EUR"}, "likes": ["food", "walks"], "step_free": true}',
    "code": "def plan(wish: Wish) -> Plan:\n    return max(plans(wish), key=lambda p: p.score)\n",
    "emoji": "🙂🏖️🇵🇹 👨‍👩‍👧‍👦 🚆➡️🏔️ 🎉🎉",
    "numbers": "2027-04-15 09:30 +351 21 361 3000 38.7223,-9.1393 €1,200.50 12/04 3.14159",
    "address": "https://www.museudoazulejo.pt/visit?lang=en&day=2027-04-15#tickets",
    "shouting": "WHERE IS MY HOTEL?! I NEED THE ADDRESS NOW!!!",
    "spaces": "a        b\n\n\n\n\t\tc          d",
}


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], int]:
    return load_counter(tmp_path_factory.mktemp("tables"))


def test_the_table_gives_the_known_counts(exact: Callable[[str], int]) -> None:
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")  # served from the folder the counter filled

    assert exact is not estimate
    for text in SAMPLES.values():
        assert exact(text) == len(encoding.encode_ordinary(text))
    assert exact("") == 0
    assert exact("<|endoftext|>") > 1  # a traveller's text, not a control token


@pytest.mark.parametrize("name", SAMPLES)
def test_an_estimate_is_never_far_below_and_not_absurdly_above(
    name: str, exact: Callable[[str], int]
) -> None:
    true, guessed = exact(SAMPLES[name]), estimate(SAMPLES[name])

    assert 0.85 * true <= guessed <= 2.5 * true + 2


def test_a_damaged_table_is_replaced_from_the_package(tmp_path: Path) -> None:
    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(b"damaged")
    count = load_counter(tmp_path)

    assert count is not estimate and count("Lisbon is quiet") == 4


def test_without_a_place_for_the_table_it_is_estimated(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert load_counter(tmp_path / "file") is estimate


def test_nothing_ever_asks_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("somebody tried to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for folder in (tmp_path / "new", tmp_path / "new", tmp_path / "other"):
        assert load_counter(folder)("Where to?") > 0


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "🙂" * 250_000, "x y" * 333_333, "\n" * 1_000_000]
)
def test_a_megabyte_is_counted_by_its_beginning(text: str, exact: Callable[[str], int]) -> None:
    began = time.process_time()
    counts = (exact(text), estimate(text))
    seconds = time.process_time() - began

    scale = len(text) / MAX_COUNTED_CHARS
    assert all(abs(n - c(text[:MAX_COUNTED_CHARS]) * scale) <= 1 for n, c in zip(
        counts, (exact, estimate), strict=True
    ))  # fmt: skip
    assert seconds < 2  # on any machine; without the cap it is minutes


def test_the_name_of_the_table_is_the_one_tiktoken_looks_for() -> None:
    import hashlib

    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"

    assert hashlib.sha1(address.encode()).hexdigest() == tokens._CACHED_AS
