"""An address in quarantine, or recorded only, is not fetched again under another spelling or through a redirect."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit

from abusekit.demo.site import PracticeSite

WHY = ("--reason", "may show somebody under 18", "--seen-by", "nobody")
QUICK = ("--yes", "--delay", "0")


@pytest.mark.parametrize("way", ["quarantine", "record"])
def test_however_it_is_written_and_whatever_leads_there(
    abusekit: Abusekit, case: Path, site: PracticeSite, way: str
) -> None:
    held = f"{site.base_url}/r/0?{way}"
    if way == "quarantine":
        abusekit("capture", "--case", case, *QUICK, held.replace("http:", "HTTP:") + "#top", expect=0)
        abusekit("quarantine", "--case", case, "E0001", *WHY, expect=0)
    else:
        abusekit("record", "--case", case, held + "#top", "--yes", "--description", "a page", expect=0)
    asked = len(site.requests)
    for written in (held, held + "#again", held.replace("http:", "Http:")):
        again = abusekit("capture", "--case", case, *QUICK, written, expect=7)
        assert "never fetched by this case: see E0001" in again.err
    assert len(site.requests) == asked


def test_a_redirect_into_quarantine_leaves_nothing(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    abusekit("capture", "--case", case, *QUICK, f"{site.base_url}/r/0", expect=0)
    abusekit("quarantine", "--case", case, "E0001", *WHY, expect=0)
    again = abusekit("capture", "--case", case, *QUICK, f"{site.base_url}/r/1", expect=7)
    assert "leads to an address in quarantine or recorded only (see E0001): not kept" in again.err
    assert [one.name for one in (case / "evidence").iterdir()] == ["E0001"]


def test_a_recheck_that_leads_into_quarantine_leaves_nothing(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    abusekit("capture", "--case", case, *QUICK, f"{site.base_url}/r/1", expect=0)
    abusekit("record", "--case", case, f"{site.base_url}/r/0", "--yes", "--description", "a page", expect=0)
    ended = abusekit("recheck", "--case", case, "--delay", "0", "E0001", "--again")
    assert ended.code == 7 and "(see E0002): not kept" in ended.out
    assert sorted(one.name for one in (case / "evidence").iterdir()) == ["E0001", "E0002"]


def test_the_same_address_is_named_however_it_was_typed(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    for more in ("", "#part"):
        abusekit("capture", "--case", case, *QUICK, f"{site.base_url}/slow?ms=1{more}", expect=0)
    ended = abusekit("quarantine", "--case", case, "E0001", *WHY, expect=0)
    assert "NOT in quarantine: E0002" in ended.err
