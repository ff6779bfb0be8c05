"""A case of 20 lines made by hand, from docs/case-format.md alone: do stock tools and our reader agree?

Nothing of abusekit writes here: `json`, `hashlib` and `ssh-keygen` make the case (settings changed, an item
withdrawn, two seals, in one form a line erased). Then `sha256sum -c`, `head -n N | sha256sum`, the chain by
hand and `ssh-keygen -Y verify` are asked the same questions as our reader, over honest and spoiled copies.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from abusekit.integrity.findings import WRONG, Status
from abusekit.integrity.keys.signers import read_signers
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case

CASE = "eb1445c3-7a12-4efd-bd22-a3d0c9e75caa"
ERASED = 3


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def spell(value: dict[str, Any]) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def leaf(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


class Scribe:
    """Writes a case with nothing but the page that describes it."""

    def __init__(self, root: Path, key: Path) -> None:
        self.root, self.key = root, key
        self.lines: list[bytes] = []
        self.files: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.gone: set[int] = set()
        for folder in ("settings", "custody", "evidence", "seals"):
            (root / folder).mkdir(parents=True)

    def store(self, path: str, data: bytes) -> dict[str, Any]:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_bytes(data)
        self.files[path] = sha256(data)
        return {"path": path, "sha256": sha256(data), "size": len(data)}

    def log(self, do: str, by: str = "PO", **facts: Any) -> None:
        n = len(self.lines)
        entry = {
            "n": n, "prev": leaf(self.lines[-1]).hex() if n else "0" * 64,
            "at": f"2026-11-22T07:{n:02}:00.000000Z", "do": do, "by": by, "salt": sha256(b"salt%d" % n)[:32],
            **facts,
        }  # fmt: skip
        self.lines.append(spell(entry))
        name = "log.redacted" if self.gone else "log.jsonl"
        (self.root / "custody" / name).write_bytes(self.standing())

    def standing(self) -> bytes:
        """The log as it stands: hashes in the place of lines that are gone."""
        shown = [leaf(x).hex().encode() if n in self.gone else x for n, x in enumerate(self.lines)]
        return b"".join(line + b"\n" for line in shown)

    def erase(self, line: int, item: str) -> None:
        """Its files, and the lists of the seals that name them, go with the line."""
        lists = [path for path in sorted(self.files) if path.endswith(("/manifest-sha256.txt", "/salt.txt"))]
        for path in [*lists, *(path for path in self.files if path.startswith(f"evidence/{item}/"))]:
            (self.root / path).unlink()
            del self.files[path]
        (self.root / "evidence" / item).rmdir()
        (self.root / "custody/log.jsonl").unlink()
        self.gone.add(line)
        self.log(
            "line.erase", line=line, item=item, reason="it has to go", authority="an order of the court", removed=lists,
            tally={"items": 9, "exhibits": {"po": 6}},
        )  # fmt: skip

    def settings(self, number: int, reference: str) -> dict[str, Any]:
        text = (
            f"format: abusekit-settings/1\ncase: {CASE}\nreference: {reference}\nzone: Europe/London\n"
            "exhibit_style: '{initials}/{n}'\nproducers:\n- {initials: PO, name: Producer One, role: victim}\n"
            "- {initials: AB, name: Another Body, role: officer}\n"
        ).encode()
        (self.root / "case.yaml").write_bytes(text)
        return self.store(f"settings/{number:04}.yaml", text)

    def item(self, by: str, kind: str, name: str, data: bytes) -> None:
        number = sum(self.counts.values()) + 1
        self.counts[by] = self.counts.get(by, 0) + 1
        id_, exhibit = f"E{number:04}", f"{by}/{self.counts[by]}"
        about = {
            "format": "abusekit-item/1", "case": CASE, "id": id_, "exhibit": exhibit, "kind": kind,
            "at": f"2026-11-22T07:{len(self.lines):02}:00.000000Z", "local": "2026-11-22T07:00:00+00:00",
            "zone": "Europe/London",
            "clock_offset_ms": None, "who": by, "role": "victim", "tool": {"name": "by hand"},
            "source": {"name": name}, "method": {}, "outcome": "complete",
            "files": [{"name": name, "size": len(data), "sha256": sha256(data), "media_type": "text/plain",
                       "role": "original"}],
            "facts": {}, "dated": [], "limits": [], "problems": [], "legs": None, "fidelity": "exact",
        }  # fmt: skip
        files = [
            self.store(f"evidence/{id_}/item.json", spell(about) + b"\n"),
            self.store(f"evidence/{id_}/{name}", data),
        ]
        tally = {"items": number, "exhibits": {who.lower(): n for who, n in self.counts.items()}}
        self.log(
            "item.add", by, item=id_, exhibit=exhibit, kind=kind, outcome="complete", files=files, tally=tally
        )

    def seal(self) -> None:
        n = len(self.lines)
        folder = f"seals/{n:06}"
        (self.root / folder).mkdir()
        covered = dict(self.files)
        salt = self.store(f"{folder}/salt.txt", sha256(b"seal salt %d" % n).encode() + b"\n")
        covered[f"{folder}/salt.txt"] = salt["sha256"]
        listing = "".join(f"{covered[path]}  {path}\n" for path in sorted(covered)).encode()
        manifest = self.store(f"{folder}/manifest-sha256.txt", listing)
        top = tree([leaf(line) for line in self.lines])
        text = (
            f"abusekit/case/{CASE}\n{n}\n{base64.b64encode(top).decode()}\nroot-sha256 {top.hex()}\n"
            f"head-sha256 {leaf(self.lines[-1]).hex()}\n"
            f"log-sha256 {sha256(self.standing())}\n"
            f"manifest-sha256 {sha256(listing)}\nsealed-at 2026-11-22T07:{n:02}:30.000000Z\ntool hand/1\n"
        ).encode()
        stated = self.store(f"{folder}/seal.txt", text)
        self.log("seal.add", seal=n, files=[salt, manifest, stated])
        signed = subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-f", self.key, "-n", "abusekit-seal-v1"],
            input=text, capture_output=True, check=True,
        ).stdout  # fmt: skip
        shown = subprocess.run(["ssh-keygen", "-lf", self.key], capture_output=True, check=True, text=True)
        signature = self.store(f"{folder}/seal.txt.me.sig", signed)
        self.log("seal.sign", seal=n, signer=shown.stdout.split()[1], files=[signature])


@dataclass(frozen=True, slots=True)
class HandMade:
    root: Path
    signers: Path


def make(folder: Path, *, erase: bool) -> HandMade:
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signers = folder / "allowed_signers"
    signers.write_text("me " + (folder / "key.pub").read_text())
    scribe = Scribe(folder / "case", key)
    scribe.log("case.create", case=CASE, format="abusekit-log/1", files=[scribe.settings(1, "OP-1")])
    for n in range(1, 7):  # lines 1 to 6
        scribe.item("PO", "file", f"photo{n}.txt", f"photo {n}".encode())
    scribe.log("item.tag", item="E0001", tags=["threat"], removed=[], reason="")
    scribe.seal()  # N = 8, lines 8 and 9
    scribe.log("settings.change", files=[scribe.settings(2, "OP-1/b")], reason="a new reference")
    for n in range(7, 9):
        scribe.item("AB", "file", f"letter{n}.txt", f"letter {n}".encode())
    scribe.item("AB", "note", "note.txt", "he stood outside, ‘again’\n".encode())  # line 13
    scribe.log("item.withdraw", "AB", item="E0002", reason="a wrong file")
    scribe.log("custody.store", "AB", item="E0007", place="safe 3", reason="")
    if erase:
        scribe.erase(ERASED, "E0003")
    else:
        scribe.log("item.tag", item="E0003", tags=["other"], removed=[], reason="")
    scribe.log("item.verify", "AB", item="E0009", verified_by="AB", comment="")
    scribe.seal()  # N = 18, lines 18 and 19
    assert len(scribe.lines) == 20
    return HandMade(scribe.root, signers)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> HandMade:
    return make(tmp_path_factory.mktemp("whole"), erase=False)


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> HandMade:
    return make(tmp_path_factory.mktemp("erased"), erase=True)


def read(made: HandMade) -> Verdict:
    return verify_case(made.root, Question(trust=Trust(read_signers(made.signers.read_bytes()))))


def shell(made: HandMade, command: str) -> bool:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=made.root, capture_output=True, check=False
    )
    return done.returncode == 0


def strangers(made: HandMade) -> dict[str, bool]:
    """Every question of the last pages of the format, asked with stock tools."""
    answers: dict[str, bool] = {}
    (log,) = (f"custody/{path.name}" for path in (made.root / "custody").glob("log.*"))
    for folder in sorted((made.root / "seals").iterdir()):
        d, n = f"seals/{folder.name}", int(folder.name)
        sig = f"-n abusekit-seal-v1 -s {d}/seal.txt.me.sig < {d}/seal.txt"
        answers |= {
            f"files {n}": shell(made, f"sha256sum --strict -c {d}/manifest-sha256.txt"),
            f"manifest {n}": shell(
                made, f'[ "$(sha256sum < {d}/manifest-sha256.txt | cut -c1-64)" = '
                f'"$(sed -n "s/^manifest-sha256 //p" {d}/seal.txt)" ]',
            ),
            f"log {n}": shell(
                made, f'[ "$(head -n {n} {log} | sha256sum | cut -c1-64)" = '
                f'"$(sed -n "s/^log-sha256 //p" {d}/seal.txt)" ]',
            ),
            f"head {n}": shell(
                made, f"""[ "$(sed -n {n}p {log} | tr -d '\\n' | (printf '\\0'; cat) """
                f"""| sha256sum | cut -c1-64)" = "$(sed -n 's/^head-sha256 //p' {d}/seal.txt)" ]""",
            ),
            f"signature {n}": shell(made, f"ssh-keygen -Y verify -f {made.signers} -I me {sig}"),
        }  # fmt: skip
    return answers


