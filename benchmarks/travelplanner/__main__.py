"""python -m benchmarks.travelplanner <folder of the tables> [--queries FILE] [--json FILE]"""

from benchmarks.travelplanner.run import main

main()
