#!/usr/bin/env bash
# Hand a case over: everything that the other person needs, in one new folder to put on a stick.
#
#   hand_over.sh CASE OUT TO REASON [OPTIONS FOR abusekit custody transfer …]
#
# OUT/case      a copy of the case, without your safety notes (private/) and without work in progress
# OUT/*.json    the hand-over; the other person:  abusekit custody receive OUT/handover.json --case OUT/case --key …
# OUT/*.html    the receipt to print and sign, for those who have no key
#
# What comes back:  abusekit custody receive receipt-….json --case CASE
set -euo pipefail

if [ $# -lt 4 ]; then
    echo "usage: hand_over.sh CASE OUT TO REASON [OPTIONS FOR abusekit custody transfer …]" >&2
    exit 2
fi
case_dir=$1
out=$2
to=$3
reason=$4
shift 4
if [ -e "$out" ]; then
    echo "hand_over.sh: there is something already: $out" >&2
    exit 2
fi

# 7: something could not be checked, such as acts that no seal covers yet; the hand-over seals them.
code=0
abusekit verify "$case_dir" --quiet >/dev/null || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 7 ]; then
    echo "hand_over.sh: this case does not check out: abusekit verify $case_dir" >&2
    exit "$code"
fi

mkdir "$out"
abusekit custody transfer --case "$case_dir" --to "$to" --reason "$reason" --out "$out/handover.json" "$@"
mkdir "$out/case"
for part in "$case_dir"/*; do
    case ${part##*/} in
        private | staging | derived) ;;
        *) cp -R "$part" "$out/case/" ;;
    esac
done

# The copy has to check out as well; whose the key is, the receiver hears from you by another way.
code=0
abusekit verify "$out/case" >"$out/verify.txt" || code=$?
tail -n 1 "$out/verify.txt"
exit "$code"
