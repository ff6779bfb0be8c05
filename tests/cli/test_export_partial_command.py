"""`export partial` and `verify --against`: a part of the case for others, and what came to it since."""

from __future__ import annotations

from pathlib import Path

from command_runner import Abusekit


def test_what_is_handed_over_verifies_and_says_how_much_is_withheld(
    abusekit: Abusekit, full_case: Path, tmp_path: Path
) -> None:
    out = tmp_path / "for the police"
    ended = abusekit("export", "partial", "--case", full_case, "--items", "e3,PO/4", out, expect=0)
    assert "E0003, E0004" in ended.out and "6 of 8 lines withheld" not in ended.out
    lines = (full_case / "seals").iterdir()
    size = int(max(path.name for path in lines))
    withheld = size - 3
    assert f"{withheld} of {size} lines withheld" in ended.out
    hidden = "they may hold withdrawals, quarantines, revocations"
    sentence = f"VERIFIED (PARTIAL: {withheld} of {size} lines are withheld; {hidden})"
    assert ended.out.splitlines()[-1] == sentence
    checked = abusekit("verify", out, expect=0)
    assert checked.out.splitlines()[-1] == sentence
    answer = abusekit("verify", out, "--json", expect=0).answer
    assert (answer["partial"], answer["withheld"], answer["erased"]) == ("PARTIAL", withheld, 0)
    assert [one["item"] for one in abusekit.items(out)] == ["E0003", "E0004"]
    assert abusekit("show", "E0004", "--case", out, expect=0).out
    refused = abusekit("tag", "E0004", "--add", "x", "--case", out, expect=3)
    assert "partial copy" in refused.err
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert b"He stood at the gate" not in everything and b"E0005" not in everything


def test_items_with_blanks_between_them(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    abusekit("export", "partial", "--case", full_case, "--items", "e3", "e4", out, expect=0)
    assert [one["item"] for one in abusekit.items(out)] == ["E0003", "E0004"]


def test_json(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = abusekit(
        "export",
        "partial",
        "--case",
        full_case,
        "--items",
        "E0003",
        "--items",
        "E0004-E0005",
        out,
        "--json",
        expect=0,
    )
    answer = ended.answer
    assert answer["items"] == ["E0003", "E0004", "E0005"]
    assert (answer["exit_code"], answer["references"], answer["later"]) == (0, [], 0)
    assert answer["withheld"] == answer["seal"] - 4
    assert answer["bytes"] == sum(
        p.stat().st_size
        for f in ("evidence", "seals", "settings")
        for p in (out / f).rglob("*")
        if p.is_file()
    )


def test_references_have_to_be_accepted(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    abusekit("note", "--case", full_case, "The letter (E0004) came the day after.", expect=0)
    abusekit("seal", "--case", full_case, "--key", "me", expect=0)
    words = ("export", "partial", "--case", full_case, "--items", "E0006", tmp_path / "out")
    refused = abusekit(*words, expect=2)
    assert "E0006" in refused.err and "names E0004" in refused.err and not (tmp_path / "out").exists()
    ended = abusekit(*words, "--accept-references", expect=0)
    assert "tells of what is withheld: E0006" in ended.err


def test_what_must_not_leave(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    abusekit("quarantine", "E0003", "--case", full_case, "--reason", "x", "--seen-by", "nobody", expect=0)
    refused = abusekit(
        "export", "partial", "--case", full_case, "--items", "E0003", tmp_path / "out", expect=2
    )
    assert "quarantine" in refused.err
    refused = abusekit(
        "export", "partial", "--case", full_case, "--items", "E0099", tmp_path / "out", expect=2
    )
    assert "no item E0099" in refused.err


def test_against_an_earlier_seal(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept seal.txt"
    kept.write_bytes(next((full_case / "seals").glob("*/seal.txt")).read_bytes())
    abusekit("note", "--case", full_case, "He came again.", expect=0)
    abusekit("tag", "E0003", "--add", "x", "--case", full_case, expect=0)
    abusekit("seal", "--case", full_case, "--key", "me", expect=0)
    ended = abusekit("verify", full_case, "--against", kept, expect=0)
    (line,) = (one for one in ended.out.splitlines() if one.startswith("since"))
    assert "items E0006" in line and "1 item.tag" in line and "seals over" in line
    (since,) = abusekit("verify", full_case, "--against", kept, "--json", expect=0).answer["since"]
    assert (since["items"], since["acts"]["item.tag"], since["withheld"]) == (["E0006"], 1, 0)
    text = kept.read_text()
    root = next(one for one in text.splitlines() if one.startswith("root-sha256"))
    assert len(root) == 76
    kept.write_text(text.replace(text.splitlines()[1] + "\n", "99\n", 1))  # a seal of a longer log
    ended = abusekit("verify", full_case, "--against", kept, expect=1)
    assert "cut back" in ended.out and "\nsince " not in ended.out
