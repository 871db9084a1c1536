"""`make bench`: what the README quotes, measured on this machine.

python -m benchmarks [--quick] [--rounds N] [light] [planner]
"""

from __future__ import annotations

import argparse
import platform
import sys

from benchmarks import light, planner


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--quick", action="store_true", help="smaller, for a first look")
    parser.add_argument("--rounds", type=int, default=1, help="of the light benchmark")
    parser.add_argument("what", nargs="*", default=["light", "planner"])
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    if "light" in asked.what:
        print("## A message\n")
        print(light.main(quick=asked.quick, rounds=asked.rounds), flush=True)
    if "planner" in asked.what:
        print("\n## The planner\n")
        planner.main([] if not asked.quick else ["--quick"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
