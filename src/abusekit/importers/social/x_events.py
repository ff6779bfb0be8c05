"""What is no post and no message in an X archive: who joined or left, blocks, renames, logins, the owner."""

from __future__ import annotations

from abusekit.importers.fields import Table, WrongShapeError, elements, table, text, unknown
from abusekit.importers.model import Event, Profile, SourceRef
from abusekit.importers.social.x_records import Archive, moment

_MOST_LISTED = 50


def conversation_event(
    kind: str, entry: Table, conversation: str, source: SourceRef, archive: Archive
) -> Event:
    """Joined, left, renamed, as one event for each entry. Raises WrongShapeError: a kind that is not known."""
    sent = moment(text(entry, "createdAt"))
    starter = text(entry, "initiatingUserId")
    author = archive.account(starter) if starter else None
    if kind == "conversationNameUpdate":
        known = frozenset(("name", "initiatingUserId", "createdAt"))
        return Event(
            "title_change",
            "x",
            conversation,
            author,
            text(entry, "name"),
            sent,
            source,
            flags=unknown(entry, known),
        )
    if kind not in ("joinConversation", "participantsJoin", "participantsLeave"):
        raise WrongShapeError(f"an entry `{kind[:40]}` of a conversation, which is not known")
    people = [
        one
        for one in elements(entry, "userIds") or elements(entry, "participantsSnapshot")
        if isinstance(one, str)
    ]
    shown = ", ".join(one[:40] for one in people[:_MOST_LISTED])
    event = Event(
        "leave" if kind == "participantsLeave" else "join", "x", conversation, author, "", sent, source
    )
    event.text = f"{kind}: {shown}" if shown else kind
    if len(people) == 1:
        event.target = archive.account(people[0])
        if kind == "participantsLeave" and author is None:
            event.author = event.target
    event.flags = unknown(
        entry, frozenset(("initiatingUserId", "participantsSnapshot", "userIds", "createdAt"))
    )
    if len(people) > _MOST_LISTED:
        event.flags += (f"people_not_listed:{len(people) - _MOST_LISTED}",)
    return event


def blocking(entry: Table, source: SourceRef, archive: Archive, *, muted: bool) -> Event:
    """The owner blocked or muted an account; when, the archive does not say. Raises WrongShapeError."""
    identity = text(entry, "accountId")
    if not identity:
        raise WrongShapeError("a block without an account")
    flags = ("muted",) if muted else ()
    event = Event("block", "x", "", archive.mine(), "muted" if muted else "blocked", None, source)
    event.target = archive.account(identity)
    event.flags = (*flags, *unknown(entry, frozenset(("accountId", "userLink"))))
    return event


def renamed(entry: Table, source: SourceRef, archive: Archive) -> Event:
    """`screenNameChange`: the owner's handle, before and after. Raises WrongShapeError."""
    outer = table(entry, "screenNameChange")
    change = table(outer, "screenNameChange") or outer
    before, after = text(change, "changedFrom"), text(change, "changedTo")
    if not before and not after:
        raise WrongShapeError("a change of name without names")
    sent = moment(text(change, "changedAt"))
    event = Event("name_change", "x", "", archive.mine(), f"@{before} → @{after}", sent, source)
    known = frozenset(("changedAt", "changedFrom", "changedTo", "accountId", "screenNameChange"))
    event.flags = unknown(change, known)
    return event


def login(entry: Table, source: SourceRef, archive: Archive) -> Event:
    """`ipAudit`: when somebody logged in to the owner's account; the address is a secret and not in the event."""
    audit = table(entry, "ipAudit")
    if text(audit, "loginIp"):
        archive.notes.secret("IP address", f"{source.member} {source.at}/ipAudit/loginIp")
    sent = moment(text(audit, "createdAt"))
    event = Event("login", "x", "", archive.mine(), "", sent, source)
    event.flags = unknown(audit, frozenset(("accountId", "createdAt", "loginIp", "loginPortNumber")))
    return event


def owner(entry: Table, source: SourceRef, archive: Archive) -> Profile:
    """`account`: whose archive it is. Raises WrongShapeError."""
    account = table(entry, "account")
    identity = text(account, "accountId")
    if not identity:
        raise WrongShapeError("an account without a number")
    if archive.owner not in ("", identity):
        archive.notes.warn("the manifest and account.js name different accounts as the owner")
    archive.owner = identity
    archive.handle = text(account, "username")
    archive.name = text(account, "accountDisplayName")
    for key, kind in (("email", "owner's e-mail"), ("phoneNumber", "owner's phone")):
        if text(account, key):
            archive.notes.secret(kind, f"{source.member} {source.at}/account/{key}")
    facts = {"created": text(account, "createdAt")} if text(account, "createdAt") else {}
    return Profile(archive.mine(), source, "owner", facts)
