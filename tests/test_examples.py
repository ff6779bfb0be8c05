"""The scripts in examples/ and the commands of the README, run for real."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from abusekit.demo.chat import whatsapp_zip
from abusekit.demo.site import PracticeSite

INIT = (
    "init",
    "mycase",
    "--yes",
    "--ref",
    "OP-1",
    "--producer",
    "PO:Producer One:volunteer",
    "--timezone",
    "Europe/London",
)


@pytest.fixture
def site() -> Iterator[PracticeSite]:
    with PracticeSite() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ABUSEKIT_")}
    return {
        **inherited,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ABUSEKIT_KEYS": str(tmp_path / "keys"),
        "ABUSEKIT_STATE": str(tmp_path / "state"),
        "ABUSEKIT_PROFILES": str(tmp_path / "profiles"),
        "ABUSEKIT_PASSPHRASE": "a passphrase for the tests",
        "ABUSEKIT_NTP": "none",
        "ABUSEKIT_ENGINE": "http",  # the tour of the README has the browser; it takes seconds for each address
    }


def run(
    words: list[str] | tuple[str, ...], cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=120,
    )


def five_minutes(project: Path) -> list[str]:
    """The command lines of the README's tour."""
    text = (project / "README.md").read_text("utf-8")
    block = re.search(r"## Five minutes\n\n```\n(.*?)```", text, re.S)
    assert block, "the tour is gone from the README"
    return block[1].strip().splitlines()


def test_the_tour_of_the_readme(
    project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]
) -> None:
    """In order, in an empty folder, with the browser; the practice site stands in for the web."""
    environment["ABUSEKIT_ENGINE"] = "browser"
    samples = site.write_samples(tmp_path / "photos")
    (tmp_path / "urls.txt").write_text("".join(f"{site.base_url}/pages/{n}\n" for n in (1, 2)))
    lines = five_minutes(project)
    (tmp_path / "WhatsApp Chat with Sam.zip").write_bytes(whatsapp_zip(b"\xff\xd8\xff\xe0"))
    assert len(lines) == 12 and all(line.startswith("abusekit ") for line in lines)
    seen = ""
    for line in lines:
        words = shlex.split(line.replace("https://example.org/post/1", site.post_url(5001)), comments=True)
        if words[1] in ("capture", "recheck"):
            words += ["--allow-private", "--delay", "0"]
        done = run(words, tmp_path, environment)
        assert done.returncode == 0, (line, done)
        seen += done.stdout
    assert "VERIFIED" in seen and "NOT VERIFIED" not in seen
    assert (
        len(list((tmp_path / "mycase/evidence").iterdir()))
        == 3 + 3 + len(list(samples.urls.parent.iterdir())) + 1 + 1
    )
    assert len({path.parent for path in (tmp_path / "mycase/evidence").glob("*/page*.png")}) == 6
    assert "OP-1" in (tmp_path / "timeline.html").read_text()


