#!/bin/sh
# Check a case folder of abusekit with stock tools: sha256sum, ssh-keygen, openssl (and GNU coreutils, findutils,
# sed, grep, awk).
#
#     sh verify.sh [CASE [ALLOWED_SIGNERS [ROOTS-DIR]]]
#
# CASE: the folder above this script, when not given. ALLOWED_SIGNERS: the signers' keys, got by another way than the
# case. ROOTS-DIR: NAME.pem for each time-stamp authority that is trusted, from outside as well.
# Exit code: 0 nothing is wrong; 1 something is; 7 nothing is wrong, but something could not be checked; 3 no case.
# It reads only, and takes the folder for an opponent's: before all else each name in it has to be of letters, digits
# and ._- alone, and no text of the case becomes a part of a command or a format (of a pattern: checked digits only).
# It does not check the chain and the Merkle root of the log, what item.json says, and how the times of several
# tokens go together: verify_case.py does. It accepts a weak key (of small order) where you vouch for one.
set -uf
LC_ALL=C TZ=UTC
export LC_ALL TZ
exec 3>&1
# Nothing reaches the terminal raw: printable ASCII on one line.
say() { printf '%-16s %s' "$1" "$2" | tr -cd ' -~'; echo; }
wrong() { say WRONG "$*" >&3; echo x >>"$tmp/wrong"; }
unsure() { say COULD-NOT-CHECK "$*" >&3; echo x >>"$tmp/unsure"; }
note() { say NOTE "$*" >&3; }
good() { say OK "$*" >&3; }
stop() { say "error:" "$2" >&2; exit "$1"; }
not_verified() { wrong "$*"; echo "NOT VERIFIED"; exit 1; }
each() { # $1 (wrong, note, ...) with the text $2 for each name that is read
    awk 'NR <= 50 { print } NR == 51 { print "... and more:" }' | while read -r one; do "$1" "$one $2"; done
}
sha() { sha256sum | cut -c1-64; }
have() { command -v "$1" >/dev/null 2>&1; }
small() { [ "$(wc -c <"$1")" -le "$2" ]; }
whole() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$PWD" "$1" ;; esac; }
case ":$PATH:" in *::* | *:[!/:]*) stop 4 "PATH has a folder without / in front: what lies in the case could run" ;; esac
case_folder=$(whole "${1:-$(dirname -- "$0")/..}") signers='' roots=''
[ -z "${2:-}" ] || signers=$(whole "$2")
[ -z "${3:-}" ] || roots=$(whole "$3")
[ -z "$signers" ] || [ -r "$signers" ] || stop 4 "no such file: $signers"
[ -z "$roots" ] || [ -d "$roots" ] || stop 4 "no such folder: $roots"
cd -- "$case_folder" 2>/dev/null || stop 3 "no case here: $case_folder"
log=custody/log.jsonl
[ -f "$log" ] || log=custody/log.redacted
[ -f "$log" ] || stop 3 "no case here: no custody log"
tmp=$(mktemp -d) || exit 4
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
for one in wrong unsure times doubts removed erasures; do : >"$tmp/$one"; done

# ---- names and kinds of all that lies there; nothing is opened before this
find . -mindepth 1 \( -path ./private -o ! -type l \( -path ./derived -o -path ./staging \) \) -prune -o \
    -type f \( -name .DS_Store -o -name Thumbs.db -o -name desktop.ini -o -name .directory \) -o \
    \( ! -name '[A-Za-z0-9_]*' -o -name '*[!A-Za-z0-9._-]*' -o ! -type f ! -type d -o \
    -path './*/*/*/*/*/*/*/*/*' \) -prune -print0 -o \
    -type d -fprintf "$tmp/folders" '%P\n' -o -fprintf "$tmp/there" '%s %P\n' \
    >"$tmp/odd" 2>/dev/null || unsure "a folder cannot be read"
