#!/bin/sh
# Check a case folder of abusekit with stock tools: sha256sum, ssh-keygen, openssl (and GNU coreutils, sed, grep, awk).
#
#     sh verify.sh [CASE [ALLOWED_SIGNERS [ROOTS-DIR]]]
#
# CASE: the folder above this script, when not given. ALLOWED_SIGNERS: the signers' keys, got by another way than the
# case. ROOTS-DIR: NAME.pem for each time-stamp authority that is trusted, from outside as well.
# Exit code: 0 nothing is wrong; 1 something is; 7 nothing is wrong, but something could not be checked; 3 no case.
# It reads only. It does not check the chain and the Merkle root of the log, item.json, odd names, or weak keys:
# verify_case.py does.
set -u
LC_ALL=C TZ=UTC
export LC_ALL TZ
whole() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$PWD" "$1" ;; esac; }
case_folder=${1:-$(dirname -- "$0")/..} signers='' roots=''
[ -n "${2:-}" ] && signers=$(whole "$2")
[ -n "${3:-}" ] && roots=$(whole "$3")
[ -z "$signers" ] || [ -r "$signers" ] || { echo "no such file: $signers" >&2; exit 4; }
[ -z "$roots" ] || [ -d "$roots" ] || { echo "no such folder: $roots" >&2; exit 4; }
cd -- "$case_folder" 2>/dev/null || { echo "no case here: $case_folder" >&2; exit 3; }
log=custody/log.jsonl
[ -f "$log" ] || log=custody/log.redacted
[ -f "$log" ] && [ ! -L "$log" ] && [ ! -L custody ] || { echo "no case here: no custody log" >&2; exit 3; }
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
: >"$tmp/wrong"; : >"$tmp/unsure"
wrong() { echo "WRONG            $*"; echo x >>"$tmp/wrong"; }
unsure() { echo "COULD-NOT-CHECK  $*"; echo x >>"$tmp/unsure"; }
note() { echo "NOTE             $*"; }
good() { echo "OK               $*"; }
sha() { sha256sum | cut -c1-64; }
have() { command -v "$1" >/dev/null 2>&1; }

# ---- links and devices are not opened; what follows reads regular files only
find custody evidence seals settings ! -type f ! -type d >"$tmp/odd" 2>/dev/null
if [ -s "$tmp/odd" ]; then
    wrong "links or devices stand among the files: $(wc -l <"$tmp/odd"); nothing more is looked at"
    echo "NOT VERIFIED"; exit 1
fi

# ---- the log, and the files that it names: one pass over all of them
torn=''
[ -z "$(tail -c 1 "$log" | tr -d '\n')" ] || torn=yes
lines=$(wc -l <"$log")
grep -o '"path":"[^"]*","sha256":"[0-9a-f]*"' "$log" | sed 's/^"path":"\(.*\)","sha256":"\(.*\)"$/\2  \1/' >"$tmp/named"
sed -n '/"do":"log\.repair"/s/.*"kept_as":"\([^"]*\)".*"sha256":"\([0-9a-f]*\)".*/\2  \1/p' "$log" >>"$tmp/named"
sort "$tmp/named" >"$tmp/logged"
if grep -Evq '^[0-9a-f]{64}  (custody|evidence|seals|settings)(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$' "$tmp/logged"; then
    wrong "the log names files in a way that no case does; they are not looked at"
    echo "NOT VERIFIED"; exit 1
fi
grep -nE '^[0-9a-f]{64}$' "$log" | cut -d: -f1 | sort >"$tmp/withheld"
[ "$log" = custody/log.redacted ] || : >"$tmp/withheld"
grep -n '"do":"line\.erase"' "$log" | sed -n 's/^\([0-9]*\):.*"line":\([0-9]*\).*/\1 \2/p' >"$tmp/erasures"
awk '{ print $2 + 1 }' "$tmp/erasures" | sort >"$tmp/erased"
: >"$tmp/left-out"
if [ -s "$tmp/withheld" ]; then # these two name what is withheld, so they are left out
    grep -E '  seals/[0-9]*/(manifest-sha256|salt)\.txt$' "$tmp/logged" | while read -r sum path; do
        [ -e "$path" ] || printf '%s  %s\n' "$sum" "$path"
    done | sort >"$tmp/left-out"
fi
comm -23 "$tmp/logged" "$tmp/left-out" >"$tmp/expected"
if [ ! -s "$tmp/expected" ]; then
    wrong "the log names no files"
elif sha256sum --quiet --strict -c "$tmp/expected" >"$tmp/sums" 2>&1; then
    good "all $(wc -l <"$tmp/expected") files that the log names are there, with their SHA-256"
else
    sed 's/^/                 /' "$tmp/sums" | head -n 50 | tr -cd '\n -~'
    wrong "files are gone or changed (see above)"
fi
comm -12 "$tmp/withheld" "$tmp/erased" | sort -n | while read -r n; do
    unsure "line $n of the log was erased by law; what it said can no longer be checked"