def test_other_commands_of_the_readme_parse(
    project: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Those in running text: what they name exists."""
    text = (project / "README.md").read_text("utf-8")
    found = set(re.findall(r"`abusekit ([^`]+)`", text)) - {"verify", "list"}
    assert len(found) >= 2
    for line in found:
        words = shlex.split(re.sub(r">>.*", "", line))
        done = run(["abusekit", *words], tmp_path, environment)
        assert done.returncode in (0, 3, 4), (
            line,
            done,
        )  # 3 and 4: the case and the file it names are not here
        assert "no such option" not in done.stderr.lower()


def test_bulk_capture(project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]) -> None:
    """A list with failures: they are tried again, and those that still fail are left in a file."""
    run(("abusekit", *INIT), tmp_path, environment)
    good, late, lost = f"{site.base_url}/pages/1", site.post_url(5007), f"{site.base_url}/error"
    (tmp_path / "urls.txt").write_text(f"{good}\n{late}\n{lost}\n")
    site.delete(5007)  # 410 at first …
    script = project / "examples" / "bulk_capture.sh"
    options = ["--", "--allow-private", "--delay", "0", "--no-requisites"]
    done = run(
        ["bash", str(script), "mycase", "urls.txt", "failed.txt", "2", "0", *options], tmp_path, environment
    )
    assert done.returncode == 7, done
    assert (tmp_path / "failed.txt").read_text().split() == [late, lost]
    assert "try 1 of 2: 2 addresses failed; waiting 0 s" in done.stderr
    asked = [seen.target for seen in site.requests]
    assert asked.count("/error") == 2 and asked.count("/pages/1") == 1
    (tmp_path / "good.txt").write_text(f"{good}\n")
    done = run(
        ["bash", str(script), "mycase", "good.txt", "failed.txt", "2", "0", *options], tmp_path, environment
    )
    assert done.returncode == 0 and (tmp_path / "failed.txt").read_text() == ""
    done = run(["bash", str(script), "nocase", "good.txt", "failed.txt", "3", "0"], tmp_path, environment)
    assert done.returncode == 3 and done.stderr.count("no case here") == 1, (
        "what waiting does not mend is not retried"
    )
    for words in ((), ("mycase", "urls.txt")):
        done = run(["bash", str(script), *words], tmp_path, environment)
        assert done.returncode == 2 and done.stderr.startswith("usage: bulk_capture.sh CASE URLS FAILED")


def test_a_stopped_bulk_capture_still_knows_what_failed(
    project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]
) -> None:
    """Run again, it tries what failed in the run that was stopped."""
    run(("abusekit", *INIT), tmp_path, environment)
    lost = f"{site.base_url}/error"
    (tmp_path / "urls.txt").write_text(f"{lost}\n")
    run(
        ("abusekit", "capture", "--case", "mycase", "--allow-private", "--from", "urls.txt"),
        tmp_path,
        environment,
    )
    script = project / "examples" / "bulk_capture.sh"
    done = run(
        ["bash", str(script), "mycase", "urls.txt", "failed.txt", "2", "0", "--", "--allow-private"],
        tmp_path,
        environment,
    )
    assert done.returncode == 7 and (tmp_path / "failed.txt").read_text() == lost + "\n"
    assert [seen.target for seen in site.requests] == ["/error", "/error"]


def test_recheck_due(project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]) -> None:
    """Nothing is due; then nothing changed; then a post is gone and another shows a wall."""
    script = project / "examples" / "recheck_due.sh"
    options = ["--allow-private", "--delay", "0"]
    run(("abusekit", *INIT), tmp_path, environment)
    gone, walled = site.post_url(5007), site.post_url(5003)
    run(("abusekit", "capture", "--case", "mycase", gone, walled, *options), tmp_path, environment)

    def recheck(days: str, *more: str) -> subprocess.CompletedProcess[str]:
        return run(
            ["bash", str(script), "mycase", days, "report.json", *options, *more], tmp_path, environment
        )

    done = recheck("7")
    assert (done.returncode, done.stdout) == (0, ""), done
    assert '"skipped":2' in (tmp_path / "report.json").read_text()
    done = recheck("0")
    assert (done.returncode, done.stdout) == (0, ""), done
    site.require_login("/post/5003")
    done = recheck("0", "--again")
    assert done.returncode == 7 and done.stdout == "E0004 -> E0006  login-wall\n", done
    site.delete(5007)
    done = recheck("0", "--again")
    assert done.returncode == 10 and "E0005 -> E0007  deleted\n" in done.stdout, done
    done = run(["bash", str(script), "nocase", "7", "report.json"], tmp_path, environment)
    assert done.returncode == 3 and "no case here" in done.stderr
    assert run(["bash", str(script), "mycase"], tmp_path, environment).returncode == 2


def needed(done: subprocess.CompletedProcess[str]) -> str:
    """What the gate says behind the verdict."""
    return done.stdout.partition("BEFORE IT IS HANDED OVER")[2]


def test_check_before_submission(
    project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]
) -> None:
    script = ["bash", str(project / "examples" / "check_before_submission.sh"), "mycase", "out"]
    run(("abusekit", *INIT), tmp_path, environment)
    steps = (
        ("capture", site.post_url(5001), "--allow-private"), ("capture", site.post_url(4999), "--allow-private"),
        ("note", "He stood at the gate."), ("add", "letter.txt"), ("key", "create", "me"), ("seal",),
    )  # fmt: skip
    (tmp_path / "letter.txt").write_text("a letter to 12 Elm Street")
    (tmp_path / "mycase/private/leak-words.txt").write_text("12 Elm Street\n")
    environment = {**environment, "ABUSEKIT_CASE": "mycase"}
    codes = [run(("abusekit", *step), tmp_path, environment).returncode for step in steps]
    assert codes == [0, 7, 0, 0, 0, 0]
    done = run(script, tmp_path, environment)
    assert done.returncode == 7, done
    for text in (
        "VERIFIED",
        "E0002 exhibit PO/2: the capture ended as http-error",
        "E0003 exhibit PO/3: a diary entry that nobody has confirmed",
        "E0004 exhibit PO/4: personal: ",
        "E0004 exhibit PO/4: a file that was handed over",
    ):
        assert text in done.stdout
    assert "Elm" not in done.stdout
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"check.txt", "timeline.html", "timeline.csv"}
    for step in (
        ("withdraw", "E0002", "--reason", "gone"), ("verify-note", "E0003", "--by", "the victim"),
        ("corroborate", "E0004", "--by", "E0003", "--reason", "both tell of it"), ("seal",),
    ):  # fmt: skip
        assert run(("abusekit", *step), tmp_path, environment).returncode == 0
    done = run(script, tmp_path, environment)
    assert (
        done.returncode == 7
        and "http-error" not in needed(done)
        and "nobody has confirmed" not in needed(done)
    )
    letter = next((tmp_path / "mycase/evidence/E0004").glob("file*"))
    letter.chmod(0o600)
    letter.write_text("A letter to 12 Elm Street")
    done = run(script, tmp_path, environment)
    assert done.returncode == 1 and "E0004 exhibit PO/4" in done.stdout


def test_only_the_newest_capture_of_an_address_counts(
    project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]
) -> None:
    script = ["bash", str(project / "examples" / "check_before_submission.sh")]
    done = run([*script, "mycase"], tmp_path, environment)
    assert done.returncode == 2 and done.stderr.startswith("usage: check_before_submission.sh CASE OUT")
    run(("abusekit", *INIT), tmp_path, environment)
    environment = {**environment, "ABUSEKIT_CASE": "mycase"}
    gone, slow = site.post_url(5007), f"{site.base_url}/slow?ms=1500"
    steps = (
        ("capture", slow, "--allow-private", "--time-limit", "1"), ("capture", slow, "--allow-private"),
        ("capture", gone, "--allow-private"), ("key", "create", "me"), ("seal",),
    )  # fmt: skip
    codes = [run(("abusekit", *step), tmp_path, environment).returncode for step in steps]
    assert codes == [7, 0, 0, 0, 0]
    done = run([*script, "mycase", "out"], tmp_path, environment)
    assert done.returncode == 7 and "the capture ended as" not in needed(done), done
    site.delete(5007)
    for step in (("capture", gone, "--allow-private"), ("seal",)):
        run(("abusekit", *step), tmp_path, environment)
    done = run([*script, "mycase", "out"], tmp_path, environment)
    assert re.search(
        r"E0004 exhibit PO/4: the newest look could not tell .* it was there in E0003", needed(done)
    )


def test_what_is_gone_or_in_quarantine_is_settled(
    project: Path, tmp_path: Path, site: PracticeSite, environment: dict[str, str]
) -> None:
    script = ["bash", str(project / "examples" / "check_before_submission.sh"), "mycase", "out"]
    run(("abusekit", *INIT), tmp_path, environment)
    environment = {**environment, "ABUSEKIT_CASE": "mycase"}
    gone, held = site.post_url(5007), site.post_url(5003)
    allowed = ("--allow-private", "--delay", "0")
    run(("abusekit", "capture", gone, held, *allowed), tmp_path, environment)
    site.delete(5007)
    for step in (
        ("recheck", "E0001", *allowed), ("quarantine", "E0002", "--reason", "to be looked at", "--seen-by", "PO"),
        ("key", "create", "me"), ("seal",),
    ):  # fmt: skip
        assert run(("abusekit", *step), tmp_path, environment).returncode == 0, step
    done = run(script, tmp_path, environment)
    assert "E0002 exhibit PO/2: in quarantine since" in needed(done)
    assert "recheck" not in needed(done).partition("EVIDENCE")[0].split("grade  ")[0]
    assert "the capture ended as" not in needed(done) and "E0001 exhibit PO/1: grade D" in needed(done)


def test_hand_over(project: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    """From one person's folder to another's and back, as the script says."""
    script = ["bash", str(project / "examples" / "hand_over.sh")]
    run(("abusekit", *INIT), tmp_path, environment)
    (tmp_path / "letter.txt").write_text("a letter")
    (tmp_path / "mycase/private/more.txt").write_text("where I am safe")
    for step in (("add", "--case", "mycase", "letter.txt"), ("key", "create", "me")):
        assert run(("abusekit", *step), tmp_path, environment).returncode == 0
    words = [*script, "mycase", "my stick", "DC 1234 Smith, Anytown Police", "for the investigation"]
    done = run([*words, "--key", "me", "--place", "evidence store 7"], tmp_path, environment)
    assert done.returncode == 0 and done.stdout.endswith("VERIFIED\n"), done
    stick = tmp_path / "my stick"
    assert {path.name for path in stick.iterdir()} == {
        "case", "handover.json", "handover.html", "handover.txt", "verify.txt",
    }  # fmt: skip
    assert b"where I am safe" not in b"".join(p.read_bytes() for p in stick.rglob("*") if p.is_file())
    theirs = {
        **environment,
        "ABUSEKIT_KEYS": str(tmp_path / "officer"),
        "ABUSEKIT_STATE": str(tmp_path / "s2"),
    }
    assert run(("abusekit", "key", "create", "me"), tmp_path, theirs).returncode == 0
    receive = ("abusekit", "custody", "receive")
    done = run((*receive, "handover.json", "--case", "case", "--out", "back.json"), stick, theirs)
    assert done.returncode == 7 and "whose key is SHA256:" in done.stderr, done  # nobody told her yet
    done = run((*receive, str(stick / "back.json"), "--case", "mycase"), tmp_path, environment)
    assert done.returncode == 0, done
    again = run(words, tmp_path, environment)
    assert again.returncode == 2 and "something already" in again.stderr
    assert run(script, tmp_path, environment).returncode == 2
    letter = next((tmp_path / "mycase/evidence/E0001").glob("file*"))
    letter.chmod(0o600)
    letter.write_text("A letter")
    done = run([*script, "mycase", "other", "x", "y"], tmp_path, environment)
    assert done.returncode == 1 and not (tmp_path / "other").exists()
