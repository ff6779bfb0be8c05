"""`python -m abusekit` and the command `abusekit`."""

from __future__ import annotations

import sys


def main() -> None:
    from abusekit.cli.boundary import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
