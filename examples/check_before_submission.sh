#!/usr/bin/env bash
# Before a case is handed over: does it verify, what is missing, and a timeline to look at.
#
#   check_before_submission.sh CASE OUT [OPTIONS FOR abusekit verify …]
#
# Exit code: that of `abusekit verify` when it is not 0, else 7 when something is missing, else 0.
set -euo pipefail

case_dir=${1:?usage: check_before_submission.sh CASE OUT [OPTIONS]}
out=${2:?a folder for the timeline and the answers}
shift 2
mkdir -p "$out"

code=0
abusekit verify "$case_dir" "$@" | tee "$out/verify.txt" || code=$?
abusekit timeline --case "$case_dir" --html "$out/timeline.html" --csv "$out/timeline.csv" --quiet
abusekit list --case "$case_dir" --json >"$out/items.json"

missing=$(python3 - "$out/items.json" <<'PY'
import json, sys

items = [i for i in json.load(open(sys.argv[1], encoding="utf-8"))["items"] if i["withdrawn"] is None]
for item in items:
    if item["kind"] == "capture" and item["outcome"] != "complete":
        print(f"{item['item']} ({item['exhibit']}): the capture ended as {item['outcome']}")
    if item["kind"] == "note" and not item["verified"]:
        print(f"{item['item']} ({item['exhibit']}): nobody stands by this diary entry yet: abusekit verify-note")
    if item["kind"] == "file" and not item["tags"]:
        print(f"{item['item']} ({item['exhibit']}): no label says what it shows: abusekit tag")
if not items:
    print("the case holds no items")
PY
)
if [ -n "$missing" ]; then
    printf '\nStill missing:\n%s\n' "$missing"
    [ "$code" -ne 0 ] || code=7
fi
printf '\ntimeline: %s\n' "$out/timeline.html"
exit "$code"
