"""What an opponent who can write to the folder can do, with `json` and `hashlib` alone.

Nothing here comes from abusekit's own writers: a forger who knows only the published format must not
be helped, or hindered, by our code. The one exception is the signature, which stock tools make as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


def open_up(path: Path) -> None:
    """Stored files are read-only; an opponent has no respect for that."""
    if path.is_symlink():
        return
    path.parent.chmod(0o700)
    if path.is_file():
        path.chmod(0o600)


def overwrite(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        open_up(path)
    path.write_bytes(data)


def flip(path: Path, at: int, mask: int = 1) -> None:
    """Change one byte; a negative `at` counts from the end."""
    data = bytearray(path.read_bytes())
    data[at] ^= mask
    overwrite(path, bytes(data))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def raw_lines(root: Path) -> list[bytes]:
    return (root / "custody/log.jsonl").read_bytes().split(b"\n")[:-1]


def store_lines(root: Path, lines: list[bytes], name: str = "log.jsonl") -> None:
    overwrite(root / "custody" / name, b"".join(line + b"\n" for line in lines))


def entries(root: Path) -> list[Entry]:
    return [json.loads(line) for line in raw_lines(root)]


def spell(entry: Entry) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def chained(acts: list[Entry]) -> list[bytes]:
    """The acts as lines whose numbers and links are right."""
    lines: list[bytes] = []
    prev = "0" * 64
    for n, act in enumerate(acts):
        line = spell({**act, "n": n, "prev": prev})
        prev = leaf(line).hex()
        lines.append(line)
    return lines


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word (and slow)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def extend(root: Path, *acts: Entry) -> None:
    """Append acts in their proper form, as anybody who can write to the folder can."""
    known = entries(root)
    new = [{"at": known[-1]["at"], "by": "PO", "salt": f"{i:032x}", **act} for i, act in enumerate(acts)]
    store_lines(root, chained([*known, *new]))


def listed(root: Path, path: str) -> Entry:
    data = (root / path).read_bytes()
    return {"path": path, "sha256": sha256(data), "size": len(data)}


def relist(root: Path, acts: list[Entry], *paths: str) -> None:
    """Make the log lines agree with files that were replaced."""
    for act in acts:
        for at, one in enumerate(act.get("files", ())):
            if one["path"] in paths:
                act["files"][at] = listed(root, one["path"])


def replace_consistently(root: Path, path: str, data: bytes) -> list[Entry]:
    """Another file, an item.json that describes it, log lines that list both. Gives the acts, not yet stored."""
    overwrite(root / path, data)
    about = (root / path).parent / "item.json"
    item = json.loads(about.read_bytes())
    for stored in item["files"]:
        if stored["name"] == Path(path).name:
            stored["sha256"], stored["size"] = sha256(data), len(data)
    overwrite(about, spell(item) + b"\n")
    acts = entries(root)
    relist(root, acts, path, about.relative_to(root).as_posix())
    return acts


def seal_text(case: str, lines: list[bytes], manifest: bytes, at: str) -> bytes:
    leaves = [leaf(line) for line in lines]
    top = root_of(leaves)
    log = sha256(b"".join(line + b"\n" for line in lines))
    return (
        f"abusekit/case/{case}\n{len(lines)}\n{base64.b64encode(top).decode()}\nroot-sha256 {top.hex()}\n"
        f"head-sha256 {leaves[-1].hex()}\nlog-sha256 {log}\nmanifest-sha256 {sha256(manifest)}\n"
        f"sealed-at {at}\ntool abusekit/0.1.0\n"
    ).encode()


def rebuild(
    root: Path,
    acts: list[Entry],
    *,
    seals: bool = True,
    sign: Callable[[bytes], bytes] | None = None,
    signer: str = "",
) -> None:
    """Write the whole log anew over `acts`, with chain, manifests and seals that fit; sign with another key."""
    lines: list[bytes] = []
    files: dict[str, str] = {}
    prev = "0" * 64
    for n, given in enumerate(acts):
        act = given
        if seals and act["do"] == "seal.add":
            folder = f"seals/{act['seal']:06}"
            salt = (root / folder / "salt.txt").read_bytes()
            names = {**files, f"{folder}/salt.txt": sha256(salt)}
            manifest = "".join(f"{names[path]}  {path}\n" for path in sorted(names)).encode()
            overwrite(root / folder / "manifest-sha256.txt", manifest)
            overwrite(root / folder / "seal.txt", seal_text(acts[0]["case"], lines, manifest, act["at"]))
        if sign and act["do"] == "seal.sign":
            text = (root / f"seals/{act['seal']:06}/seal.txt").read_bytes()
            overwrite(root / act["files"][0]["path"], sign(text))
            act = {**act, "signer": signer}
        if seals and act["do"] in ("seal.add", "seal.sign"):
            act = {**act, "files": [listed(root, one["path"]) for one in act["files"]]}
        line = spell({**act, "n": n, "prev": prev})
        prev = leaf(line).hex()
        lines.append(line)
        files.update({one["path"]: one["sha256"] for one in act.get("files", ())})
    store_lines(root, lines)
