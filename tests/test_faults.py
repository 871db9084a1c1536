"""Each fault of the manifest is owned by exactly one test, and nobody owns an unknown one."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent


def owned_in(path: Path) -> list[str]:
    """The ids in `@pytest.mark.fault("...")` decorators of the file's tests."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
                assert node.name.startswith("test_"), f"{path.name}: {node.name} is no test"
                found += [ast.literal_eval(argument) for argument in mark.args]
    return found


def test_every_fault_of_the_manifest_is_owned_by_exactly_one_test() -> None:
    manifest = tomllib.loads((HERE / "faults.toml").read_text("utf-8"))["owned"]
    owned = Counter(id for path in sorted(HERE.glob("test_*.py")) for id in owned_in(path))

    assert sorted(set(manifest) - set(owned)) == []  # missing
    assert sorted(set(owned) - set(manifest)) == []  # stale
    assert {id: n for id, n in owned.items() if n > 1} == {}  # twice
