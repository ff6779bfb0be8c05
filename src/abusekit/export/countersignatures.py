"""The signatures of receivers over a seal: in a partial copy they would tell of a hand-over that is withheld.

They are logged behind the seal that they stand over, so that no chosen line names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from abusekit.case.canonical import JSON
from abusekit.case.folder import Case
from abusekit.case.transfer import MAX_PAPER, read_receipt
from abusekit.integrity.timestamps.stamps import MAX_LIST, STAMP_FILE, read_list


def countersignatures(case: Case, sealing: Sequence[dict[str, JSON]], receipts: Iterable[str]) -> set[str]:
    """Paths of the receivers' signatures over one seal, and of the time stamps whose list names one.

    `sealing`: the acts of sealing of that seal, `seal.add` first. `receipts`: paths of the papers of all receipts in
    the log. Raises InputError, EvidenceError: a paper or a list is not as we write it; CaseError.
    """
    added = sealing[0]
    known = set()
    for path in receipts:
        receipt = read_receipt(case.read_small(path, MAX_PAPER))
        if receipt.seal == added["seal"]:
            known.add(receipt.key)
    found = {
        str(one["path"])
        for act in sealing
        if act["do"] == "seal.sign"
        # who only received is no producer, and acts in the log under the name of the key
        and (act["signer"] in known or (str(act["by"]).startswith("SHA256:") and act["by"] != added["by"]))
        for one in act["files"]
    }
    if not found:
        return found
    folder = f"seals/{added['seal']:06}/"
    stems = set()
    for listed in dict.fromkeys(
        str(act["list"]) for act in sealing if act["do"] in ("seal.ask", "seal.stamp")
    ):
        if any(f"{folder}{name}" in found for name in read_list(case.read_small(folder + listed, MAX_LIST))):
            found.add(folder + listed)
            stems.add(listed.removesuffix(".sha256"))
    for act in sealing:
        for one in act.get("files", ()):
            about = STAMP_FILE.match(str(one["path"]).removeprefix(folder))
            if about and about[1] in stems:
                found.add(str(one["path"]))
    return found
