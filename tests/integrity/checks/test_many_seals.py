"""A case can hold very many seal folders: the time is in step with their number."""

from __future__ import annotations

import time
from pathlib import Path

from abusekit.integrity.checks.sealcheck import check_seals
from abusekit.integrity.checks.stampcheck import check_stamps
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.timestamps.stamps import Stamps
from abusekit.integrity.trust import Trust

COUNT = 6_000
"""As many took 4 s of CPU where every folder was looked for among the files of all."""
TEXT = (
    "abusekit/case/12345678-1234-1234-1234-123456789abc\n{size}\n" + "A" * 43 + "=\n"
    "root-sha256 " + "0" * 64 + "\nhead-sha256 " + "0" * 64 + "\nlog-sha256 " + "0" * 64 + "\n"
    "manifest-sha256 " + "0" * 64 + "\nsealed-at 2026-11-20T21:00:00.000000Z\ntool abusekit/0.1.0\n"
)


def test_seals_in_step_with_their_number(tmp_path: Path) -> None:
    sizes = list(range(100_000, 100_000 + COUNT))
    for size in sizes:
        folder = tmp_path / f"seals/{size:06}"
        folder.mkdir(parents=True)
        (folder / "seal.txt").write_text(TEXT.format(size=size))
    present = {f"seals/{size:06}/seal.txt" for size in sizes}
    view = LogView()
    start = time.process_time()
    findings = check_seals(tmp_path, present, sizes, view, Trust(), Stamps())
    check_stamps(tmp_path, present, view, Trust())
    took = time.process_time() - start
    assert sum(f.message.startswith("covers ") for f in findings) == COUNT
    assert took < 2, f"{took:.1f} s"
