"""`make bench`: run every measure, print it, and write `build/bench.json`.

python -m bench            all of them
python -m bench submit     one of them (submit, vault, index, log, http, ...)
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import http, index, log, reports, startup, submit, vault

MEASURES: dict[str, Callable[[], dict[str, dict[str, object]]]] = {
    "submit": submit.run,
    "http": http.run,
    "index": index.run,
    "log": log.run,
    "reports": reports.run,
    "startup": startup.run,
    "vault": vault.run,
}


def main() -> None:
    """Run the measures that were named, or all."""
    wanted = sys.argv[1:] or list(MEASURES)
    results: dict[str, dict[str, object]] = {}
    for name in wanted:
        start = time.perf_counter()
        print(f"measuring {name} ...", file=sys.stderr)
        results |= MEASURES[name]()
        print(f"  took {time.perf_counter() - start:.0f} s", file=sys.stderr)
    width = max(map(len, results))
    for key, found in results.items():
        print(f"{key:<{width}}  {found['value']:>10}  {found['unit']}")
    target = Path("build/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
