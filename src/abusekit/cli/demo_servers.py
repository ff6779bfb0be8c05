"""What the practice needs beside its site: two time-stamp authorities and two time servers, on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.demo.timestamp_authority import TimeStampAuthorityServer

NAMES = ("local-a", "local-b")


class Servers(NamedTuple):
    """They run while the context does."""

    authorities: tuple[TimeStampAuthorityServer, ...]
    time_servers: str
    """As in ABUSEKIT_NTP."""

    def write_roots(self, folder: Path) -> list[Path]:
        """The authorities' root certificates as files `NAME-root.pem`, for `authority add --root`."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for one in self.authorities:
            path = folder / f"{one.name}-root.pem"
            path.write_bytes(one.root_pem)
            paths.append(path)
        return paths

    def register(self, folder: Path) -> None:
        """Trust them in a folder of authorities, and ask them by default. Raises UsageError."""
        from abusekit.integrity.timestamps import authorities

        for one in self.authorities:
            authorities.add(folder, one.name, one.url, one.root_pem, "practice only")
        authorities.set_defaults(folder, [one.name for one in self.authorities])


class Ending:
    """Waits until the person, or the system, ends the program."""

    def wait(self) -> None:
        import threading

        with suppress(KeyboardInterrupt):
            threading.Event().wait()


@contextmanager
def ending_by_signal() -> Iterator[Ending]:
    """SIGTERM ends it as Ctrl-C does, so that what is made for the run is removed."""
    import signal

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield Ending()
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def practice_servers() -> Iterator[Servers]:
    from abusekit.demo.time_server import LoopbackTimeServer
    from abusekit.demo.timestamp_authority import TimeStampAuthorityServer

    with ExitStack() as running:
        stamping = tuple(running.enter_context(TimeStampAuthorityServer(name)) for name in NAMES)
        clocks = [running.enter_context(LoopbackTimeServer()) for _ in NAMES]
        yield Servers(stamping, " ".join(clock.address for clock in clocks))
