#!/usr/bin/env bash
# Capture a list of addresses, try the failed ones again later, and leave a list of those that still failed.
#
#   bulk_capture.sh CASE URLS FAILED [TRIES] [PAUSE_SECONDS] [-- OPTIONS FOR abusekit capture …]
#
# Stopped half-way? Run the same line again: it goes on where it stopped.
# Waiting mends neither a log-in wall nor a challenge: what abusekit says about those is for a person to do.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: bulk_capture.sh CASE URLS FAILED [TRIES] [PAUSE_SECONDS] [-- OPTIONS FOR abusekit capture …]" >&2
    exit 2
fi
case_dir=$1
urls=$2
failed=$3
tries=3 pause=300
shift 3
if [ $# -gt 0 ] && [ "$1" != -- ]; then tries=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then pause=$1; shift; fi
if [ $# -gt 0 ]; then shift; fi

code=0
for try in $(seq 1 "$tries"); do
    retry=()
    if [ "$try" -gt 1 ]; then retry=(--retry-failed); fi
    code=0
    abusekit capture --case "$case_dir" --from "$urls" --failures "$failed" "${retry[@]}" "$@" || code=$?
    # 7: done, but not everything is complete. Anything else is not mended by waiting.
    if [ "$code" -ne 7 ] || [ ! -s "$failed" ] || [ "$try" -eq "$tries" ]; then break; fi
    echo "try $try of $tries: $(wc -l <"$failed") addresses failed; waiting $pause s" >&2
    sleep "$pause"
done
exit "$code"
