"""What a member of Meta's exports is, by its content; and whether a thread is Messenger's or Instagram's."""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import Literal

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers.meta.html_pages import page
from abusekit.importers.spans.json_spans import paths

Kind = Literal["thread", "end_to_end", "page", "facebook_list", "instagram_list", ""]

NUMBERED = re.compile(r"message_(\d{1,6})\.(json|html)", re.ASCII)
FACEBOOK_KEYS = re.compile(
    r"(?:friends|deleted_friends|removed_friends|received_requests|rejected_requests|sent_requests|following"
    r"|followers|blocked_users|blocked_profiles|comments|group_comments|profile)_v\d+",
    re.ASCII,
)
INSTAGRAM_KEYS = re.compile(
    r"relationships_\w+|profile_user|account_history_log(?:in|out)_history|comments_\w+_comments", re.ASCII
)
_LIST_NAME = re.compile(r"(?:.*_)?(?:comments|followers|following|blocked)\w*\.json", re.ASCII)
_THREAD_FOLDER = re.compile(
    r"(?:^|/)messages/(?:inbox|archived_threads|message_requests|filtered_threads|e2ee_cutover)/[^/]+/$"
)
_PAGE_SIGNS = re.compile(rb'class="[^"]*\b(?:_a6-g|_a6-p|_2lej|_2lek|_a706)\b')
_JSON_SIGNS = (
    b'"sender_name"', b'"senderName"', b'"participants"', b"_v", b"relationships_", b'"profile_user"',
    b"account_history_", b"_list_data", b"_map_data", b'"label_values"', b'"timestamp"',
)  # fmt: skip
_PAGES: dict[tuple[bytes, str, int], Kind] = {}
_PAGES_MOST = 20_000
_INSTAGRAM_ROOT = b"your_instagram_activity/"
_LIST_FOLDERS = ("connections/", "personal_information/", "your_instagram_activity/", "security_and_login_information/",
    "followers_and_following/", "comments/", "account_information/", "login_and_account_creation/")  # fmt: skip


def kind_of(member: Member) -> Kind:
    """The kind of one member, by its first 64 KiB. Empty: not Meta's, or not read here."""
    head = head_of(member)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"["):
        return _json_kind(head, member.name)
    if first != b"<":
        return ""
    key = (hashlib.sha256(head).digest(), member.name, member.size)
    if key not in _PAGES:  # a page is costly to look at, and is asked for several times
        if len(_PAGES) >= _PAGES_MOST:
            _PAGES.clear()
        _PAGES[key] = _page_kind(head, member)
    return _PAGES[key]


def head_of(member: Member) -> bytes:
    """The first 64 KiB; empty where the member cannot be read, which its reader will tell."""
    try:
        return member.head(HEAD)
    except InputError:
        return b""


def _json_kind(head: bytes, name: str) -> Kind:
    if not any(sign in head for sign in _JSON_SIGNS):
        return ""
    seen = paths(head)
    roots = {path[1:] for path in seen if path.count("/") == 1}
    if {"/messages/*/sender_name", "/messages/*/timestamp_ms"} <= seen:
        return "thread"
    if {"/messages/*/senderName", "/messages/*/timestamp"} <= seen:
        return "end_to_end"
    if "messages" in roots and "participants" in roots:
        if "/participants/*/name" in seen and roots & {"thread_path", "is_still_participant"}:
            return "thread"
        return "end_to_end" if "threadName" in roots else ""
    if any(FACEBOOK_KEYS.fullmatch(key) for key in roots):
        return "facebook_list"
    if any(INSTAGRAM_KEYS.fullmatch(key) for key in roots):
        return "instagram_list"
    if "[]" not in seen:
        return ""
    if "/*/timestamp" in seen and (
        {"/*/data/*/post"} & seen or {"/*/attachments/*/data", "/*/title"} <= seen
    ):
        return "facebook_list"
    if {
        "/*/string_list_data/*/href",
        "/*/string_map_data",
        "/*/label_values/*/label",
    } & seen and _LIST_NAME.fullmatch(name):
        return "instagram_list"  # of these lists the name alone says whether they are comments or followers
    return ""


