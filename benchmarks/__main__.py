"""`make bench`: what the README quotes, measured on this machine.

python -m benchmarks [--quick] [--rounds N] [light] [slack] [planner] [verifier] [group]
    [notices] [travelplanner]

TravelPlanner's tables stay outside of this repository: TRAVELPLANNER_TABLES names their folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys

from benchmarks import group, light, notices, planner, slack, verifier

ALL = ["light", "slack", "planner", "verifier", "group", "notices", "travelplanner"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--quick", action="store_true", help="smaller, for a first look")
    parser.add_argument("--rounds", type=int, default=1, help="of the light benchmark")
    parser.add_argument("what", nargs="*", default=ALL)
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    if "light" in asked.what:
        print("## A message\n")
        print(light.main(quick=asked.quick, rounds=asked.rounds), flush=True)
    if "slack" in asked.what:
        print("\n## Slack\n")
        slack.main(["--seconds", "5", "--each", "3"] if asked.quick else [])
    if "planner" in asked.what:
        print("\n## The planner\n")
        planner.main(["--seconds", "5", "--towns", "2"] if asked.quick else [])
    if "verifier" in asked.what:
        print("\n## The verifier\n")
        verifier.main()
    if "group" in asked.what:
        print("\n## Groups: valid plans, and the worst-off\n")
        group.main(["--parties", "20"] if asked.quick else [])
    if "notices" in asked.what:
        print("\n## Notices\n", flush=True)
        few = "--due 5000 --trips 1000 10000 --people 100 --days 60".split()
        notices.main(few if asked.quick else [])
    if "travelplanner" in asked.what:
        print("\n## TravelPlanner, training split, offline\n")
        _travelplanner(os.environ.get("TRAVELPLANNER_TABLES", ""))
    return 0


def _travelplanner(folder: str) -> None:
    if not folder:
        print("left out: TRAVELPLANNER_TABLES is not set (see benchmarks/README.md)")
        return
    from benchmarks import travelplanner

    travelplanner.main([folder])


if __name__ == "__main__":
    sys.exit(main())
