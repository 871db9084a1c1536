"""Check atlas files: `python tools/check_atlas.py [slug ...]` prints every problem at once."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.travel.atlas import sources
from adapters.travel.atlas.schema import DestinationFile
from tools.atlas_checks import problems_of, problems_together
from tools.atlas_checks.countries import country_problems, phrases_problems


def main(slugs: list[str]) -> int:
    """Print the problems of the named destinations, or of all files; the count is the exit code."""
    chosen = [f for f in sources.destination_files() if not slugs or f.name[:-5] in slugs]
    missing = sorted(set(slugs) - {file.name[:-5] for file in chosen})
    told = [f"{slug}: there is no such file" for slug in missing]
    read: list[DestinationFile] = []
    for file in sources.destination_files():
        try:
            destination = sources.read_destination(file)
        except sources.BadAtlasFile as error:
            if file in chosen:
                told += [f"{file.name[:-5]}: {problem}" for problem in error.problems]
            continue
        read.append(destination)
        if file in chosen:
            slug = file.name[:-5]
            told += [f"{slug}: {problem}" for problem in problems_of(destination, slug)]
    told += problems_together(read, set(slugs))
    told += [] if slugs else _countries()
    print("\n".join(told) if told else "No problems.")
    print(f"{len(chosen)} files checked, {len(told)} problems.")
    return min(len(told), 100)


def _countries() -> list[str]:
    told: list[str] = []
    for file in sources.country_files():
        code = file.name[:-5]
        try:
            country = sources.read_country(file)
        except sources.BadAtlasFile as error:
            told += [f"{code}: {problem}" for problem in error.problems]
            continue
        told += [f"{code}: {problem}" for problem in country_problems(country, code)]
    return told + _phrases()


def _phrases() -> list[str]:
    told: list[str] = []
    for file in sources.phrases_files():
        code = file.name[:-5]
        try:
            phrases = sources.read_phrases(file)
        except sources.BadAtlasFile as error:
            told += [f"phrases/{code}: {problem}" for problem in error.problems]
            continue
        told += [f"phrases/{code}: {problem}" for problem in phrases_problems(phrases, code)]
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
