"""TravelPlanner (Xie et al. 2024): its tables through our ports, its rules by our own scorer."""

from benchmarks.travelplanner.run import main

__all__ = ["main"]
