"""The one page for a stranger, as text and as HTML: what lies here, how to check it, what that shows and what not."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from abusekit.integrity.findings import PROVES
from abusekit.integrity.keys.sshsig import NAMESPACE
from abusekit.integrity.sealing.manifest import MANIFEST, SEAL
from abusekit.kit.facts import Facts
from abusekit.plain import safe_text

WIDTH = 100
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = (
    "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 sans-serif;color:#111;background:#fff}"
    "pre{background:#f2f2f2;padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "td{padding:.15rem .8rem .15rem 0;vertical-align:top;overflow-wrap:anywhere}"
    "@media print{pre{border:1px solid #999}}"
)


@dataclass(slots=True)
class Section:
    """A part of the page."""

    title: str
    # its heading
    says: list[str] = field(default_factory=list)
    # paragraphs
    table: list[tuple[str, str]] = field(default_factory=list)
    # rows of name and value
    commands: list[str] = field(default_factory=list)
    # lines to type, in the case folder
    behind: list[str] = field(default_factory=list)
    # paragraphs under the commands


def sections(facts: Facts, programs: dict[str, str]) -> list[Section]:
    """The page over `facts`; `programs`: name of each program in kit/ → its SHA-256."""
    return [
        _holds(facts), _bring(facts, programs), _at_once(facts), _words(facts), _by_hand(facts), _shows(facts)
    ]  # fmt: skip


def as_text(parts: list[Section]) -> str:
    lines = ["HOW TO CHECK THIS CASE FOLDER", ""]
    for part in parts:
        lines += [part.title.upper(), ""]
        for paragraph in part.says:
            lines += [*_wrapped(paragraph), ""]
        if part.table:
            wide = max(len(name) for name, _ in part.table) + 2
            for name, value in part.table:
                first, *rest = _wrapped(value, WIDTH - wide)
                lines += [name.ljust(wide) + first, *(" " * wide + more for more in rest)]
            lines.append("")
        if part.commands:
            lines += [*("    " + command for command in part.commands), ""]
        for paragraph in part.behind:
            lines += [*_wrapped(paragraph), ""]
    return "\n".join(lines)


def as_html(parts: list[Section]) -> str:
    """The same page; no script, loads nothing."""
    body = []
    for part in parts:
        body.append(f"<h2>{_safe(part.title)}</h2>")
        body += [f"<p>{_safe(paragraph)}</p>" for paragraph in part.says]
        if part.table:
            rows = "".join(
                f"<tr><td>{_safe(name)}</td><td>{_safe(value)}</td></tr>" for name, value in part.table
            )
            body.append(f"<table>{rows}</table>")
        if part.commands:
            body.append(f"<pre>{_safe(chr(10).join(part.commands))}</pre>")
        body += [f"<p>{_safe(paragraph)}</p>" for paragraph in part.behind]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">\n'
        f"<title>How to check this case folder</title><style>{_STYLE}</style></head>\n"
        "<body><h1>How to check this case folder</h1>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _safe(text: str) -> str:
    return "\n".join(escape(safe_text(line)) for line in text.split("\n"))


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    import textwrap

    return textwrap.wrap(safe_text(text), width, break_long_words=False, break_on_hyphens=False) or [""]


def _holds(facts: Facts) -> Section:
    part = Section("What lies here")
    if facts.withheld:
        part.says.append(
            f"This is a PARTIAL copy: {facts.withheld} of {facts.lines} lines of the custody log are"
            " withheld. Of each only its hash stands here, which holds its place in the chain and in the"
            " sealed state. A withheld line may tell of a decision about an exhibit that is here."
        )
    if facts.erased:
        numbers = ", ".join(map(str, facts.erased[:50])) + (" and more" if len(facts.erased) > 50 else "")
        part.says.append(
            f"Lines of the custody log that were ERASED because the law asked for it: {numbers}. What"
            " they said can no longer be checked; that is no fault of the rest, and every check says so"
            " (exit code 7)."
        )
    part.table = [
        ("case", facts.case),
        ("custody log", f"{facts.log}, {facts.lines} lines"),
        ("exhibits", str(facts.items)),
    ]
    if facts.newest is None:
        part.table.append(("seal", "none: nothing shows that this state is an old one"))
        return part
    seal = facts.newest
    part.table += [
        ("newest seal", f"{facts.folder}, over the first {seal.size} lines; seals in all: {facts.seals}"),
        ("sealed at", f"{seal.sealed_at}, by the clock of the computer that made it"),
        ("root", seal.root),
    ]
    for one in facts.signatures:
        part.table.append((f"signed ({one.name})", f"by the key {one.fingerprint}"))
    for token in facts.tokens:
        part.table.append((f"stamped ({token.authority})", f"says {token.gen_time:%Y-%m-%d %H:%M:%S} UTC"))
    if not facts.signatures:
        part.table.append(("signed", "by nobody"))
    if not facts.tokens:
        part.table.append(("stamped", "by no time-stamp authority, when this page was written"))
    return part


def _bring(facts: Facts, programs: dict[str, str]) -> Section:
    part = Section("What to get from elsewhere")
    part.says = [
        "Whoever could change this folder could change this page and the programs beside it as well. So"
        " these come by another way: by telephone, on paper, from the authority's own site. Put them"
        " beside this folder, not into it.",
    ]
    part.table = [
        (
            "../allowed_signers",
            "a file with the line of each signer's key. To see the fingerprints in it: ssh-keygen -lf"
            " ../allowed_signers. Compare them with what the signer reads out.",
        )
    ]
    for name in dict.fromkeys(token.authority for token in facts.tokens):
        part.table.append(
            (f"../roots/{name}.pem", f"the root certificate of the time-stamp authority {name}.")
        )
    part.table.append(("an older seal.txt", "if anybody kept one: only that shows a case that was cut back."))
    part.table += [
        (name, f"your own copy of the program; the one in kit/ has the SHA-256 {sha256}")
        for name, sha256 in programs.items()
    ]
    return part


def _at_once(facts: Facts) -> Section:
    cas = "".join(
        f" --ca {name}=../roots/{name}.pem"
        for name in dict.fromkeys(token.authority for token in facts.tokens)
    )
    return Section(
        "All at once",
        says=[
            "In this folder, on a computer without network if you like. Read the programs before you run"
            " them."
        ],
        commands=[
            f"python3 -I kit/verify_case.py . --signers ../allowed_signers{cas}",
            f"sh kit/verify.sh . ../allowed_signers{' ../roots' if facts.tokens else ''}",
        ],
        behind=[
            "The first program (Python 3.8 or newer, nothing to install) checks all but what is inside of"
            " web archives (.wacz) and of the papers of hand-overs; the second uses sha256sum, ssh-keygen and"
            " openssl alone, and leaves more to the first. What the last line of either means:"
        ],
    )


def _words(facts: Facts) -> Section:
    """The verdicts and their exit codes; which of them is to be expected here."""
    part = Section("What the words mean")
    part.table = [
        (
            "VERIFIED (exit code 0)",
            "all that is checked agrees, and who signed is vouched for by the files that you brought. The second"
            " program says NOTHING IS WRONG instead.",
        ),
        (
            "NOT VERIFIED (1)",
            "something is changed, missing, or was never logged; the lines above it say what.",
        ),
        (
            "NOT FULLY CHECKED (7)",
            "nothing is wrong, but something could not be checked: each line that starts with"
            " COULD-NOT-CHECK says what, and what is needed for it. Often it is a key or an authority that you"
            " have not brought. It is no sign that something was changed.",
        ),
        (
            "TORN LOG (3)",
            "the last line of the log is incomplete, as after a power failure; or here is no case.",
        ),
        ("NOTE", "a line that tells something and weighs nothing."),
    ]
    if facts.withheld:
        part.table.append(
            (
                "(PARTIAL …)",
                "as it should be in this copy: lines were withheld on purpose. verify_case.py can end with"
                " VERIFIED (PARTIAL …) and 0. verify.sh always ends with 7 here: with stock tools the log of a"
                " partial copy cannot be compared, which is no fault of the copy.",
            )
        )
    if facts.erased:
        part.table.append(
            (
                "(ERASED …)",
                "as it should be in this case: lines were erased because the law asked for it, so both programs"
                " end with 7 and name them.",
            )
        )
    return part


def _by_hand(facts: Facts) -> Section:
    part = Section("By hand")
    if facts.newest is None:
        return part
    folder, size = facts.folder, facts.newest.size
    if facts.withheld or facts.erased:
        part.behind.append(
            "log-sha256 and the list of files of a seal cannot be compared by hand where lines are"
            " withheld or were erased after it; verify_case.py compares the root over all lines."
        )
    else:
        part.commands.append(f"head -n {size} {facts.log} | sha256sum    # as log-sha256 in {folder}/{SEAL}")
    if facts.manifest:
        part.commands.append(f"sha256sum {folder}/{MANIFEST}    # as manifest-sha256 in {folder}/{SEAL}")
        part.commands.append(f"sha256sum --quiet -c {folder}/{MANIFEST}")
    for one in facts.signatures:
        part.commands.append(
            f"ssh-keygen -Y verify -f ../allowed_signers -I {one.name} -n {NAMESPACE}"
            f" -s {folder}/{SEAL}.{one.name}.sig < {folder}/{SEAL}    # -I: the name in allowed_signers"
        )
    for stem in dict.fromkeys(token.stem for token in facts.tokens):
        part.commands.append(f"(cd {folder} && sha256sum -c {stem}.sha256)")
    for token in facts.tokens:
        part.commands.append(
            f"openssl ts -verify -attime {int(token.gen_time.timestamp())} -CAfile"
            f" ../roots/{token.authority}.pem -data {folder}/{token.stem}.sha256 -in"
            f" {folder}/{token.stem}.{token.authority}.tsr"
        )
    return part


def _shows(facts: Facts) -> Section:
    names = ["log", "seal", "signature", "stamp", "file", "item", "webarchive"]
    part = Section("What this shows, and what it does not")
    part.table = [(name, PROVES[name]) for name in names if (name != "stamp" or facts.tokens)]
    part.behind = [
        "None of it shows that a page was true, who sat at a keyboard, or that nothing was left out"
        " before it was taken in. A folder written anew as a whole agrees with itself: that is what the"
        " key, the time stamp and the kept seal from elsewhere are for. This is no legal advice.",
    ]
    return part
