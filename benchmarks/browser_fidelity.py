"""What each recorder holds of one visit to the fullest page of the practice site."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.browser_programs import FULL, PEERS, browser, playwright
from benchmarks.browser_share import (
    HEAD,
    Kept,
    Share,
    kept_by_events,
    kept_in_har,
    kept_in_waczs,
    sent_by,
    share,
)
from benchmarks.inputs import Space
from benchmarks.measure import BenchmarkError, Lines, Target

OURS, FALLBACK = "abusekit", "abusekit --recorder decoded"
Visitor = Callable[[str, Path | None], list[Kept]]


def fidelity(space: Space, folder: Path, scheme: str, *, alone: bool) -> Lines:
    """One visit of the practice site's fullest page by each recorder."""
    from abusekit.demo.authority import LocalAuthority
    from abusekit.demo.site import PracticeSite

    authority = None
    if scheme == "https":
        authority = LocalAuthority.make(folder / "authority", now=datetime.now(UTC))
    found: dict[str, Share] = {}
    recorders = _recorders(space, folder, alone=alone)
    for name, visit in recorders.items():  # each with a site of its own: nothing of another's is counted
        with PracticeSite(authority=authority, log_bytes=True) as site:
            kept = visit(f"{site.base_url}/everything", site.ca_file)
        found[name] = share(sent_by(site.wire_log.exchanges() if site.wire_log else ()), kept)
    width = max(map(len, found))
    table = Lines(f"Answers of one page with everything on it, {scheme}", [f"{'':{width}}  {HEAD}"])
    table.lines += [one.row(name, width) for name, one in found.items()]
    ours = found[OURS]
    for what in ("recorded", "right", "exact"):
        value = getattr(ours, what) / ours.answered
        table.targets.append(Target(f"{what} ÷ answered: {OURS}", value, 1.0, least=True))
    table.notes += [f"{name}: {remark}" for name, one in found.items() for remark in one.remarks()]
    return table


def _recorders(space: Space, folder: Path, *, alone: bool) -> dict[str, Visitor]:
    def ours(recorder: str) -> Visitor:
        def visit(url: str, ca_file: Path | None) -> list[Kept]:
            case = space.case("browser/case")
            allow = ["--allow-network", "127.0.0.1/32", "--allow-network", "::1/128"]
            space.abusekit("settings", "change", "--case", case, *allow, "--reason", "loopback", "--quiet")
            trust = ["--ca-file", str(ca_file)] if ca_file else []
            space.abusekit(
                "capture", "--case", case, "--engine", "browser", "--recorder", recorder, "--quiet", "--yes",
                *trust, url,
            )  # fmt: skip
            return list(kept_in_waczs(case.glob("evidence/*/capture.wacz")))

        return visit

    def theirs(what: str, read: Callable[[Path], object]) -> Visitor:
        def visit(url: str, _ca_file: Path | None) -> list[Kept]:
            out = folder / f"{what}.json"
            argv = [playwright(), str(PEERS), what, url, "--out", str(out), "--browser", browser(FULL)]
            ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
            if ended.returncode != 0:
                raise BenchmarkError(f"playwright {what}: {ended.stderr[-800:]}")
            return list(read(out))  # type: ignore[call-overload, no-any-return]

        return visit

    recorders = {OURS: ours("netlog"), FALLBACK: ours("decoded")}
    if not alone:
        recorders["playwright response.body()"] = theirs("bodies", kept_by_events)
        recorders["playwright HAR"] = theirs("har", kept_in_har)
    return recorders
