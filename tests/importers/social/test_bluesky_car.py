"""Repositories: signature, hashes, tree, records; and one manipulation after the other."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    happened,
    read_files,
    read_path,
    reading,
    said,
    spoilt,
    survives,
)
from tests.importers.social import car_making as making

from abusekit.errors import MissingExtraError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Profile
from abusekit.importers.social import bluesky_car, dag_cbor

K256 = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256K1())
P256 = ec.derive_private_key(0xFEDCBA0987654321, ec.SECP256R1())
POST = {"$type": "app.bsky.feed.post", "text": "leave me alone", "createdAt": "2024-02-01T10:00:00.000Z"}
RECORDS: dict[str, dict[str, Any]] = {
    "app.bsky.actor.profile/self": {
        "$type": "app.bsky.actor.profile",
        "displayName": "Jo R",
        "description": "hi",
    },
    "app.bsky.feed.like/3kkcsqgb2222a": {
        "$type": "app.bsky.feed.like",
        "subject": {"uri": "at://did:plc:other/app.bsky.feed.post/1", "cid": "x"},
        "createdAt": "2024-02-01T10:00:00Z",
    },
    "app.bsky.feed.post/3kkdtrnzexk2a": POST,
    "app.bsky.graph.block/3kkcsqgb2222b": {
        "$type": "app.bsky.graph.block",
        "subject": "did:plc:troll",
        "createdAt": "2024-02-01T11:00:00Z",
    },
}
GOOD = making.repository(K256, RECORDS)


def files(car: bytes, document: dict[str, Any] | None) -> dict[str, bytes]:
    return {"repo.car": car, **({"did.json": json.dumps(document).encode()} if document else {})}


def result(car: bytes, document: dict[str, Any] | None) -> str:
    records, _ = read_files(bluesky_car, files(car, document))
    (message,) = [one for one in said(records) if one.checks]
    (check,) = message.checks
    assert check.what == "commit signature"
    return check.result


@pytest.mark.parametrize("key", [K256, P256])
def test_a_signed_repository(key: ec.EllipticCurvePrivateKey) -> None:
    records, notes = read_files(bluesky_car, files(making.repository(key, RECORDS), making.document(key)))
    (post,) = said(records)
    assert post.text == "leave me alone"
    assert post.author is not None
    assert (post.author.id, post.author.handle, post.author.name) == (making.DID, "jo.example", "Jo R")
    assert post.author.owner is None
    assert post.native_id == f"at://{making.DID}/app.bsky.feed.post/3kkdtrnzexk2a"
    assert (at(post.sent), post.sent and post.sent.clock) == ("2024-02-01T10:00:00Z", "claimed")
    assert [check.result for check in post.checks] == ["good"]
    (block,) = happened(records)
    assert (block.kind, block.target and block.target.id) == ("block", "did:plc:troll")
    assert "commit_signature:good" in block.flags
    assert notes.counts["likes"] == 1
    assert not notes.warnings and not notes.damaged and not notes.limits


def test_high_s_is_good_and_said() -> None:
    car = making.repository(P256, RECORDS, high=True)
    records, _ = read_files(bluesky_car, files(car, making.document(P256)))
    (check,) = said(records)[0].checks
    assert check.result == "good" and "high s" in check.text
    (low,) = said(read_files(bluesky_car, files(making.repository(P256, RECORDS), making.document(P256)))[0])[
        0
    ].checks
    assert "high s" not in low.text


def test_no_document() -> None:
    assert result(GOOD, None) == "not_checked"


def test_document_of_the_case() -> None:
    notes = Notes(documents={making.DID: json.dumps(making.document(K256)).encode()})
    export = container({"repo.car": GOOD})
    records = list(bluesky_car.read(export, bluesky_car.claim(export), notes))
    assert [check.result for check in said(records)[0].checks] == ["good"]


def test_document_of_the_case_that_names_another() -> None:
    notes = Notes(documents={making.DID: json.dumps(making.document(K256, "did:plc:other")).encode()})
    export = container({"repo.car": GOOD})
    records = list(bluesky_car.read(export, bluesky_car.claim(export), notes))
    assert [check.result for check in said(records)[0].checks] == ["changed"]


def test_another_key_of_the_same_account() -> None:
    assert result(GOOD, making.document(P256)) == "changed"
    assert result(GOOD, making.document(ec.derive_private_key(7, ec.SECP256K1()))) == "changed"


def test_a_repository_that_claims_another_account() -> None:
    """The signature fits the document, but the commit says that it is somebody else's."""
    assert result(GOOD, making.document(K256, "did:plc:other")) == "changed"


