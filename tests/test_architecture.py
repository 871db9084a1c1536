"""Who may import whom, and which file may import which vendor."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE_MAY = {"core", "pydantic", "yaml"}
# A vendor's package -> the one file of ours that imports it.
VENDORS = {
    "telegram": "adapters/chat/telegram/transport.py",
    "telegramify_markdown": "adapters/chat/telegram/format.py",
    "slack_bolt": "adapters/chat/slack/bolt.py",
    "slack_sdk": "adapters/chat/slack/bolt.py",
    "cryptography": "adapters/chat/slack/installs.py",
    "rich": "adapters/chat/console.py",
    "langchain_core": "adapters/models/langchain.py",
    "langchain_openai": "adapters/models/langchain.py",
    "langchain_anthropic": "adapters/models/langchain.py",
    "tiktoken": "adapters/models/tokens.py",
    "httpx": "adapters/travel/http/client.py",
    "airportsdata": "adapters/travel/airports.py",
    "icalendar": "adapters/exports/ics.py",
    "resvg_py": "adapters/exports/picture.py",
    "opening_hours": "adapters/travel/atlas/opening.py",
    "holidays": "adapters/travel/atlas/holidays.py",
    "apscheduler": "bot/schedule.py",
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, in full, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def top(module: str) -> str:
    return module.partition(".")[0]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_core_knows_no_vendor_no_adapter_and_no_bot(path: Path) -> None:
    foreign = {
        top(m)
        for m in imports(path)
        if top(m) not in sys.stdlib_module_names and top(m) not in CORE_MAY
    }

    assert not foreign


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_core_reads_no_clock_no_environment_and_no_chance(path: Path) -> None:
    forbidden = {"os", "time", "socket", "urllib.request", "secrets", "sqlite3", "subprocess"}
    used = {m for m in imports(path) if m in forbidden or top(m) in forbidden - {"urllib.request"}}
    text = path.read_text("utf-8")

    assert not used
    for call in ("datetime.now(", "datetime.utcnow(", "date.today(", "random.random(", "uuid4("):
        assert call not in text


@pytest.mark.parametrize("path", modules("adapters"), ids=name)
def test_adapters_import_only_values_ports_and_errors_of_core(path: Path) -> None:
    ours = {m for m in imports(path) if top(m) in {"core", "bot"}}
    allowed = (
        "core.airlines core.date_names core.errors core.exports core.flights core.groups.asking "
        "core.groups.dates "
        "core.groups.state core.interests "
        "core.groups.cost_said core.linking "
        "core.messages "
        "core.naming core.notices.asking core.notices.ports core.notices.state core.people "
        "core.ports core.reading core.session core.spending core.text core.travel "
        "core.trips core.turn core.wishes core.words core.zones"
    ).split()

    assert ours <= set(allowed)


@pytest.mark.parametrize("path", [*modules("core"), *modules("adapters")], ids=name)
def test_nobody_imports_bot(path: Path) -> None:
    assert "bot" not in {top(m) for m in imports(path)}


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_vendors_package_is_imported_in_one_file(vendor: str) -> None:
    users = {
        name(path)
        for package in ("bot", "core", "adapters")
        for path in modules(package)
        if vendor in {top(m) for m in imports(path)}
    }

    assert users <= {VENDORS[vendor]}


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name(path)
        for package in ("bot", "core", "adapters")
        for path in modules(package)
        if "os.environ" in path.read_text("utf-8") or "getenv(" in path.read_text("utf-8")
    }

    # tokens.py sets the one variable that tiktoken reads; it reads none.
    assert readers <= {"bot/settings.py", "adapters/models/tokens.py"}


def test_the_optimizer_and_the_verifier_share_no_logic() -> None:
    verifiers = [p for p in modules("core/itinerary") if p.stem.startswith("verify")]
    used = {m for p in verifiers for m in imports(p) if m.startswith("core.itinerary.")}
    optimizer = {"build", "search", "schedule", "compose", "repair", "revise", "tables"}

    assert verifiers
    assert not {m for m in used if m.split(".")[2] in optimizer}
