"""The built wheel holds everything that the product reads at run time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_code_prompts_and_data_and_no_tests(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("bot", "core", "adapters", "prompts"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "destinations")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=source,
        check=True,
        capture_output=True,
    )

    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "prompts/system.yaml",
        "adapters/travel/rates.yaml",
        "adapters/travel/atlas/atlas.jsonl",
        "adapters/travel/atlas/gazetteer.sqlite",
        "bot/cli.py",
    } <= names
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/"))]
