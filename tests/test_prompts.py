"""Prompt files: read once and strictly, rendered without ever formatting what people wrote."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import Misconfigured
from core.prompts import REQUIRED, PromptLoader

GOOD = "version: 1\nprompts:\n  lead:\n    text: Write.\n"

BROKEN = {
    "not YAML": "version: 1\nprompts: [unclosed",
    "tabs": "version: 1\nprompts:\n\tlead: x",
    "a list": "- lead",
    "nothing": "",
    "no version": "prompts:\n  lead:\n    text: Write.\n",
    "version as text": GOOD.replace("1", "'1'"),
    "version zero": GOOD.replace("1", "0"),
    "no prompts": "version: 1\nprompts: {}\n",
    "no text": "version: 1\nprompts:\n  lead:\n    placeholders: []\n",
    "empty text": "version: 1\nprompts:\n  lead:\n    text: ''\n",
    "text is a number": "version: 1\nprompts:\n  lead:\n    text: 5\n",
    "unknown key": GOOD + "    temperature: 1\n",
    "key twice": GOOD + "  lead:\n    text: Write something else.\n",
    "placeholder not listed": "version: 1\nprompts:\n  lead:\n    text: Hi {{name}}\n",
    "placeholder not used": GOOD + "    placeholders: [name]\n",
    "half a placeholder": "version: 1\nprompts:\n  lead:\n    text: 'Hi {{name'\n",
    "odd placeholder": "version: 1\nprompts:\n  lead:\n    text: 'Hi {{na me}}'\n",
    "alias": "version: 1\nprompts:\n  lead: &a\n    text: Write.\n  other: *a\n",
    "merge": "version: 1\nbase: &a {text: x}\nprompts:\n  lead:\n    <<: *a\n",
    "alias bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: [*d,*d]\n",
    "python object": "version: 1\nprompts: !!python/object/apply:os.system ['true']\n",
    "python name": "version: !!python/name:os.system\n",
    "unknown tag": "version: !thing 1\n",
    "bad timestamp": "version: !!timestamp soon\n",
    "bad bool": "version: !!bool maybe\n",
    "bad int": "version: !!int many\n",
    "bad set": "version: !!set [1]\n",
    "huge number": f"version: {'9' * 5_000}\n",
    "two documents": GOOD + "---\n" + GOOD,
    "deep": "[" * 5_000,
    "NUL": GOOD + "\0",
    "too long": GOOD.replace("Write.", "x" * 8_001),
    "too large": GOOD + "# " + "x" * 100_000,
}


def folder(path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        written = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.yaml").write_bytes(written)
    return path


def whole(path: Path) -> Path:
    """A folder with every prompt that is required."""
    for file in {file for file, _ in REQUIRED}:
        names = [name for of, name in REQUIRED if of == file]
        prompts = "".join(f"  {name}:\n    text: Write.\n" for name in names)
        folder(path, **{file: f"version: 3\nprompts:\n{prompts}"})
    return path


@pytest.mark.fault("F8")
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_prompt_file_stops_the_start_and_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"^prompts/extra\.yaml: .+") as caught:
        PromptLoader.load(folder(whole(tmp_path), extra=BROKEN[kind]))

    assert "\n" not in str(caught.value)


def test_an_extra_file_without_a_fault_is_read(tmp_path: Path) -> None:
    assert (
        PromptLoader.load(folder(whole(tmp_path), extra=GOOD)).render("extra", "lead") == "Write."
    )


def test_bytes_that_are_no_text_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"prompts/extra\.yaml"):
        PromptLoader.load(folder(whole(tmp_path), extra=b"version: 1 \xff\xfe"))


@pytest.mark.parametrize(("file", "name"), REQUIRED)
def test_a_missing_prompt_stops_the_start_and_is_named(
    file: str, name: str, tmp_path: Path
) -> None:
    path = whole(tmp_path) / f"{file}.yaml"
    path.write_text(path.read_text().replace(f"  {name}:\n", "  something_else:\n"))

    with pytest.raises(Misconfigured, match=rf"prompts/{file}\.yaml: .*{name}"):
        PromptLoader.load(tmp_path)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    (whole(tmp_path) / "support.yaml").unlink()

    with pytest.raises(Misconfigured, match=r"prompts/support\.yaml"):
        PromptLoader.load(tmp_path)


def test_our_own_prompts_are_whole_and_state_their_version() -> None:
    prompts = PromptLoader.load()
    text = prompts.render("system", "caravan", today=date(2027, 4, 15), language="German")

    assert "2027-04-15" in text and "Answer in German." in text and "{{" not in text
    assert prompts.version("system").startswith("system@")


def test_a_value_is_put_in_once_and_never_read_as_a_template(tmp_path: Path) -> None:
    prompt = "  lead:\n    placeholders: [a, b]\n    text: '{{a}} {{ b }} {a} %s'\n"
    text = f"version: 7\nprompts:\n{prompt}"
    loader = PromptLoader.load(folder(whole(tmp_path), extra=text))

    assert loader.render("extra", "lead", a="{{b}}", b=r"\1 {a}") == r"{{b}} \1 {a} {a} %s"
    assert loader.version("extra") == "extra@7"


@pytest.mark.parametrize("values", [{}, {"today": "x"}, {"today": "x", "language": "y", "more": 1}])
def test_wrong_names_of_values_are_a_mistake_of_ours(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="wants"):
        PromptLoader.load().render("system", "caravan", **values)