def test_the_whole_case(whole: HandMade) -> None:
    verdict = read(whole)
    assert verdict.exit_code == 0, verdict.findings
    assert (verdict.lines, verdict.withdrawn) == (20, {"E0002": "a wrong file"})
    assert verdict.counts["signature", Status.OK] == 2 and verdict.counts["seal", Status.OK] == 2
    answers = strangers(whole)
    assert len(answers) == 10 and all(answers.values()), answers


def test_the_erased_case(erased: HandMade) -> None:
    """Roots, heads and signatures still hold; what names the erased files is gone, and neither side claims it.

    The seal made since is whole: its list, and its digest of the log as that stands now.
    """
    verdict = read(erased)
    assert (verdict.exit_code, verdict.partial) == (7, "ERASED"), verdict.findings
    assert not [f for f in verdict.findings if f.status in WRONG]
    assert verdict.counts["signature", Status.OK] == 2
    answers = strangers(erased)
    assert answers["signature 8"] and answers["signature 18"]
    for question in ("files", "log", "manifest", "head"):
        assert (answers[f"{question} 8"], answers[f"{question} 18"]) == (question == "head", True), question
    lines = (erased.root / "custody/log.redacted").read_bytes().split(b"\n")[:-1]
    leaves = [leaf(line) if line.startswith(b"{") else bytes.fromhex(line.decode()) for line in lines]
    for n in (8, 18):
        text = (erased.root / f"seals/{n:06}/seal.txt").read_text()
        assert f"root-sha256 {tree(leaves[:n]).hex()}\n" in text