def test_a_document_of_somebody_else_says_nothing() -> None:
    assert result(GOOD, making.document(P256, "did:plc:other")) == "not_checked"


@pytest.mark.parametrize(
    "change",
    [
        {"verificationMethod": []},
        {"verificationMethod": [{"id": "#atproto", "type": "Multikey", "publicKeyMultibase": "z0OIl"}]},
        {"verificationMethod": [{"id": "#atproto", "type": "Ed25519", "publicKeyMultibase": "z6Mk"}]},
        {"verificationMethod": [{"id": "#atproto", "type": "Multikey", "publicKeyMultibase": "f00"}]},
        {
            "verificationMethod": [
                {"id": "#atproto", "type": "Multikey", "publicKeyMultibase": "z" + "9" * 9999}
            ]
        },
        {"verificationMethod": [{"id": "#atproto", "type": 7, "publicKeyMultibase": None}, 3]},
    ],
)
def test_keys_that_are_none(change: dict[str, Any]) -> None:
    assert result(GOOD, making.document(K256) | change) == "not_checked"


def test_only_the_atproto_key_counts() -> None:
    assert result(GOOD, making.document(K256, names="#other")) == "not_checked"


def test_a_changed_record_does_not_fit_its_hash() -> None:
    """And the record is not shown as if somebody had written it."""
    records, notes = read_files(
        bluesky_car, files(GOOD.replace(b"leave me alone", b"leave me ALONE"), making.document(K256))
    )
    assert not said(records)
    (event,) = [one for one in happened(records) if one.kind == "unparsed"]
    assert event.text == "The block is not what its CID says."
    assert notes.damaged


def test_a_record_put_in_with_a_hash_that_fits() -> None:
    loose = {**POST, "text": "I never wrote this"}
    car = making.repository(K256, RECORDS, loose=(loose,))
    records, _ = read_files(bluesky_car, files(car, making.document(K256)))
    (put,) = [one for one in said(records) if one.text == "I never wrote this"]
    assert "not_in_commit" in put.flags
    assert put.checks == () and put.author is None and put.native_id == ""
    assert [one.text for one in said(records) if one.checks] == ["leave me alone"]


def test_a_tree_exchanged_under_the_commit() -> None:
    """The commit's `data` names a tree that is not there: nothing is covered."""
    node = making.tree({"app.bsky.feed.post/3kkdtrnzexk2a": making.cid(making.cbor(POST))})
    other = making.tree({"app.bsky.feed.post/3kkdtrnzexk2b": making.cid(making.cbor(POST))})
    commit = making.signed(
        {"did": making.DID, "version": 3, "data": making.cid(node), "rev": "3", "prev": None}, K256
    )
    blocks = [commit, other, making.cbor(POST)]
    car = making.car(making.cid(commit), [(making.cid(block), block) for block in blocks])
    records, notes = read_files(bluesky_car, files(car, making.document(K256)))
    assert "not_in_commit" in said(records)[0].flags
    assert any("part of a repository" in sentence for sentence in notes.limits)


def test_a_commit_whose_field_was_changed() -> None:
    """Its hash was made to fit, its signature cannot be."""
    node = making.tree({})
    commit = {"did": making.DID, "version": 3, "data": making.cid(node), "rev": "3", "prev": None}
    sealed = making.signed(commit, K256).replace(b"crev\x613", b"crev\x614")
    assert b"crev\x614" in sealed
    car = making.car(making.cid(sealed), [(making.cid(sealed), sealed), (making.cid(node), node)])
    _, notes = read_files(bluesky_car, files(car, making.document(K256)))
    assert any("does not fit" in sentence for sentence in notes.warnings)


def test_a_record_in_a_collection_of_another_type() -> None:
    car = making.repository(K256, {"app.bsky.graph.block/3kkcsqgb2222b": POST})
    records, _ = read_files(bluesky_car, files(car, None))
    assert [one.kind for one in happened(records)] == ["unparsed"]


