"""Whatever is done to the bytes of an export: no other error than InputError, every place hashed as it stands."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import snapchat, tiktok
from abusekit.importers.importer import Importer, Notes
from abusekit.importers.meta import instagram, messenger

SAMPLES: tuple[tuple[Importer, str, str], ...] = (
    (
        messenger,
        "facebook/msgvault/json_nontext",
        "your_activity_across_facebook/messages/inbox/sam_NONTXT/message_1.json",
    ),
    (
        messenger,
        "facebook/msgvault/json_simple",
        "your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.json",
    ),
    (messenger, "facebook/msgvault/e2ee_simple", "your_activity_across_facebook/messages/alice_1.json"),
    (
        messenger,
        "facebook/msgvault/html_simple",
        "your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.html",
    ),
    (messenger, "facebook/msgvault/html_timestamps", "layout1.html"),
    (
        instagram,
        "instagram/synthetic",
        "your_instagram_activity/messages/inbox/troll_17890000000000001/message_1.json",
    ),
    (instagram, "instagram/synthetic", "your_instagram_activity/comments/post_comments_1.json"),
    (instagram, "instagram/synthetic", "connections/followers_and_following/blocked_profiles.json"),
    (instagram, "instagram/synthetic", "personal_information/personal_information/personal_information.json"),
    (snapchat, "snapchat/synthetic", "json/chat_history.json"),
    (snapchat, "snapchat/synthetic_legacy", "json/chat_history.json"),
    (tiktok, "tiktok/synthetic", "user_data_tiktok.json"),
    (tiktok, "tiktok/synthetic", "user_data_legacy.json"),
)
STRANGE: tuple[object, ...] = (
    None, True, 0, -1, 10**400, 1.5, "", "\x00", "\ud800", "x" * 1000, [], {}, [[]], [None], {"": 1}, {"uri": 5}, [{}],
)  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(["flip", "insert", "cut", "drop"])
    ),
    max_size=6,
)


def survives(importer: Importer, path: str, data: bytes) -> None:
    """Claim and read it, once as claimed and once as if somebody had forced this importer."""
    export = Container("x", [Member(path, len(data), None, lambda: io.BytesIO(data))])
    for members in (importer.claim(export), export.members):
        try:
            records = list(importer.read(export, members, Notes(owner="Test User")))
        except InputError:
            continue
        for record in records:
            source = record.source
            assert hashlib.sha256(data[source.start : source.end]).hexdigest() == source.sha256
            assert 0 <= source.start <= source.end <= len(data)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=st.sampled_from(SAMPLES), edits=EDITS)
def test_changed_bytes(
    shared_data: Path, sample: tuple[Importer, str, str], edits: list[tuple[int, int, str]]
) -> None:
    importer, folder, path = sample
    data = bytearray((shared_data / "exports" / folder / path).read_bytes())
    for place, value, how in edits:
        at = place % (len(data) or 1)
        if how == "flip" and data:
            data[at] = value
        elif how == "insert":
            data[at:at] = bytes((value,)) * (value % 5 + 1)
        elif how == "cut":
            del data[at:]
        else:
            del data[at : at + value]
    survives(importer, path, bytes(data))


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_types(shared_data: Path, data: st.DataObject) -> None:
    importer, folder, path = data.draw(
        st.sampled_from([sample for sample in SAMPLES if sample[2].endswith("json")])
    )
    tree = json.loads((shared_data / "exports" / folder / path).read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        node = tree
        while isinstance(node, dict | list) and node:
            key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
            if not isinstance(node[key], dict | list) or data.draw(st.integers(0, 3)) == 0:
                node[key] = copy.deepcopy(data.draw(st.sampled_from(STRANGE)))
                break
            node = node[key]
    survives(importer, path, json.dumps(tree).encode())


@settings(deadline=None, max_examples=200)
@given(text=st.text(alphabet=">< Chatistoryw:\n\r-0123456789UTC.ajo\u00e9\x00", max_size=400))
def test_text_of_tiktok(text: str) -> None:
    survives(
        tiktok,
        "Direct Messages.txt",
        (">>> Chat History with a::\n2024-02-01 22:15:30 UTC a: x\n" + text).encode(),
    )


PARTS = (
    "<div>", "</div>", "<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>", "<div/>", "<img/src='a'>", "Troll", "&amp;",
    "Participants: A, B", "</a>", "<title>", "Oct 19, 2019, 2:37 PM", "<div class='_a6-g'>", "<time datetime='2024'>",
    "<!--", "-->", "<a href='x'>", "<div class=_a6-h>",
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=60))
def test_pages_of_any_build(parts: list[str]) -> None:
    survives(messenger, "messages/inbox/a/message_1.html", ("<html>" + "".join(parts)).encode())


def test_depth_width_and_length_are_borne() -> None:
    deep = b'{"participants":[],"thread_path":"x","messages":[' + b"[" * 100_000
    wide = (
        b'{"participants":[],"thread_path":"x","messages":[{"sender_name":"'
        + b"a" * 10_000_000
        + b'","timestamp_ms":1}]}'
    )
    survives(messenger, "message_1.json", deep)
    survives(messenger, "message_1.json", wide)
    survives(messenger, "message_1.html", b"<html>" + b"<div class='_a6-g'>" * 200_000)
    survives(
        messenger,
        "message_1.html",
        b"<html><div class='_a6-g'>" + b"<div>Oct 19, 2019, 2:37 PM</div>" * 100_000,
    )
    survives(tiktok, "a.txt", b">>> Chat History with a::\n2024-02-01 22:15:30 UTC a: " + b"x" * 20_000_000)
    survives(tiktok, "a.txt", b">>> Chat History with a::\n" + b": " * 1_000_000)
