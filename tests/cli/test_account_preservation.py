"""`account preservation` and what it says of days, routes and who may ask."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from account_story import account_case, telegram, told
from command_runner import Abusekit

ONE, TWO = "telegram:user111", "telegram:user222"


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied."""
    home = tmp_path_factory.mktemp("preservation")
    run = Abusekit(home)
    case = account_case(run, Path(shutil.copytree(started_case, home / "case")))
    run(
        "account", "confirm", "--case", case, ONE, TWO, "--basis", "timing", "--reason", "r", "--item", "E0001",
        expect=0,
    )  # fmt: skip
    run(
        "account", "observe", "--case", case, ONE, "--handle", "=cmd|' /C calc'!A0", "--reason", "r"
    )  # fmt: skip
    return case


def test_ids_days_data_and_route_of_each(abusekit: Abusekit, made: Path) -> None:
    answer = told(abusekit, made, "preservation")
    asked = {one["key"]: one for one in answer["requests"]}
    assert {ONE, TWO} <= set(asked) and "telegram:user900" not in asked
    assert answer["only_wrote"] == [key for key in asked if key not in (ONE, TWO)]
    one = asked[ONE]
    assert (one["id"], one["ask_from"], one["ask_to"]) == ("user111", "2024-03-14", "2024-03-15")
    assert one["first"].startswith("2024-03-14T21:0") and one["items"][0] == "E0001"
    assert one["days_since"] == 0 and one["days_left"] == 90
    assert "not checked" in one["route"]["caution"]
    assert "weak source" in answer["weak_source"] and "authorities" in answer["who_can_ask"]
    assert any("IP address" in data for data in answer["wanted"])


def test_only_those_named_or_their_cluster(abusekit: Abusekit, made: Path) -> None:
    keys = [one["key"] for one in told(abusekit, made, "preservation", ONE)["requests"]]
    assert keys == [ONE]
    keys = [one["key"] for one in told(abusekit, made, "preservation", ONE, "--cluster")["requests"]]
    assert keys == [ONE, TWO]
    assert (
        "own account" in abusekit("account", "preservation", "--case", made, "telegram:user900", expect=2).err
    )


def test_table_page_and_text(abusekit: Abusekit, made: Path, tmp_path: Path) -> None:
    table, page, text = (tmp_path / name for name in ("a.csv", "a.html", "a.md"))
    abusekit(
        "account", "preservation", "--case", made, "--csv", table, "--html", page, "--markdown", text, expect=0
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"), newline="")))
    assert rows[0]["account"] == ONE and rows[0]["ask_from_utc"] == "2024-03-14"
    texts = [cell for row in rows for name, cell in row.items() if not name.startswith("days_left")]
    assert all(cell[:1] not in "=+-@" for cell in texts if cell)
    assert rows[0]["days_left_of_90"] == "90" and int(rows[0]["days_left_from_last_activity"]) < 0
    for path in (page, text):
        assert "Only police" in path.read_text("utf-8") and "user111" in path.read_text("utf-8")
    printed = abusekit("account", "preservation", "--case", made, expect=0).out
    assert "where to ask" in printed and "PO/1 (E0001)" in printed
    abusekit("account", "preservation", "--case", made, "--csv", table, expect=2)


def test_nobody_to_ask_about(abusekit: Abusekit, case: Path) -> None:
    assert "account list" in abusekit("account", "preservation", "--case", case, expect=2).err


def test_where_no_owner_is_known_it_says_how_to_declare_one(
    abusekit: Abusekit, started_case: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(started_case, tmp_path / "case"))
    said = [("user111", "Night Owl", "hm"), ("user222", "Other Owl", "hm"), ("user900", "Jo", "no")]
    abusekit("import", "--case", case, telegram(tmp_path, said), expect=0)
    none = abusekit("account", "preservation", "--case", case, expect=2).err
    assert "--own" in none and "--item E0001 --declare owner=ID" in none
    abusekit(
        "account", "confirm", "--case", case, ONE, TWO, "--basis", "timing", "--reason", "r", "--item", "E0001",
        expect=0,
    )  # fmt: skip
    ended = abusekit("account", "preservation", "--case", case, expect=0)
    assert "No account is marked as the victim's own" in " ".join(ended.out.split())
    assert ONE in ended.out and "user900" not in ended.out and "--declare owner=ID" in ended.err
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    answer = told(abusekit, case, "preservation")
    assert (answer["own_known"], answer["unclaimed"]) == (False, ["E0001"])
    abusekit("account", "observe", "--case", case, "telegram:user900", "--own", "--reason", "hers", expect=0)
    answer = told(abusekit, case, "preservation")
    assert (answer["own_known"], answer["unclaimed"]) == (True, ["E0001"])  # it does not make the export hers
