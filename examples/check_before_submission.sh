#!/usr/bin/env bash
# Before a case is handed over: does it verify, what is still weak in it, and a timeline to look at.
#
#   check_before_submission.sh CASE OUT [OPTIONS FOR abusekit verify …]
#
# What must not leave (the person's e-mail address, telephone number, street) stands in CASE/private/leak-words.txt,
# one a line; that file never leaves itself. Exit code: that of `abusekit verify --for-submission`: 1 or 3 when the case
# does not verify, 7 while something is weak, else 0. OUT/check.txt names the items and the commands to type next.
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
abusekit verify "$case_dir" --for-submission "$@" | tee "$out/check.txt" || code=$?
if [ "$code" -eq 0 ] || [ "$code" -eq 7 ]; then
    abusekit timeline --case "$case_dir" --html "$out/timeline.html" --csv "$out/timeline.csv" --quiet
    printf '\ntimeline: %s\n' "$out/timeline.html"
fi
exit "$code"