@pytest.mark.parametrize(
    "record",
    [
        {"$type": "app.bsky.feed.post", "text": 7},
        {"$type": "app.bsky.feed.post", "text": "x", "reply": ["y"]},
        {"$type": "app.bsky.feed.post", "text": "x", "embed": {"images": "none"}},
        {"$type": "app.bsky.feed.post", "text": "x", "facets": [1]},
        {"$type": "app.bsky.feed.post", "text": "x", "createdAt": 12},
    ],
)
def test_wrong_types_make_an_event(record: dict[str, Any]) -> None:
    car = making.repository(K256, {"app.bsky.feed.post/3kkdtrnzexk2a": record})
    records, _ = read_files(bluesky_car, files(car, None))
    (event,) = happened(records)
    assert event.kind == "unparsed" and event.text.startswith("`")


def test_back_dated() -> None:
    """`createdAt` is a claim, and the record key contradicts it."""
    record = {**POST, "createdAt": "2019-01-01T00:00:00Z"}
    car = making.repository(K256, {"app.bsky.feed.post/3kkdtrnzexk2a": record})
    (post,) = said(read_files(bluesky_car, files(car, None))[0])
    assert post.sent is not None
    assert post.sent.agrees[0].startswith("CONFLICT: the record key says 2024-02-01T")


def test_unknown_fields_are_named() -> None:
    car = making.repository(K256, {"app.bsky.feed.post/3kkdtrnzexk2a": {**POST, "via": "x", "bridge": 1}})
    (post,) = said(read_files(bluesky_car, files(car, None))[0])
    assert "unknown_fields:bridge,via" in post.flags


def test_cut_off() -> None:
    records, notes = read_files(bluesky_car, files(GOOD[:-10], making.document(K256)))
    assert len(notes.damaged) == 1 and "ends inside of a block" in notes.damaged[0]
    assert said(records)