if [ -s "$tmp/odd" ]; then
    first=$(tr '\n\0' '?\n' <"$tmp/odd" | head -n 1 | cut -c1-300)
    not_verified "$first: an odd name, a link, a pipe, a device or too deep; nothing is opened where such things stand"
fi
cut -d' ' -f2 "$tmp/there" | sort >"$tmp/paths"
cat "$tmp/paths" "$tmp/folders" >"$tmp/names"
awk -F/ 'length($NF) > 200 { bad = 1 } END { exit bad }' "$tmp/names" || not_verified "a name is too long"
tr A-Z a-z <"$tmp/names" | sort | uniq -d | grep -q . && not_verified "names differ by capitals only"
grep -Eiq '(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|/|$)' "$tmp/names" && not_verified "a name is that of a device"
[ ! -f custody/log.redacted ] || [ "$log" = custody/log.redacted ] || wrong "two logs stand in custody/"
pending=''
if grep -qx '0 custody/pending' "$tmp/there"; then
    pending=yes; unsure "a change was interrupted, or is under way"
fi

# ---- the log: which lines are of a form that can be read here ("number:line" in $tmp/read), what they name
torn=''
[ "$(tail -c 1 "$log" | od -An -tx1 | tr -d ' ')" = 0a ] || torn=yes
lines=$(wc -l <"$log")
head -n "$lines" "$log" >"$tmp/log"
[ "$(tr -d '\n\040-\377' <"$tmp/log" | wc -c)" = 0 ] || not_verified "the log holds control characters"
awk 'length($0) > 65535 { bad = 1 } END { exit bad }' "$tmp/log" || not_verified "a line of the log is too long"
text='"([^"\\]|\\.)*"' number='[0-9]{1,15}' hash='"[0-9a-f]{64}"' salt='"[0-9a-f]{32}"' key='SHA256:[A-Za-z0-9+/]{43}'
time='"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"' name='[A-Za-z0-9_][A-Za-z0-9._-]*'
flat="(\"[a-z0-9_]+\":($text|-?[0-9]+|true|false|null),)*" # members before `do` and `files` are texts and numbers
file() { printf '%s' "\\{\"path\":\"$1\",\"sha256\":$hash,\"size\":$number\\}"; }
any=$(file '[^"\\]*')
act="^[0-9]+:\\{$flat\"do\":\"[a-z0-9.]+\""
listing="$act,$flat\"files\":\\[($any(,$any)*)?\\][,}]"
grep -an '' "$tmp/log" | grep -avE '"do":.*"do":|"files":.*"files":' >"$tmp/once"
{
    grep -avE '"(files|path)":' "$tmp/once" | grep -aE "$act[,}]"
    grep -aE "$listing" "$tmp/once" | grep -avE "$listing.*\"path\":"
} | sort -n >"$tmp/read"
grep -nE '^[0-9a-f]{64}$' "$tmp/log" | cut -d: -f1 | sort >"$tmp/withheld"
[ "$log" = custody/log.redacted ] || : >"$tmp/withheld"
unread=$((lines - $(wc -l <"$tmp/read") - $(wc -l <"$tmp/withheld")))
[ "$unread" = 0 ] || unsure "$unread lines of the log are of a form that is not read here: verify_case.py"
acts() { # the lines of the act $1 with exactly the members $2 (and $3 before `by`); others of that act are told
    grep -aF "\"do\":\"$1\"" "$tmp/read" >"$tmp/act"
    form="^[0-9]+:\\{\"at\":$time,${3:-}\"by\":$text,(\"clock_set_back_from\":$time,)?\"do\":\"$1\",$2\\}\$"
    grep -aE "$form" "$tmp/act"
    case $1 in seal.*) verdict=wrong ;; *) verdict=unsure ;; esac # the acts of a sealing have no other form
    grep -avEq "$form" "$tmp/act" && "$verdict" "the log holds an act $1 in a form that is not read here: verify_case.py"
}
chain="\"n\":$number,\"prev\":$hash" end="\"n\":$number,\"prev\":$hash,\"salt\":$salt,\"seal\":$number"
list='stamp([2-9]|[1-9][0-9]{1,2})?' authority='[a-z0-9][a-z0-9-]{0,30}' in="seals/[0-9]{6,15}"
lists="$in/(manifest-sha256|salt)\\.txt" by="\"authority\":\"$authority\","
part=$(file "$in/(manifest-sha256|salt|seal)\\.txt") sig=$(file "$in/seal\\.txt\\.$name\\.sig")
ask=$(file "$in/$list\\.(sha256|$authority\\.tsq)") stamp=$(file "$in/$list\\.$authority\\.(tsr|pem)")
acts seal.sign "\"files\":\\[$sig\\],$end,\"signer\":\"$key\"" >"$tmp/sign"
{
    cat "$tmp/sign"
    acts seal.add "\"files\":\\[$part,$part,$part\\],$end"
    acts seal.ask "\"files\":\\[$ask(,$ask)?\\],\"list\":\"$list\\.sha256\",$end" "$by"
    acts seal.stamp "\"files\":\\[$stamp,$stamp\\],\"list\":\"$list\\.sha256\",$end" "$by"
} | cut -d: -f1 | sort >"$tmp/sealing"
sed -E 's/^.*"path":"([^"]*)".*"signer":"([^"]*)"\}$/\1 \2/' "$tmp/sign" >"$tmp/signed-by"
why="\"since\":$time,\"why\":\"(lost|stolen|retired)\""
acts key.revoke "\"key\":\"$key\",$chain,\"reason\":$text,\"salt\":$salt,$why" |
    sed -E 's/^.*"do":"key\.revoke","key":"([^"]*)".*"since":"([^"]*)","why":"[a-z]*"\}$/\1 \2/' >"$tmp/revoked"
