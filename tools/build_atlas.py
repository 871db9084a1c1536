"""Compile the atlas: `python tools/build_atlas.py` writes `adapters/travel/atlas/atlas.jsonl`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.travel.atlas.atlas import COMPILED
from adapters.travel.atlas.sources import BadAtlasFile, compile_atlas

TARGET = Path(__file__).resolve().parents[1] / "adapters/travel/atlas" / COMPILED


def main() -> int:
    """Write the compiled atlas; leave the old one in place when a file is wrong."""
    try:
        compiled = compile_atlas()
    except BadAtlasFile as error:
        print(error, file=sys.stderr)
        return 1
    TARGET.write_bytes(compiled)
    records = compiled.count(b"\n") - 1
    print(f"{COMPILED}: {records} records, {len(compiled) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