def test_a_picture_is_found_by_its_hash() -> None:
    picture = b"not really a picture"
    ref = making.Link(b"\x01\x55\x12\x20" + hashlib.sha256(picture).digest())
    image = {"$type": "blob", "ref": ref, "mimeType": "image/png", "size": len(picture)}
    record = {**POST, "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "me", "image": image}]}}
    car = making.repository(K256, {"app.bsky.feed.post/3kkdtrnzexk2a": record})
    records, notes = read_files(
        bluesky_car, {**files(car, None), "x/y.bin": picture, "z.bin": b"N" + picture[1:]}
    )
    (attachment,) = said(records)[0].attachments
    assert (attachment.state, attachment.member, attachment.media_type) == ("present", "x/y.bin", "image/png")
    assert notes.read_members == {"x/y.bin"}
    (alone,) = said(read_files(bluesky_car, files(car, None))[0])[0].attachments
    assert (alone.state, alone.member) == ("not_exported", "")


def test_declared_owner() -> None:
    records, _ = reading(bluesky_car, container(files(GOOD, making.document(K256))), owner="@JO.example")
    (post,) = said(records)
    assert post.author is not None and post.author.owner is True and post.direction == "out"


def test_fakermaker(shared_data: Path) -> None:
    """The real repository and its own key (P-256, of the old kind of document)."""
    folder = shared_data / "exports" / "bluesky" / "indigo"
    parts = {name: (folder / name).read_bytes() for name in ("fakermaker.repo.car", "fakermaker.didDoc.json")}
    records, notes = read_files(bluesky_car, parts)
    posts = [one for one in said(records) if "not_in_commit" not in one.flags]
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[
        "bluesky/indigo/fakermaker.repo.car"
    ]
    assert len(posts) == len(said(records)) == wanted["messages"] == 26
    times = sorted(at(one.sent) for one in posts)
    assert (times[0], times[-1]) == (wanted["first"], wanted["last"])
    assert {one.author.id for one in posts if one.author} == {"did:plc:dpg45vsnuir2vqqqadsn6afg"}
    assert {one.author.handle for one in posts if one.author} == {"ebert9014-89.test"}
    assert {check.result for one in posts for check in one.checks} == {"good"}
    kinds = [one.text.split()[0] for one in happened(records)]
    assert (kinds.count("follows"), kinds.count("reposts"), notes.counts["likes"]) == (78, 15, 22)
    assert sum(isinstance(one, Profile) for one in records) == 1
    assert not notes.damaged and not notes.warnings


def test_fakermaker_changed(shared_data: Path) -> None:
    """One bit of the signature."""
    folder = shared_data / "exports" / "bluesky" / "indigo"
    car = (folder / "fakermaker.repo.car").read_bytes()
    sig = bytes.fromhex("c9a596")
    at_sig = car.index(b"csig\x58\x40" + sig) + 10
    changed = car[:at_sig] + bytes([car[at_sig] ^ 1]) + car[at_sig + 1 :]
    _, notes = read_files(
        bluesky_car, {"a.car": changed, "did.json": (folder / "fakermaker.didDoc.json").read_bytes()}
    )
    assert notes.warnings  # the block no longer fits its hash: there is no commit that could be checked


def test_proof_slice(shared_data: Path) -> None:
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[
        "bluesky/indigo/repo_slice.car"
    ]
    records, notes = read_path(bluesky_car, shared_data / "exports" / "bluesky" / "indigo" / "repo_slice.car")
    assert len(records) == wanted["messages"] == 1
    (post,) = said(records)
    assert at(post.sent) == wanted["first"] and post.author and post.author.id == wanted["senders"][0]
    assert [check.result for check in post.checks] == ["not_checked"]
    assert any("part of a repository" in one for one in notes.limits)


def test_documents_are_claimed_with_a_car() -> None:
    export = container({"repo.car": GOOD, "did.json": json.dumps(making.document(K256)), "other.json": "{}"})
    assert [member.path for member in bluesky_car.claim(export)] == ["repo.car", "did.json"]


def test_without_libipld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libipld", None)
    with pytest.raises(MissingExtraError) as fault:
        read_files(bluesky_car, {"repo.car": GOOD})
    assert "abusekit[bluesky]" in fault.value.hint


def test_every_cut_is_survived() -> None:
    for size in range(len(GOOD)):
        survives(bluesky_car, {"repo.car": GOOD[:size]})


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    survives(bluesky_car, files(spoilt(GOOD, seed), making.document(K256)))
    survives(
        bluesky_car, {"repo.car": GOOD, "did.json": spoilt(json.dumps(making.document(K256)).encode(), seed)}
    )


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_records_of_any_shape(seed: int) -> None:
    """Hashes that fit over content that does not."""
    rest = making.cbor({"e": [], "l": None})
    for block in (making.cbor(POST), making.tree({"a/b": making.cid(rest)}), rest):
        odd = spoilt(block, seed)
        car = making.car(making.cid(odd), [(making.cid(odd), odd), (making.cid(rest), rest)])
        survives(bluesky_car, {"repo.car": car})


def test_a_tree_that_comes_back_or_is_huge() -> None:
    depth = making.cbor({"e": [], "l": None})
    blocks = [(making.cid(depth), depth)]
    for _ in range(400):
        depth = making.cbor({"e": [], "l": making.cid(depth)})
        blocks.append((making.cid(depth), depth))
    commit = making.signed(
        {"did": making.DID, "version": 3, "data": making.cid(depth), "rev": "3", "prev": None}, K256
    )
    car = making.car(making.cid(commit), [(making.cid(commit), commit), *blocks])
    _, notes = read_files(bluesky_car, {"repo.car": car})
    assert any("too deep" in one for one in notes.warnings)


@pytest.mark.parametrize(
    "raw", [b"\x81" * 100_000 + b"\0", b"\xa1aa" * 100_000 + b"\0", b"\x9b" + b"\xff" * 8]
)
def test_deep_and_huge_blocks(raw: bytes) -> None:
    car = making.car(making.cid(raw), [(making.cid(raw), raw)])
    records, _ = read_files(bluesky_car, {"repo.car": car})
    assert [one.kind for one in happened(records)] == ["unparsed"]


def test_what_is_signed_is_cut_out_of_the_bytes() -> None:
    commit = {
        "did": "d",
        "sig": b"s" * 64,
        "data": making.Link(b"\x01\x71\x12\x20" + bytes(32)),
        "n": [1, {"a": b"csig"}],
    }
    unsigned = {key: value for key, value in commit.items() if key != "sig"}
    assert dag_cbor.without(making.cbor(commit), "sig") == making.cbor(unsigned)