def _edit(path: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        data = (root / path).read_bytes()
        assert data.count(old) >= 1
        (root / path).write_bytes(data.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("spoil", "strangers_see", "we_see"),
    [
        (_edit("evidence/E0004/photo4.txt", b"4", b"5"), {"files 8", "files 18"}, {("file", "changed")}),
        (_edit("evidence/E0008/letter8.txt", b"8", b"9"), {"files 18"}, {("file", "changed")}),
        (lambda root: (root / "evidence/E0009/note.txt").unlink(), {"files 18"}, {("file", "missing")}),
        (_edit("evidence/E0001/item.json", b"PO/1", b"PO/2"), {"files 8", "files 18"}, {("file", "changed")}),
        (_edit("settings/0001.yaml", b"victim", b"friend"), {"files 8", "files 18"}, {("file", "changed")}),
        (
            _edit("seals/000008/seal.txt", b"sealed-at 2026", b"sealed-at 2016"),
            {"signature 8", "files 18"},
            {("signature", "changed"), ("file", "changed")},
        ),
        (
            _edit("seals/000008/manifest-sha256.txt", b"E0001/item.json\n", b"E0001/Item.json\n"),
            {"files 8", "manifest 8", "files 18"},
            {("seal", "changed"), ("file", "changed")},
        ),
        (
            _edit("seals/000018/seal.txt.me.sig", b"U1NIU0lH", b"U1NIU0lI"),
            {"signature 18"},
            {("signature", "changed"), ("file", "changed")},
        ),
    ],
)
def test_spoiled_copies(
    whole: HandMade,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    strangers_see: set[str],
    we_see: set[tuple[str, str]],
) -> None:
    copy = HandMade(Path(shutil.copytree(whole.root, tmp_path / "case")), whole.signers)
    spoil(copy.root)
    assert {question for question, ok in strangers(copy).items() if not ok} == strangers_see
    verdict = read(copy)
    assert verdict.exit_code == 1
    assert {(f.check, f.status.value) for f in verdict.findings if f.status in WRONG} == we_see


def test_a_line_withdrawn_from_the_log(whole: HandMade, tmp_path: Path) -> None:
    """An edited line: stock tools see it in the seals, our reader already in the chain."""
    copy = HandMade(Path(shutil.copytree(whole.root, tmp_path / "case")), whole.signers)
    _edit("custody/log.jsonl", b"a wrong file", b"a wrong fact")(copy.root)
    assert {question for question, ok in strangers(copy).items() if not ok} == {"log 18"}
    verdict = read(copy)
    assert verdict.exit_code == 1
    assert "does not continue the chain" in next(f.message for f in verdict.findings if f.check == "log")


def test_a_key_that_nobody_vouched_for(whole: HandMade, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    (tmp_path / "signers").write_text("me " + (tmp_path / "other.pub").read_text())
    made = HandMade(whole.root, tmp_path / "signers")
    assert {question for question, ok in strangers(made).items() if not ok} == {"signature 8", "signature 18"}
    verdict = read(made)
    assert verdict.exit_code == 7
    assert verdict.counts["signature", Status.UNCHECKED] == 2
