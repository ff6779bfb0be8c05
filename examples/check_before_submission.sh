#!/usr/bin/env bash
# Before a case is handed over: does it verify, what is missing, and a timeline to look at.
#
#   check_before_submission.sh CASE OUT [OPTIONS FOR abusekit verify …]
#
# Of several captures of one address the newest counts; an earlier one that failed is named with the later
# one that is complete. What a re-check found gone is settled. Exit code: that of `abusekit verify` when it is not
# 0, else 7 when something is missing, else 0. OUT/items.json holds addresses and first words: keep it as safe as
# the case.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: check_before_submission.sh CASE OUT [OPTIONS FOR abusekit verify …]" >&2
    exit 2
fi
case_dir=$1
out=$2
shift 2
mkdir -p "$out"

code=0
abusekit verify "$case_dir" "$@" | tee "$out/verify.txt" || code=$?
abusekit timeline --case "$case_dir" --html "$out/timeline.html" --csv "$out/timeline.csv" --quiet
abusekit list --case "$case_dir" --json --reveal >"$out/items.json"

missing=0
python3 - "$out/items.json" <<'PY' || missing=$?
import json, sys

items = [i for i in json.load(open(sys.argv[1], encoding="utf-8"))["items"] if i["withdrawn"] is None]
gone = tuple(f"re-check: {verdict}" for verdict in ("deleted", "account-gone", "suspended"))
missing, settled, better, by_address = [], [], [], {}
for item in items:
    name = f"{item['item']} ({item['exhibit']})"
    if item["quarantined"]:
        settled.append(f"{name}: in quarantine; the police decide: abusekit show {item['item']}")
        continue
    if item["kind"] == "capture":
        if item["outcome"] == "complete" and item["grade"] == "D":
            better.append(f"{name}: below the minimum, abusekit show {item['item']} says why")
        by_address.setdefault(item["address"], []).append(item)
    if item["kind"] == "note" and not item["verified"]:
        missing.append(f"{name}: nobody stands by this diary entry yet: abusekit verify-note")
    if item["kind"] == "file" and not item["tags"]:
        missing.append(f"{name}: no label says what it shows: abusekit tag")
for captures in by_address.values():
    complete = [i["item"] for i in captures if i["outcome"] == "complete"]
    for number, item in enumerate(captures):
        if item["outcome"] == "complete":
            continue
        said = f"{item['item']} ({item['exhibit']}): the capture ended as {item['outcome']}"
        later = [i["item"] for i in captures[number + 1 :] if i["outcome"] == "complete"]
        if item["what"].startswith(gone):
            settled.append(f"{item['item']} ({item['exhibit']}): {item['what']}")
        elif later:
            settled.append(f"{said}; confirmed later by {later[0]}")
        elif item is captures[-1]:
            missing.append(said + (f" (complete before: {complete[-1]})" if complete else ""))
if not items:
    missing.append("the case holds no items")
for title, lines in (("Settled:", settled), ("Could be better:", better), ("Still missing:", sorted(missing))):
    if lines:
        print("", title, *lines, sep="\n")
sys.exit(7 if missing else 0)
PY
printf '\ntimeline: %s\n' "$out/timeline.html"
if [ "$code" -eq 0 ]; then code=$missing; fi
exit "$code"
