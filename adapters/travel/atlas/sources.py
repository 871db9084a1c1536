"""The atlas as people write it: YAML files, read strictly, and the one file they compile to.

The product never reads YAML: `compile_atlas()` turns all files into `atlas.jsonl`, whose first line
is an index and whose other lines are one validated record each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
import yaml
from pydantic import ValidationError

from adapters.travel.atlas.names import fold
from adapters.travel.atlas.schema import (
    SCHEMA_VERSION,
    CountryFile,
    DestinationFile,
    PhrasesFile,
)

_FOLDER = files("adapters.travel.atlas")


class BadAtlasFile(ValueError):
    """A file that does not fit the schema; `problems` are sentences for its author."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(problems))
        self.name = name
        self.problems = problems


def destination_files() -> list[Traversable]:
    """All destination files, by name."""
    return _yaml_files("destinations")


def country_files() -> list[Traversable]:
    """All country files, by name."""
    return _yaml_files("countries")


def read_destination(file: Traversable) -> DestinationFile:
    """The destination in a file.

    Raises:
        BadAtlasFile: with every problem of the file.
    """
    try:
        return DestinationFile.model_validate_json(_as_json(file), strict=True)
    except ValidationError as error:
        raise BadAtlasFile(file.name, list(_sentences(error))) from error


def read_country(file: Traversable) -> CountryFile:
    """The country in a file.

    Raises:
        BadAtlasFile: with every problem of the file.
    """
    try:
        return CountryFile.model_validate_json(_as_json(file), strict=True)
    except ValidationError as error:
        raise BadAtlasFile(file.name, list(_sentences(error))) from error


def phrases_files() -> list[Traversable]:
    """All phrases files, by name."""
    return _yaml_files("phrases")


def read_phrases(file: Traversable) -> PhrasesFile:
    """The phrases in a file.

    Raises:
        BadAtlasFile: with every problem of the file.
    """
    try:
        return PhrasesFile.model_validate_json(_as_json(file), strict=True)
    except ValidationError as error:
        raise BadAtlasFile(file.name, list(_sentences(error))) from error


def with_phrases(country: CountryFile, phrases: Mapping[str, PhrasesFile]) -> CountryFile:
    """The country with the phrases of its language, and with where these are from.

    Raises:
        BadAtlasFile: when nobody wrote a file for that language.
    """
    if country.phrases_language is None:
        return country
    spoken = phrases.get(country.phrases_language)
    if spoken is None:
        raise BadAtlasFile(
            f"{country.code}.yaml", [f"there is no phrases/{country.phrases_language}.yaml"]
        )
    return country.model_copy(
        update={
            "phrases": spoken.phrases,
            "provenance": country.provenance + spoken.provenance,
        }
    )


def read_ambiguous() -> dict[str, tuple[str, ...]]:
    """Names that several destinations may share: folded name -> destination ids, best first."""
    content = yaml.load((_FOLDER / "ambiguous.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return {fold(name): tuple(ids) for name, ids in content["names"].items()}


def compile_atlas() -> bytes:
    """The whole atlas as JSON lines: the index, then countries, then destinations, each by id.

    Raises:
        BadAtlasFile: the first file that does not fit the schema, or shares an id or alias.
    """
    phrases = {spoken.code: spoken for spoken in map(read_phrases, phrases_files())}
    countries = [with_phrases(read_country(file), phrases) for file in country_files()]
    destinations = [read_destination(file) for file in destination_files()]
    index = {
        "schema_version": SCHEMA_VERSION,
        "countries": [country.code for country in countries],
        "destinations": [destination.id for destination in destinations],
        "names": _names(destinations),
    }
    lines = [orjson.dumps(index)]
    lines += [record.model_dump_json().encode() for record in (*countries, *destinations)]
    return b"\n".join(lines) + b"\n"


def own_names(destination: DestinationFile) -> set[str]:
    """Every folded name one destination answers to."""
    spelled = {destination.name.en, destination.name.local or "", *destination.aliases}
    return {fold(name) for name in spelled} - {""} | {fold(destination.id.replace("-", " "))}


def _names(destinations: list[DestinationFile]) -> dict[str, list[str]]:
    ranked = read_ambiguous()
    names: dict[str, list[str]] = {}
    for destination in destinations:
        for name in own_names(destination):
            names.setdefault(name, []).append(destination.id)
    for name, ids in names.items():
        order = ranked.get(name, ())
        if len(ids) > 1 and not set(ids) <= set(order):
            raise BadAtlasFile(ids[0], [f'"{name}" is also a name of {", ".join(ids[1:])}'])
        ids.sort(key=lambda id: order.index(id) if id in order else 0)
    return dict(sorted(names.items()))


def _yaml_files(folder: str) -> list[Traversable]:
    found = [file for file in (_FOLDER / folder).iterdir() if file.name.endswith(".yaml")]
    return sorted(found, key=lambda file: file.name)


def _as_json(file: Traversable) -> bytes:
    try:
        content = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
        return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadAtlasFile(file.name, [f"is not readable YAML: {error}"]) from error
    except TypeError as error:
        raise BadAtlasFile(file.name, [f"holds a value with no place in it: {error}"]) from error


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        where = ".".join(str(part) for part in problem["loc"]) or "the file"
        yield f"{where}: {problem['msg']} (found {problem['input']!r:.80})"
