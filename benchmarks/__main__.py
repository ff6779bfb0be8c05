"""`python -m benchmarks [NAME…] [--rounds N] [--quick|--soak] [--keep]`: measure, and print what was reached."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import accounts, attribution, browser, capture, importers, log, startup, strangers, verify
from benchmarks.inputs import Space
from benchmarks.measure import BenchmarkError, Lines, Table, machine

Benchmark = Callable[[Space, int, str], Sequence[Table | Lines]]
BENCHMARKS: dict[str, Benchmark] = {
    "startup": startup.benchmark,
    "verify": verify.benchmark,
    "capture": capture.benchmark,
    "log": log.benchmark,
    "importers": importers.benchmark,
    "attribution": attribution.benchmark,
    "accounts": accounts.benchmark,
    "browser": browser.benchmark,
    "strangers": strangers.benchmark,
}


def main(arguments: list[str]) -> int:
    """The exit code: 0 when everything was measured, 1 when a command failed. A missed target is a result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of which the median is printed")
    sizes = parser.add_mutually_exclusive_group()
    for name, text in (
        ("tiny", "sizes that only show that it works"),
        ("quick", "small sizes"),
        ("soak", "the large sizes"),
    ):
        sizes.add_argument(f"--{name}", dest="size", action="store_const", const=name, help=text)
    parser.add_argument("--folder", type=Path, default=Path("bench-data"), help="where inputs are made")
    parser.add_argument("--keep", action="store_true", help="leave what is in the folder at the end")
    parser.add_argument("--seed", type=int, default=1, help="of attribution: how authors are split")
    parser.add_argument(
        "--attribution-data",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="transfer to other platforms",
    )
    parser.add_argument("--cohort", type=int, default=0, help="accounts of the cohort of the transfer")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if chosen.rounds < 1:
        parser.error("--rounds: at least 1")
    try:
        space = Space(chosen.folder.resolve())
    except BenchmarkError as fault:
        parser.error(str(fault))
    asked = attribution.Asked(chosen.seed, chosen.attribution_data, chosen.cohort)
    benchmarks: dict[str, Benchmark] = {
        **BENCHMARKS,
        "attribution": partial(attribution.benchmark, asked=asked),
    }
    targets = []
    print(machine())
    print(f"{chosen.rounds} rounds in turns that rotate; medians; ratios are taken inside a round")
    try:
        for name in chosen.names or BENCHMARKS:
            begun = time.perf_counter()
            for table in benchmarks[name](space, chosen.rounds, chosen.size or "usual"):
                if chosen.size == "tiny":
                    table.targets.clear()  # at these sizes every figure is that of a start
                print(table.text(), flush=True)
                targets += table.targets
            print(f"  ({name} took {time.perf_counter() - begun:.0f} s)", flush=True)
    except BenchmarkError as fault:
        print(fault, file=sys.stderr)
        return 1
    finally:
        if not chosen.keep:
            space.delete()
    missed = [target for target in targets if not target.reached]
    print(f"\n{len(targets) - len(missed)} of {len(targets)} targets reached; at the end: {machine()}")
    for target in missed:
        print(target.line())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