def _page_kind(head: bytes, member: Member) -> Kind:
    """A page of messages: it holds one, and is named so by its head (`Participants: A, B`) or its own file name."""
    numbered = NUMBERED.fullmatch(member.name) is not None
    signed = _PAGE_SIGNS.search(head) is not None
    if not signed and not (member.size < HEAD and b"<div" in head and b":" in head):
        return ""
    cut = page(head)
    if not cut.entries:
        return "page" if signed and numbered else ""
    for _, _, text in cut.headings:
        if cut.entries[0].author in named_in(text):
            return "page"
    return "page" if signed and numbered and any(entry.marked for entry in cut.entries) else ""


def named_in(heading: str) -> tuple[str, ...]:
    """The names in `Participants: A, B and C`, whatever the first word; empty: not of this form."""
    label, colon, rest = " ".join(heading.split()).partition(": ")
    if not colon or not 2 <= len(label) <= 30 or not rest:
        return ()
    names = [name.strip() for name in rest.split(",")]
    if label == "Participants" and " and " in names[-1]:
        names[-1:] = names[-1].split(" and ", 1)
    return tuple(name for name in names if name)


def sorted_out(export: Container) -> dict[Literal["messenger", "instagram"], list[Member]]:
    """The members of the export that are Messenger's and Facebook's, and those that are Instagram's.

    Threads look the same in both: the folder `your_instagram_activity` in the path or in what messages refer to makes
    them Instagram's, and so do Instagram's own lists in the same export; else they are Messenger's.
    """
    kinds = [(member, kind_of(member)) for member in export.members]
    roots = {_root(member.path) for member, kind in kinds if kind == "instagram_list"}
    folders = {posixpath.dirname(member.path) + "/" for member, kind in kinds if kind in ("thread", "page")}
    near = {posixpath.dirname(folder.rstrip("/")) for folder in folders}
    found: dict[Literal["messenger", "instagram"], list[Member]] = {"messenger": [], "instagram": []}
    for member, kind in kinds:
        if not kind and not _stray(member, near):
            continue
        if kind in ("facebook_list", "end_to_end"):
            found["messenger"].append(member)
        elif kind == "instagram_list" or _instagram_thread(member, roots):
            found["instagram"].append(member)
        else:
            found["messenger"].append(member)
    return found


def _stray(member: Member, near: set[str]) -> bool:
    """A message file that cannot be read, in the folder of threads that can."""
    folder = posixpath.dirname(member.path)
    return (
        NUMBERED.fullmatch(member.name) is not None
        and _THREAD_FOLDER.search(folder + "/") is not None
        and posixpath.dirname(folder) in near
    )


def told_apart(member: Member) -> bool:
    """Whether path or content say which of the two platforms a thread is of."""
    return (
        re.search(
            r"(?:^|/)your_(?:activity_across_facebook|facebook_activity|instagram_activity)/", member.path
        )
        is not None
        or kind_of(member) in ("end_to_end", "facebook_list", "instagram_list")
        or _INSTAGRAM_ROOT in head_of(member)
    )


def _instagram_thread(member: Member, roots: set[str]) -> bool:
    if "your_instagram_activity/" in member.path:
        return True
    if re.search(r"(?:^|/)your_(?:activity_across_facebook|facebook_activity)/", member.path):
        return False
    if _INSTAGRAM_ROOT in head_of(member):
        return True
    return any(member.path.startswith(root) for root in roots)


def _root(path: str) -> str:
    """Where the export of a list begins."""
    places = [at for folder in _LIST_FOLDERS if (at := f"/{path}".find("/" + folder)) >= 0]
    return path[: min(places)] if places else posixpath.dirname(path) + "/"