went="\"removed\":\\[(\"$lists\"(,\"$lists\")*)?\\],\"salt\":$salt(,\"tally\":\\{($text|[^\"\\])*\\})?"
acts line.erase "\"item\":$text,\"line\":$number,$chain,\"reason\":$text,$went" "\"authority\":$text," >"$tmp/erase"
sed -E 's/^([0-9]+):.*"do":"line\.erase","item":"([^"\\]|\\.)*","line":([0-9]+),.*$/\1 \3/' "$tmp/erase" >"$tmp/erasures"
sed -E 's/"removed":\[/&\n/' "$tmp/erase" | # line, path of each file that went, too
    awk -F'"' '/^[0-9]+:/ { n = $0 + 0; next } { for (i = 2; $i ~ /^seals/; i += 2) print n, $i }' >"$tmp/removed"
{ # line, digest, path, size of each file that is named
    awk '(i = index($0, "\"files\":[")) {
        rest = substr($0, i + 9); count = split(substr(rest, 1, index(rest, "]") - 1), part, "\"")
        for (i = 4; i < count; i += 10) { # between quotes: path, its value, sha256, its value, size
            size = part[i + 7]; gsub(/[^0-9]/, "", size); print $0 + 0, part[i + 4], part[i], size
        }
    }' "$tmp/read"
    kept="\"kept_as\":\"[^\"\\]*\",\"n\":$number,\"offset\":$number,\"prev\":$hash,\"salt\":$salt"
    acts log.repair "$kept,\"sha256\":$hash,\"size\":$number" |
        sed -E 's/^([0-9]+):.*"kept_as":"([^"]*)".*"sha256":"([0-9a-f]*)","size":([0-9]+)\}$/\1 \3 \2 \4/'
} >"$tmp/files"
grep -Evq "^[0-9]+ [0-9a-f]{64} (custody|evidence|seals|settings)(/$name)+ [0-9]+\$" "$tmp/files" &&
    not_verified "the log names files in a way that no case does; they are not looked at"