done
comm -23 "$tmp/withheld" "$tmp/erased" >"$tmp/kept-back"
if [ -s "$tmp/kept-back" ]; then
    note "PARTIAL: $(wc -l <"$tmp/kept-back") of $lines lines of the log are withheld"
fi
newest_settings=$(cut -c67- "$tmp/expected" | grep '^settings/' | sort | tail -n 1)
if [ -n "$newest_settings" ] && { [ ! -s "$tmp/withheld" ] || [ -f case.yaml ]; }; then
    cmp -s case.yaml "$newest_settings" || wrong "case.yaml is not $newest_settings"
fi
cut -c67- "$tmp/expected" | sort >"$tmp/paths"
find evidence seals settings custody -type f 2>/dev/null | sort >"$tmp/there"
comm -13 "$tmp/paths" "$tmp/there" | grep -vE '^custody/(log\.(jsonl|redacted|lock)|capture\.lock|not-whole-.*)$' |
    grep -vE '/(\.DS_Store|Thumbs\.db|desktop\.ini|\.directory)$' >"$tmp/more"
grep -qx custody/pending "$tmp/more" && unsure "a change was interrupted, or is under way"

# ---- a list of digests in folder $1 and the tokens over it; earliest good time of each signature -> $tmp/times
stamps() {
    for list in "$1"/stamp.sha256 "$1"/stamp[0-9]*.sha256; do
        [ -f "$list" ] || continue
        if ! (cd "$1" && sha256sum --quiet --strict -c "${list##*/}") >/dev/null 2>&1; then
            wrong "$list: a file on this list is gone or changed"; continue
        fi
        case $1 in seals/*) grep -q '  seal\.txt$' "$list" || wrong "$list does not name seal.txt" ;; esac
        for query in "${list%.sha256}".*.tsq; do
            [ -f "$query" ] || continue
            name=${query%.tsq}; token=$name.tsr; name=${name##*.}
            [ -f "$token" ] || { note "$query: $name was asked and has not answered yet"; continue; }
            have openssl || { unsure "$token: there is no openssl to check it"; continue; }
            openssl ts -query -in "$query" -text >"$tmp/query" 2>/dev/null
            openssl ts -reply -in "$token" -text >"$tmp/reply" 2>/dev/null
            when=$(sed -n 's/^Time stamp: //p' "$tmp/reply")
            at=$(date -d "$when" +%s 2>/dev/null)
            digest=$(sha <"$list")
            if ! grep -q '^Status: Granted\.$' "$tmp/reply" || [ -z "$when" ] || [ -z "$at" ] || [ "$(imprint "$tmp/query")" != "$digest" ] ||
                [ "$(imprint "$tmp/reply")" != "$digest" ] ||
                [ "$(grep '^Nonce:' "$tmp/query")" != "$(grep '^Nonce:' "$tmp/reply")" ]; then
                wrong "$token is not the answer to the request for this list"
            elif [ -z "$roots" ] || [ ! -f "$roots/$name.pem" ]; then
                unsure "$token says $when; there is no $name.pem with its roots"
            elif openssl ts -verify -attime "$at" -CAfile "$roots/$name.pem" -data "$list" -in "$token" >/dev/null 2>&1; then
                good "$list existed not later than $when, says $name"
                cut -c67- "$list" | sed "s|^|$at $1/|" >>"$tmp/times"
            else
                wrong "$token is not a token of $name, or does not belong to this list"
            fi
        done
    done
}
imprint() { sed -n '/^Message data:/,/^[^ M]/s/^    [0-9a-f]* - //p' "$1" | cut -c1-47 | tr -d ' \n-'; }

# ---- a signature: whose, and did the key count when it is known to have existed?
signature() {
    seal=$1/seal.txt sig=$2
    have ssh-keygen || { unsure "$sig: there is no ssh-keygen to check it"; return; }
    said=$(ssh-keygen -Y check-novalidate -n abusekit-seal-v1 -s "$sig" <"$seal" 2>&1)
    key=$(printf '%s\n' "$said" | sed -n 's/^Good .* key \(SHA256:[A-Za-z0-9+/]*\).*/\1/p')
    [ -n "$key" ] || { wrong "$sig is no signature of this seal.txt"; return; }
    at=$(sed -n "s|^\([0-9]*\) $sig\$|\1|p" "$tmp/times" | sort -n | head -n 1)
    since=$(grep -F "\"key\":\"$key\"" "$log" | sed -n '/"do":"key\.revoke"/s/.*"since":"\([^"]*\)".*/\1/p' | sort | head -n 1)
    if [ -n "$since" ] && { [ -z "$at" ] || [ "$at" -ge "$(date -d "$since" +%s)" ]; }; then
        unsure "$sig: good, but its key $key counts no more since $since, and no time stamp shows it older"
        return
    fi
    [ -n "$signers" ] || { unsure "$sig: good signature of key $key: whose is it?"; return; }
    if [ -n "$at" ]; then
        cp "$signers" "$tmp/signers"; verify_time=$(date -d "@$at" +%Y%m%d%H%M%S)
    else # without a time, a key that counts for some time only vouches for nothing
        grep -vE 'valid-(after|before)=' "$signers" >"$tmp/signers"; verify_time=$(date +%Y%m%d%H%M%S)
    fi
    who=$(ssh-keygen -Y find-principals "-Overify-time=$verify_time" -f "$tmp/signers" -s "$sig" 2>/dev/null | head -n 1)
    who=${who%%,*}
    if [ -n "$who" ] && ssh-keygen -Y verify "-Overify-time=$verify_time" -f "$tmp/signers" -I "$who" -n abusekit-seal-v1 \
        -s "$sig" <"$seal" >/dev/null 2>&1; then
        good "$sig: signed by $who, key $key"
    else
        unsure "$sig: good signature of key $key, for which nobody vouches: whose is it?"
    fi
}

