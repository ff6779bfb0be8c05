"""The stranger's own program on the same case, with the same trust: it has to come to the same verdict.

It runs in this process, for speed; `tests/kit/test_verify_case.py` runs it as a stranger does. What only abusekit
opens is left out of the comparison: web archives, the papers of a hand-over, and what this computer saw before.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from abusekit.errors import AbusekitError
from abusekit.integrity.findings import WRONG, Status
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict
from abusekit.kit.programs import verify_case as kit

NOT_IN_THE_KIT = ("webarchive", "custody")
kit.check_ed25519 = lru_cache(256)(kit.check_ed25519)  # the same signatures in a thousand copies


def signers_line(signer: Signer) -> str:
    """The `allowed_signers` line of a signer as somebody would write it."""
    options = [f'namespaces="{",".join(signer.namespaces)}"'] if signer.namespaces else []
    for name, at in (("valid-after", signer.valid_after), ("valid-before", signer.valid_before)):
        if at is not None:
            options.append(f'{name}="{at:%Y%m%d%H%M%S}Z"')
    return f'"{",".join(signer.principals)}" {",".join(options)} {signer.public.openssh_line}'.replace(
        "  ", " "
    )


def _trust(given: Trust, question: Question) -> kit.Trust:
    trust = kit.Trust()
    lines = "".join(signers_line(signer) + "\n" for signer in given.signers)
    trust.signers = kit.read_signers(lines.encode(), "signers")
    trust.pinned = list(given.pinned)
    for authority in given.authorities:
        trust.roots[authority.name] = authority.roots
    trust.against = [(name, data, kit.Seal(data)) for name, data in question.against]
    return trust


def check_agrees(root: Path, question: Question, found: Verdict | AbusekitError) -> None:
    """The same exit code from the stranger's program as abusekit's verdict without what only abusekit opens."""
    try:
        stranger = kit.verify(str(root), _trust(question.trust, question), question.now)
    except (OSError, kit.Bad) as fault:
        assert isinstance(found, AbusekitError), fault
        return
    assert isinstance(found, Verdict), stranger.word
    statuses = {
        status
        for (check, status), count in found.counts.items()
        if count and check not in NOT_IN_THE_KIT and (check, status) != ("against", Status.UNCHECKED)
    }
    expected = 7 if Status.UNCHECKED in statuses else 0
    if statuses & set(WRONG):
        expected = 1
    elif found.torn:
        expected = 3
    texts = [text for texts in stranger.texts.values() for text in texts]
    assert stranger.exit_code == expected, (texts, found.findings)
    assert stranger.word == found.sentence or stranger.exit_code != found.exit_code, found.sentence
    assert list(stranger.log.withdrawn) == list(found.withdrawn)
    assert list(stranger.log.quarantined) == list(found.quarantined)
    assert (stranger.log.size, stranger.log.root) == (found.lines, found.root) or stranger.log.broken
