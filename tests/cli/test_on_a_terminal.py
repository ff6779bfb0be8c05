"""What only shows on a terminal: progress, prompts that hide what is typed."""

from __future__ import annotations

from pathlib import Path

from capture_lists import captured
from command_runner import Abusekit, typed_on_a_terminal

from abusekit.demo.site import PracticeSite


def test_a_bulk_run_shows_how_far_it_is(
    abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path
) -> None:
    addresses = [f"{site.base_url}/pages/{n}" for n in range(1, 9)] + [site.base_url + "/error"]
    (tmp_path / "urls.txt").write_text("\n".join(addresses))
    abusekit.environment["TERM"] = "xterm"
    code, seen = typed_on_a_terminal(
        abusekit, ("capture", "--case", "case", "--delay", "0.05", "--from", "urls.txt"), []
    )
    assert code == 7, seen
    assert "9/9" in seen and "8 complete" in seen and "1 http-error" in seen and "not complete:" in seen
    assert len(captured(case)) == 9


def test_no_colour_is_honoured(abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(site.base_url + "/pages/1\n")
    abusekit.environment |= {"TERM": "xterm-256color", "NO_COLOR": "1"}
    code, seen = typed_on_a_terminal(abusekit, ("capture", "--case", "case", "--from", "urls.txt"), [])
    assert code == 0 and "\x1b[3" not in seen


def test_verify_shows_how_far_it_is(abusekit: Abusekit, full_case: Path) -> None:
    code, seen = typed_on_a_terminal(abusekit, ("verify", "case"), [])
    assert code == 0 and "checking 100 %" in seen and "VERIFIED" in seen
    code, seen = typed_on_a_terminal(abusekit, ("verify", "case", "--quiet"), [])
    assert code == 0 and "checking" not in seen


def test_a_passphrase_is_asked_and_not_shown(abusekit: Abusekit, case: Path) -> None:
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    secret = "typed by hand"
    code, seen = typed_on_a_terminal(abusekit, ("key", "create", "me"), [secret, secret])
    assert code == 0 and secret not in seen and "SHA256:" in seen
    code, seen = typed_on_a_terminal(abusekit, ("seal", "--case", "case"), ["a wrong one"])
    assert code == 2 and "does not open" in seen
    code, seen = typed_on_a_terminal(abusekit, ("seal", "--case", "case"), [secret])
    assert code == 0 and secret not in seen and "sealed" in seen
    abusekit("verify", case, expect=0)