# ---- each seal, oldest first
: >"$tmp/times"
newest=0
for folder in seals/*/; do
    folder=${folder%/}
    seal=$folder/seal.txt
    printf '%s\n' "${folder#seals/}" | grep -Eqx '[0-9]{6,15}' || continue
    [ -f "$seal" ] || { wrong "$seal is gone"; continue; }
    n=$(sed -n 2p "$seal")
    if ! printf '%s\n' "$n" | grep -Eqx '[1-9][0-9]{0,14}' || [ "$folder" != "$(printf 'seals/%06d' "$n")" ]; then
        wrong "$seal is not in the folder of its number of lines"; continue
    fi
    [ "$n" -gt "$newest" ] && newest=$n
    if [ "$n" -gt "$lines" ]; then
        wrong "$seal covers $n lines, the log has $lines"; continue
    fi
    head -n 1 "$log" | grep -qF "\"case\":\"$(sed -n '1s|^abusekit/case/||p' "$seal")\"" || wrong "$seal is of another case"
    sort -n "$tmp/withheld" | awk -v n="$n" '$1 <= n' | sort >"$tmp/hidden"
    awk -v n="$n" '$1 <= n { print $2 + 1 }' "$tmp/erasures" | sort | comm -23 "$tmp/hidden" - >"$tmp/open"
    head -n "$n" "$log" >"$tmp/covered"
    if [ "$(sha <"$tmp/covered")" = "$(sed -n 's/^log-sha256 //p' "$seal")" ]; then
        good "$seal: the first $n lines of the log are those that were sealed"
    elif [ -s "$tmp/open" ]; then
        unsure "$seal: log-sha256 cannot be compared, lines are withheld or erased: verify_case.py compares the root"
    else
        wrong "$seal: the first $n lines of the log are not those that were sealed"
    fi
    manifest=$folder/manifest-sha256.txt
    if [ -f "$manifest" ]; then
        if [ "$(sha <"$manifest")" != "$(sed -n 's/^manifest-sha256 //p' "$seal")" ]; then
            wrong "$manifest is not the list that was sealed"
        elif sort "$manifest" | comm -23 - "$tmp/logged" | grep -q .; then
            if [ -s "$tmp/hidden" ]; then
                unsure "$manifest names files that only withheld lines name"
            else
                wrong "$manifest names files otherwise than the log does"
            fi
        fi
    elif [ ! -s "$tmp/withheld" ]; then
        wrong "$manifest is gone"
    fi
    stamps "$folder"
    some=''
    for sig in "$folder"/seal.txt.*.sig; do
        [ -f "$sig" ] || continue
        some=yes
        signature "$folder" "$sig"
    done
    echo "$n $some" >>"$tmp/signed"
done
for list in evidence/*/stamp.sha256; do
    [ -f "$list" ] && stamps "${list%/*}"
done

# ---- what no seal covers, and what nobody logged
if [ "$newest" = 0 ]; then
    unsure "the case is not sealed"
else
    grep -qx "$newest yes" "$tmp/signed" || unsure "the newest seal is not signed"
    behind=$(tail -n "+$((newest + 1))" "$log" | grep -cv '"do":"seal\.\(add\|sign\|ask\|stamp\)"')
    [ "$behind" = 0 ] || unsure "$behind acts behind the newest seal are not covered by any"
fi
own="seals/$(printf '%06d' "$newest")/"
while read -r path; do
    case $path in
        custody/pending) ;;
        "$own"*) unsure "$path is not logged yet" ;;
        *) wrong "$path is there, but was never logged" ;;
    esac
done <"$tmp/more" | tr -cd '\n -~'
if [ -s "$tmp/wrong" ]; then echo "NOT VERIFIED"; exit 1; fi
if [ -n "$torn" ]; then echo "TORN LOG: its last line is incomplete"; exit 3; fi
if [ -s "$tmp/unsure" ]; then echo "NOT FULLY CHECKED"; exit 7; fi
echo "NOTHING IS WRONG (chain and root of the log, item.json and names: verify_case.py)"
