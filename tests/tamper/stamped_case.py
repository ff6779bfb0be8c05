"""The honest case with time stamps of two authorities over its newest seal, in an opponent's hands.

The authorities are real ones, in this process; their clocks go with the case's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from forger import chained, entries, overwrite, relist, store_lines
from honest_case import START, Suspect

from abusekit.case.folder import Case
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.integrity.sealing import stamping
from abusekit.integrity.timestamps.timestamp import BadToken, read_response
from abusekit.integrity.trust import Authority

NEWEST = "seals/000015"


@dataclass(slots=True)
class Stamped(Suspect):
    """A case, and the authorities that stamped it."""

    issuers: dict[str, TimestampIssuer] = field(default_factory=dict)
    now: datetime = START + timedelta(hours=1)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def ask(self, *names: str) -> list[stamping.Asked]:
        case = Case.open(self.root)
        return stamping.ask(case, self.root / NEWEST, names, by="PO", now=self.clock)

    def take(self, asked: stamping.Asked) -> None:
        answer = self.issuers[asked.authority].answer((self.root / asked.request).read_bytes())
        authority = Authority(asked.authority, self.issuers[asked.authority].root_pem)
        stamping.take_response(Case.open(self.root), asked, answer, authority, by="PO", now=self.clock)

    def replace_logged(self, path: str, data: bytes) -> None:
        """Another file under a path behind the newest seal, and a log that says so: no seal covers these lines.

        With an answer goes the file of its certificates, as a forger who knows the format would see to.
        """
        overwrite(self.root / path, data)
        paths = [path]
        if path.endswith(".tsr"):
            with suppress(BadToken):
                chain = read_response(data).chain
                paths.append(f"{path[:-3]}pem")
                overwrite(self.root / paths[1], chain)
        acts = entries(self.root)
        relist(self.root, acts, *paths)
        store_lines(self.root, chained(acts))


def stamped_copy(suspect: Suspect) -> Stamped:
    """Tokens of local-a and local-b over the newest seal."""
    found = Stamped(suspect.root, suspect.built)
    for name in ("local-a", "local-b"):
        found.issuers[name] = TimestampIssuer(name, clock=found.clock)
    authorities = [Authority(name, issuer.root_pem, pinned=True) for name, issuer in found.issuers.items()]
    found.built = replace(suspect.built, trust=replace(suspect.built.trust, authorities=authorities))
    for asked in found.ask("local-a", "local-b"):
        found.take(asked)
    return found
