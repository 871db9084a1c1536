"""`caravan atlas refresh`: replaces curated fields by what open providers say, for operators.

Works on the YAML files of a checkout, one destination after the other, and prints a diff of each.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from adapters.travel.atlas.refresh import normals, openstreetmap, wikidata
from adapters.travel.atlas.refresh.asking import Asker, Meter, NoCache
from adapters.travel.atlas.refresh.proposals import FIELDS, Field
from adapters.travel.atlas.refresh.refresh import Addresses, Check, Outcome, Refresh
from adapters.travel.atlas.sources import BadAtlasFile
from adapters.travel.http import ProviderClient
from bot.clock import SystemClock
from bot.settings import Settings
from bot.wiring import VERSION
from core.errors import Misconfigured
from core.ports import Clock

EXIT_INCOMPLETE, EXIT_REJECTED = 1, 2
# An archive of ten years takes a while, and Overpass may compute for a minute.
TIMEOUT_S = 90.0
PER_SECOND = 1.0


def add_atlas(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the parser of `caravan`."""
    atlas = commands.add_parser("atlas", help="the built-in data: refresh it from open providers")
    actions = atlas.add_subparsers(dest="action", required=True, metavar="action")
    refresh = actions.add_parser(
        "refresh",
        help="replace fields of destination files by what open providers say",
        description="Replaces fields from Open-Meteo (climate), OpenStreetMap (opening, "
        "coordinates, fee) and Wikidata (coordinates, names, website). Needs CARAVAN_CONTACT. "
        "Afterwards compile with: make atlas",
    )
    chosen = refresh.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--destination", metavar="ID", action="append", help="may be given again")
    chosen.add_argument("--all", action="store_true", help="every destination, for days")
    refresh.add_argument(
        "--fields", metavar="LIST", default=",".join(FIELDS), help=f"of {','.join(FIELDS)}"
    )
    refresh.add_argument("--dry-run", action="store_true", help="show the diff, write nothing")
    refresh.add_argument("--again", action="store_true", help="also what was just refreshed")
    refresh.add_argument("--folder", metavar="DIR", type=Path, help="default: the atlas's own")


def refresh(
    arguments: argparse.Namespace,
    settings: Settings,
    *,
    client: ProviderClient | None = None,
    clock: Clock | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    steady: Callable[[], float] = time.monotonic,
    addresses: Addresses | None = None,
    out: TextIO | None = None,
) -> int:
    """Run the command; 0 when every provider answered and nothing was refused, else 1, or 2.

    Raises:
        Misconfigured: without a contact, which Overpass and Wikidata ask for, or without the
            checks, which come with a checkout only.
    """
    out = out or sys.stdout
    if not settings.contact:
        raise Misconfigured(
            "CARAVAN_CONTACT", "Overpass and Wikidata want an address to write to: set one"
        )
    folder = arguments.folder or Path(str(files("adapters.travel.atlas") / "destinations"))
    try:
        fields = _fields(arguments.fields)
        chosen = _chosen(folder, None if arguments.all else arguments.destination)
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_REJECTED
    clock = clock or SystemClock()
    client = client or ProviderClient(
        NoCache(),
        clock,
        user_agent=f"Caravan/{VERSION} (+{settings.contact})",
        timeout_s=TIMEOUT_S,
        retries=0,
        per_second=PER_SECOND,
    )
    work = Refresh(
        Asker(client, normals.WHO, sleep, Meter(normals.LIMITS, steady)),
        Asker(client, openstreetmap.WHO, sleep),
        Asker(client, wikidata.WHO, sleep),
        _checks(),
        clock.now().date(),
        addresses,
    )
    return asyncio.run(_all(work, client, chosen, fields, arguments, out))


async def _all(
    work: Refresh,
    client: ProviderClient,
    chosen: Sequence[Path],
    fields: Sequence[Field],
    arguments: argparse.Namespace,
    out: TextIO,
) -> int:
    whole = True
    try:
        for file in chosen:
            try:
                outcome = await work.file(file, fields, again=arguments.again)
            except BadAtlasFile as error:
                print(f"{file.stem}: {'; '.join(error.problems)}", file=out)
                whole = False
                continue
            if not arguments.dry_run and outcome.text != outcome.before:
                _write(file, outcome.text)
            _tell(outcome, arguments.dry_run, out)
            whole = whole and not outcome.failed and not outcome.refused
    finally:
        await client.aclose()
    return 0 if whole else EXIT_INCOMPLETE


def _tell(outcome: Outcome, dry_run: bool, out: TextIO) -> None:
    name = f"{outcome.slug}.yaml"
    for line in difflib.unified_diff(
        outcome.before.splitlines(), outcome.text.splitlines(), name, name, lineterm="", n=1
    ):
        print(line, file=out)
    for failure in outcome.failed:
        print(f"{outcome.slug}: {failure}; these fields stay as they are", file=out)
    for change, reason in outcome.refused:
        print(f"{outcome.slug}: refused {change.what}: {reason}", file=out)
    for note in outcome.notes:
        print(f"{outcome.slug}: {note}", file=out)
    said = "would change" if dry_run else "changed"
    print(
        f"{outcome.slug}: {len(outcome.taken)} {said}, {len(outcome.refused)} refused",
        file=out,
        flush=True,
    )


def _write(file: Path, text: str) -> None:
    """All or nothing: a broken off run leaves whole files."""
    beside = file.with_suffix(".yaml.new")
    beside.write_text(text, "utf-8")
    os.replace(beside, file)


def _fields(text: str) -> list[Field]:
    wanted = [each.strip() for each in text.split(",") if each.strip()]
    unknown = sorted(set(wanted) - set(FIELDS))
    if unknown or not wanted:
        raise ValueError(f"--fields: {', '.join(unknown) or 'none'}; choose of {', '.join(FIELDS)}")
    return [field for field in FIELDS if field in wanted]


def _chosen(folder: Path, ids: Sequence[str] | None) -> list[Path]:
    known = {file.stem: file for file in sorted(folder.glob("*.yaml"))}
    unknown = [id for id in ids or () if id not in known]
    if unknown:
        raise ValueError(f"--destination: there is no {', '.join(unknown)} in {folder}")
    return [file for id, file in known.items() if ids is None or id in ids]


def _checks() -> Check:
    """Those of tools/check_atlas.py, so that nothing is written that they would not pass."""
    try:
        from tools.atlas_checks import problems_of
    except ImportError as error:
        raise Misconfigured(
            "refresh", "the checks of the atlas are missing: run this in a checkout"
        ) from error
    return problems_of
