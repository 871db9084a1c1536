"""`python -m benchmarks.verifier`: twelve faults, each planted into five hundred sound plans."""

from __future__ import annotations

from time import perf_counter

from core.itinerary.verify import verify
from tests.planted import FAULTS, PLANS, case


def main() -> None:
    cases = [case(seed) for seed in PLANS]
    began = perf_counter()
    alarms = sum(bool(verify(*each)) for each in cases)
    took = perf_counter() - began
    print(f"{'fault':<22}{'planted':>8}{'caught':>8}{'missed':>8}")
    for fault, kinds in FAULTS.items():
        planted = [made for each in cases if (made := fault(*each)) is not None]
        caught = sum(kinds <= {v.kind for v in verify(*made)} for made in planted)
        row = f"{len(planted):>8}{caught:>8}{len(planted) - caught:>8}"
        print(f"{fault.__name__:<22}{row}")
    print(
        f"false alarms on {len(cases)} untouched plans: {alarms}; "
        f"{took / len(cases) * 1000:.1f} ms a plan"
    )


if __name__ == "__main__":
    main()
