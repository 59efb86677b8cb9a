"""The trainer as it is, and what its process used: peak memory and CPU time, as JSON in $CLIMB_BENCH_USAGE.

`npm run bench:corpus` names it as the command of its trainer profile.
"""

from climb_trainer import __main__ as program  # first: it sets the threads

import json
import os
import resource
import sys

status = program.main(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_SELF)
kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
with open(os.environ["CLIMB_BENCH_USAGE"], "w") as file:
    json.dump({"peakRssMB": round(kilobytes / 1024), "cpuSeconds": usage.ru_utime + usage.ru_stime}, file)
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)
