#!/usr/bin/env bash
# Look again at the addresses of a case that were last looked at some days ago, and tell what is no longer as it was.
#
#   recheck_due.sh CASE DAYS REPORT [OPTIONS FOR abusekit recheck …]
#
# For a timer (cron, systemd), such as once a day. Exit code: 0 all that were asked are as they were; 10 something is
# edited, renamed or gone (its lines are printed); 7 nothing is, but some could not be judged (a wall, no network).
# REPORT (JSON) says on which signs that rests: keep it as safe as the case. Seal the case afterwards.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: recheck_due.sh CASE DAYS REPORT [OPTIONS FOR abusekit recheck …]" >&2
    exit 2
fi
case_dir=$1
days=$2
report=$3
shift 3

code=0
abusekit recheck --case "$case_dir" --due "$days" --json --quiet "$@" >"$report" || code=$?
# 7: some could not be judged. Anything else is a fault: there is no report then.
if [ "$code" -ne 0 ] && [ "$code" -ne 7 ]; then exit "$code"; fi

changed=0
python3 - "$report" <<'PY' || changed=$?
import json, sys

changed = False
for one in json.load(open(sys.argv[1], encoding="utf-8"))["rechecked"]:
    verdict = one["verdict"] or "not stored"
    if verdict == "present" and not one["alarm"]:
        continue
    alarm = f"  ALARM {one['alarm']}" if one["alarm"] else ""
    print(f"{one['item']} -> {one['recheck'] or '-'}  {verdict}{alarm}")
    changed |= bool(one["alarm"]) or verdict in ("edited", "renamed", "deleted", "account-gone", "suspended")
sys.exit(10 if changed else 0)
PY
if [ "$changed" -ne 0 ]; then exit "$changed"; fi
exit "$code"