cut -d' ' -f3 "$tmp/files" | sort >"$tmp/logged"
uniq -d "$tmp/logged" | grep -q . && wrong "the log names a file twice"

# ---- lines that are withheld or erased
awk '{ print $2 + 1 }' "$tmp/erasures" | sort -u >"$tmp/erased"
[ -z "$(comm -13 "$tmp/withheld" "$tmp/erased")" ] || wrong "the log says of a line that is there that it is erased"
awk '$2 < 1 || $2 + 1 >= $1 { bad = 1 } END { exit bad }' "$tmp/erasures" || wrong "a line.erase names no line before it"
comm -12 "$tmp/withheld" "$tmp/erased" | sort -n |
    while read -r n; do unsure "line $n of the log was erased by law; what it said can no longer be checked"; done
comm -23 "$tmp/withheld" "$tmp/erased" >"$tmp/kept-back"
[ ! -s "$tmp/kept-back" ] || note "PARTIAL: $(wc -l <"$tmp/kept-back") of $lines lines of the log are withheld"
grep -qx 1 "$tmp/withheld" && wrong "the first line of the log is withheld"
[ "$log" = custody/log.jsonl ] || [ -s "$tmp/withheld" ] || wrong "log.redacted, but nothing is withheld"
cut -d' ' -f2 "$tmp/removed" | sort | comm -12 - "$tmp/paths" | each wrong "is there, but went with what was erased"

# ---- the files that the log names
awk '{ print $4, $3 }' "$tmp/files" | sort >"$tmp/want"
sort "$tmp/there" | comm -12 "$tmp/want" - | cut -d' ' -f2 | sort >"$tmp/right-size"
comm -23 "$tmp/logged" "$tmp/right-size" >"$tmp/lost"
if [ -s "$tmp/kept-back" ]; then cat "$tmp/lost"; else cut -d' ' -f2 "$tmp/removed"; fi | grep -Ex "$lists" | sort |
    comm -23 - "$tmp/paths" >"$tmp/lists" # that name what is withheld or erased, too, and so are not there
comm -23 "$tmp/lost" "$tmp/lists" | each wrong "was logged, and is gone or has another size"
awk 'NR == FNR { there[$0]; next } $3 in there { print $2 "  " $3 }' "$tmp/right-size" "$tmp/files" >"$tmp/sums"
if [ ! -s "$tmp/files" ]; then
    wrong "the log names no files"
elif sha256sum --quiet --strict -c "$tmp/sums" >"$tmp/failed" 2>/dev/null; then
    good "$(wc -l <"$tmp/sums") files have the size and the SHA-256 that the log names"
else
    sed 's/: FAILED.*//' "$tmp/failed" | each wrong "is not what was logged"
fi
settings=$(grep '^settings/' "$tmp/logged" | tail -n 1)
if [ -z "$settings" ]; then
    wrong "no settings are logged"
elif { [ ! -s "$tmp/withheld" ] || [ -f case.yaml ]; } && ! cmp -s case.yaml "$settings"; then
    verdict=wrong; [ -z "$pending$torn" ] || verdict=unsure
    "$verdict" "case.yaml is not $settings"
fi

# ---- the list $1 of digests, with the tokens over it; times at which a file is known to have existed -> $tmp/times
stamps() {
    folder_of=${1%/*} stem=${1%.sha256}
    small "$1" 131072 || { wrong "$1 is too large"; return; }
    case $1 in
    evidence/*) grep -F " $folder_of/" "$tmp/files" | sed 's|^[0-9]* \([0-9a-f]*\) .*/\([^/ ]*\) [0-9]*$|\1  \2|' |
        grep -Ev '  (stamp\..*|item\.json)$' ;;
    *) { echo seal.txt; covered "$1"; } | (cd "$folder_of" && while read -r one; do sha256sum "${one##*/}"; done) 2>/dev/null ;;
    esac | sort -k2 >"$tmp/list"
    cmp -s "$tmp/list" "$1" || { wrong "$1 is not the list of what it has to cover, as it is now"; return; }
    digest=$(sha <"$1")
    grep -F "$stem." "$tmp/paths" | grep -Ex "[^.]*\\.$authority\\.ts[qr]" | sed 's/\.ts[qr]$//' | sort -u >"$tmp/tokens"
    while read -r token; do token "$1" "$token" "${token##*.}"; done <"$tmp/tokens"
}
covered() { # the signatures that a list has to cover: those that were logged before it
    n=$(path=$1 awk '$3 == ENVIRON["path"] { print $1 }' "$tmp/files")
    if [ -n "$n" ] || [ ! -s "$tmp/withheld" ]; then
        n=${n:-999999999999999} start=${1%/*}/seal.txt. awk '
            index($3, ENVIRON["start"]) == 1 && $1 < ENVIRON["n"] + 0 { print $3 }' "$tmp/files"
    else # in a partial copy: those that it names
        cut -c67- "$1" | grep -Ex "seal\\.txt\\.$name\\.sig"
    fi
}
sized() { # whether a file is one DER value, of at most $2 bytes, and nothing behind it
    size=$(openssl asn1parse -inform DER -in "$1" 2>/dev/null | sed -nE '1s/^ *0:d=0 +hl= *([0-9]+) +l= *([0-9]+) .*/\1 \2/p')
    small "$1" "$2" && [ "$(printf '%s\n' "$size" | awk '{ print $1 + $2 }')" = "$(wc -c <"$1")" ]
}
imprint() { sed -n '/^Message data:$/,/^[^ M]/s/^    [0-9a-f]* - //p' "$1" | cut -c1-47 | tr -d ' \n-'; }
about() { grep -aqx 'Hash Algorithm: sha256' "$1" && [ "$(imprint "$1")" = "$digest" ]; }
token() { # list, request and answer without .tsq and .tsr, authority
    have openssl || { unsure "$2.tsr: there is no openssl to check it"; return; }
    nonce=''
    if [ -f "$2.tsq" ]; then
        openssl ts -query -in "$2.tsq" -text 2>/dev/null | sed '/^Extensions:/q' >"$tmp/query"
        nonce=$(grep -aEx 'Nonce: -?0x[0-9A-F]+' "$tmp/query")
        sized "$2.tsq" 4096 && about "$tmp/query" && [ -n "$nonce" ] && grep -aqx 'Certificate required: yes' "$tmp/query" ||
            { wrong "$2.tsq is no request for this list"; return; }
        [ -f "$2.tsr" ] || { note "$2.tsq: $3 was asked and has not answered yet"; return; }
    fi
    # the status text of an answer is not signed: only the token itself is read, up to where names come in it
    rm -f "$tmp/token"
    sized "$2.tsr" 1048576 && openssl ts -reply -in "$2.tsr" -token_out -out "$tmp/token" 2>/dev/null
    openssl ts -reply -token_in -in "$tmp/token" -text 2>/dev/null | sed '1,/^TST info:$/d; /^TSA:/,$d' >"$tmp/reply"
    when=$(sed -n 's/^Time stamp: //p' "$tmp/reply") at=''
    printf '%s\n' "$when" | grep -Eqx '[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)? [0-9]{4} GMT' &&
        [ "$(printf '%s\n' "$when" | wc -l)" = 1 ] && at=$(date -d "$when" +%s 2>/dev/null)
    status=$(openssl ts -reply -in "$2.tsr" -text 2>/dev/null | sed -n 2p)
    if [ -z "$at" ] || [ "$status" != 'Status: Granted.' ] || ! about "$tmp/reply" ||
        { [ -n "$nonce" ] && [ "$(grep -a '^Nonce: ' "$tmp/reply")" != "$nonce" ]; }; then
        wrong "$2.tsr is not the answer to the request for this list"
    elif [ -z "$roots" ] || [ ! -f "$roots/$3.pem" ]; then
        unsure "$2.tsr says $when; there is no $3.pem with its roots"
    elif openssl ts -verify -attime "$at" -CAfile "$roots/$3.pem" -data "$1" -in "$2.tsr" >/dev/null 2>&1; then
        good "$1 existed not later than $when, says $3"
        cut -c67- "$1" | while read -r one; do printf '%s %s\n' "$at" "${1%/*}/$one"; done >>"$tmp/times"
    else
        wrong "$2.tsr is not a token of $3, or does not belong to this list"
    fi
}

# ---- the signature $2 of the seal of $3 lines in folder $1: whose, and did the key count when it is known to exist?
doubt() { printf '%s %s\n' "$1" "$2" >>"$tmp/doubts"; }
signature() {
    seal=$1/seal.txt sig=$2
    have ssh-keygen || { doubt "$3" "$sig: there is no ssh-keygen to check it"; return; }
    said=$(small "$sig" 16384 && ssh-keygen -Y check-novalidate -n abusekit-seal-v1 -s "$sig" <"$seal" 2>/dev/null)
    [ "$(sed -n '1p;$p' "$sig" | tr -cd 'A-Z ')" = 'BEGIN SSH SIGNATUREEND SSH SIGNATURE' ] || said=''
    signer=$(printf '%s\n' "$said" | sed -nE "s|^Good \"abusekit-seal-v1\" signature with [A-Za-z0-9-]+ key ($key)\$|\\1|p")
    [ -n "$signer" ] || { wrong "$sig is no signature of this seal.txt"; return; }
    logged=$(path=$sig awk '$1 == ENVIRON["path"] { print $2 }' "$tmp/signed-by")
    [ "${logged:-$signer}" = "$signer" ] || { wrong "$sig is of key $signer, logged was one of $logged"; return; }
    at=$(path=$sig awk '$2 == ENVIRON["path"] { print $1 }' "$tmp/times" | sort -n | head -n 1)
    since=$(key=$signer awk '$1 == ENVIRON["key"] { print $2 }' "$tmp/revoked" | sort | head -n 1)
    if [ -n "$since" ] && { [ -z "$at" ] || [ "$at" -ge "$(date -d "$since" +%s 2>/dev/null || echo 0)" ]; }; then
        doubt "$3" "$sig: good, but its key $signer counts no more since $since, and no time stamp shows it older"
        return
    fi
    [ -n "$signers" ] || { doubt "$3" "$sig: good signature of key $signer: whose is it?"; return; }
    if [ -n "$at" ]; then
        cp -- "$signers" "$tmp/signers"; verify_time=$(date -d "@$at" +%Y%m%d%H%M%S)
    else # without a time, a key that counts for some time only vouches for nothing
        grep -aviE 'valid-(after|before)=' "$signers" >"$tmp/signers"; verify_time=$(date +%Y%m%d%H%M%S)
    fi
    who=$(ssh-keygen -Y find-principals "-Overify-time=$verify_time" -f "$tmp/signers" -s "$sig" 2>/dev/null | head -n 1)
    who=${who%%,*}
    if [ -n "$who" ] && ssh-keygen -Y verify "-Overify-time=$verify_time" -f "$tmp/signers" -I "$who" -n abusekit-seal-v1 \
        -s "$sig" <"$seal" >/dev/null 2>&1; then
        good "$sig: signed by $who, key $signer"; counts=yes
    else
        doubt "$3" "$sig: good signature of key $signer, for which nobody vouches: whose is it?"
    fi
}

# ---- each seal, oldest first
# the form of seal.txt, with tabs for the ends of its lines
form="abusekit/case/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}#[1-9][0-9]{0,14}#[A-Za-z0-9+/]{43}="
for one in root head log manifest; do form="$form#$one-sha256 [0-9a-f]{64}"; done
form="$form#sealed-at [0-9TZ:.-]{27}#tool [!-~]{1,100}#([a-z0-9][a-z0-9-]{0,39} [ -~]{1,400}#){0,20}"
form=$(printf '%s' "$form" | tr '#' '\t')
grep -Ex 'seals/([0-9]{6}|[1-9][0-9]{6,14})' "$tmp/folders" | sort -t/ -k2n >"$tmp/seals"
newest=0 signed=0 counts='' some=''
while read -r folder; do
    seal=$folder/seal.txt counts='' some='' sound=yes
    [ -f "$seal" ] || { wrong "$seal is gone"; continue; }
    if ! small "$seal" 8192 || grep -q '	' "$seal" || ! tr '\n' '\t' <"$seal" | grep -aEqx "$form"; then
        wrong "$seal is not of the form that seals have"; continue
    fi
    n=$(sed -n 2p "$seal")
    [ "$folder" = "$(printf 'seals/%06d' "$n")" ] || { wrong "$seal is not in the folder of its lines"; continue; }
    newest=$n
    [ "$n" -le "$lines" ] || { wrong "$seal covers $n lines, the log has $lines"; continue; }
    case=$(sed -n '1s|.*/||p' "$seal")
    grep -aEq "^1:\\{\"at\":$time,\"by\":$text,\"case\":\"$case\",\"do\":\"case\\.create\"," "$tmp/read" ||
        { wrong "$seal is of another case"; sound=''; }
    sort -n "$tmp/withheld" | n=$n awk '$1 <= ENVIRON["n"] + 0' | sort >"$tmp/hidden"
    n=$n awk '$1 <= ENVIRON["n"] + 0 { print $2 + 1 }' "$tmp/erasures" | sort | comm -23 "$tmp/hidden" - >"$tmp/open"
    if [ "$(head -n "$n" "$tmp/log" | sha)" = "$(sed -n '6s/^log-sha256 //p' "$seal")" ]; then
        good "$seal: the first $n lines of the log are those that were sealed"
    elif [ ! -s "$tmp/open" ]; then
        wrong "$seal: the first $n lines of the log are not those that were sealed"; sound=''
    elif [ "$n" = "$lines" ]; then
        unsure "$seal: log-sha256 cannot be compared, and as this partial copy ends here, none of its lines can record" \
            "the seal: it is judged by what it says, and verify_case.py compares the root"
    else
        unsure "$seal: log-sha256 cannot be compared, lines are withheld or erased: verify_case.py compares the root"
    fi
    manifest=$folder/manifest-sha256.txt
    if [ ! -f "$manifest" ]; then
        [ -s "$tmp/kept-back" ] || grep -qxF "$manifest" "$tmp/lists" || wrong "$manifest is gone"
    elif [ "$(sha <"$manifest")" != "$(sed -n '7s/^manifest-sha256 //p' "$seal")" ]; then
        wrong "$manifest is not the list that was sealed"; sound=''
    elif [ ! -s "$tmp/open" ]; then
        { cat "$tmp/removed"; sed 's/^/x /' "$tmp/files"; } | n=$n salt=$folder/salt.txt awk '
            $1 != "x" { if ($1 <= ENVIRON["n"] + 0) gone[$2]; next }
            ($2 <= ENVIRON["n"] + 0 || $4 == ENVIRON["salt"]) && !($4 in gone) { print $3 "  " $4 }' | sort -k2 >"$tmp/list"
        grep -qxF "$folder/salt.txt" "$tmp/logged" || # a seal that is not logged yet
            sha256sum "$folder/salt.txt" 2>/dev/null | sort -k2 - "$tmp/list" -o "$tmp/list"
        cmp -s "$tmp/list" "$manifest" || { wrong "$manifest names files otherwise than the log does"; sound=''; }
    fi
    grep -Ex "$folder/$list\\.sha256" "$tmp/paths" >"$tmp/stamped"
    while read -r one; do stamps "$one"; done <"$tmp/stamped"
    grep -Ex "$folder/$list\\.$authority\\.(tsq|tsr|pem)" "$tmp/paths" | sed 's/\.[^.]*\.[a-z]*$/.sha256/' | sort -u |
        comm -23 - "$tmp/stamped" | each wrong "is gone; time stamps over it are there"
    grep -Ex "$folder/seal\\.txt\\.$name\\.sig" "$tmp/paths" >"$tmp/signatures"
    while read -r one; do some=yes; signature "$folder" "$one" "$n"; done <"$tmp/signatures"
    [ -z "$counts" ] || [ -z "$sound" ] || signed=$n
done <"$tmp/seals"
grep -Ex "evidence/$name/$list\\.sha256" "$tmp/right-size" >"$tmp/stamped"
while read -r one; do stamps "$one"; done <"$tmp/stamped"

# ---- what no seal covers, and what nobody logged
own=$(printf 'seals/%06d' "$newest")
if [ "$newest" = 0 ]; then
    unsure "the case is not sealed"
else
    [ -n "$some" ] || unsure "the newest seal is not signed"
    seq "$((newest + 1))" "$lines" | sort | comm -23 - "$tmp/sealing" >"$tmp/behind"
    [ ! -s "$tmp/behind" ] || unsure "$(wc -l <"$tmp/behind") acts behind the newest seal are not covered by any"
fi
while read -r n said; do
    if [ "$n" -lt "$signed" ]; then
        note "$said; a newer seal, which is well signed, covers the same lines"
    else
        unsure "$said"
    fi
done <"$tmp/doubts"
partial='' begun=''
[ "$newest" = "$lines" ] && [ -s "$tmp/kept-back" ] && partial=yes
if [ "$newest" != 0 ] && [ -z "$partial" ] && ! grep -qxF "$own/seal.txt" "$tmp/logged"; then
    begun=yes; unsure "$own is not in the log: a run was interrupted"
fi
late="seal\\.txt\\.$name\\.sig|$list\\.(sha256|$authority\\.(tsq|tsr|pem))" # what can come after the seal itself
[ -z "$partial" ] || late="$late|seal\\.txt"
comm -13 "$tmp/logged" "$tmp/paths" | while read -r path; do
    case $path in
    custody/log.jsonl | custody/log.redacted | case.yaml) continue ;;
    kit/VERIFY.html | kit/VERIFY.txt | kit/verify.sh | kit/verify_case.py) continue ;;
    custody/log.lock | custody/capture.lock | custody/pending)
        grep -qxF "0 $path" "$tmp/there" || wrong "$path has to be empty"; continue ;;
    custody/not-whole-*) note "$path: set aside after a crash, not evidence"; continue ;;
    "$own"/*)
        [ -z "$begun" ] || continue
        if printf '%s\n' "${path#"$own"/}" | grep -Eqx "$late"; then
            [ -n "$partial" ] || unsure "$path is not logged yet"
            continue
        fi ;;
    esac
    printf '%s\n' "$path"
done | each wrong "is there, but was never logged"
awk -F/ '{ p = $1; for (i = 2; i <= NF; i++) { print p; p = p "/" $i } }' "$tmp/paths" >"$tmp/above"
printf '%s\n' settings custody evidence seals kit | sort -u - "$tmp/above" -o "$tmp/above"
[ -s "$tmp/withheld" ] || sort "$tmp/folders" | comm -13 "$tmp/above" - | grep -v '^custody/not-whole-' |
    each wrong "is a folder in which nothing was logged"
if [ -s "$tmp/wrong" ]; then echo "NOT VERIFIED"; exit 1; fi
if [ -n "$torn" ]; then echo "TORN LOG: its last line is incomplete"; exit 3; fi
if [ -s "$tmp/unsure" ]; then echo "NOT FULLY CHECKED"; exit 7; fi
echo "NOTHING IS WRONG (chain and root of the log, item.json: verify_case.py)"
