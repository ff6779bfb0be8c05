"""The shared samples give what is known of them, and nothing but chats is claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importers.whatsapp.whatsapp_reading import Reading, read_path, read_text, write_zip

from abusekit.containers.container import open_container
from abusekit.importers.model import Message
from abusekit.importers.whatsapp import chat

SAMPLES = (
    "lc_mixed_formats.txt",
    "lc_ios_us_12h_lrm.txt",
    "cm_android_ddmmyy_24h.txt",
    "cm_android_es_mmddyyyy_12h.txt",
    "cm_bracket_mmddyy_24h.txt",
    "synthetic/ios_en-GB_WhatsApp Chat - Sam Carter.zip",
    "synthetic/android_de_WhatsApp-Chat mit Alex.txt",
    "synthetic/android_en-US_ambiguous.txt",
    "synthetic/android_en-GB_dst.txt",
)
IOS = SAMPLES[5]


@pytest.fixture
def exports(shared_data: Path) -> Path:
    return shared_data / "exports"


def reading(exports: Path, name: str) -> Reading:
    return read_path(exports / "whatsapp" / name)


def states(read: Reading) -> list[str]:
    return [one.state for message in read.messages for one in message.attachments]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_what_is_known_of_it(exports: Path, name: str) -> None:
    known: dict[str, Any] = json.loads((exports / "expected.json").read_text("utf-8"))[f"whatsapp/{name}"]
    found = reading(exports, name)
    assert (len(found.messages), len(found.events)) == (known["messages"], known["events"])
    assert [e.kind for e in found.events if e.kind == "unparsed"] == []
    senders = {one.author.name for one in found.messages if one.author}
    assert senders == {sender.split(" (shown")[0] for sender in known["senders"]}
    if "first" in known:
        times = [one.sent.at if one.sent else "" for one in [*found.records] if not hasattr(one, "account")]
        assert (times[0], times[-1]) == (known["first"], known["last"])
    for record in found.records:
        assert record.sent is not None  # type: ignore[union-attr]
        assert (record.sent.basis, record.sent.clock, record.sent.zone) == ("unknown", "export", "")  # type: ignore[union-attr]


def test_every_sample_is_tested(exports: Path) -> None:
    known = json.loads((exports / "expected.json").read_text("utf-8"))
    assert {f"whatsapp/{name}" for name in SAMPLES} == {
        name for name in known if name.startswith("whatsapp/")
    }


def test_the_forged_line_stays_in_the_message_that_holds_it(exports: Path) -> None:
    found = reading(exports, IOS)
    data = found.data["_chat.txt"]
    at = data.index(b"[16/03/2024, 07:29:00] Jo Reyes")
    (holder,) = [one for one in found.messages if "I forgive you" in one.text]
    assert holder.author is not None
    assert holder.author.id == "+44 7700 900123"
    assert holder.sent is not None
    assert holder.sent.at == "2024-03-16T07:30:12"
    assert holder.flags == (f"boundary_ambiguous:{at}",)
    assert [one.flags for one in found.messages if one is not holder] == [()] * 10
    assert any("boundary_ambiguous" in text for text in found.notes.warnings)


def test_the_facts_of_the_ios_sample(exports: Path) -> None:
    found = reading(exports, IOS)
    assert [one.kind for one in found.events] == ["notice", "missed_call", "block"]
    assert [one.deleted.state for one in found.messages if one.deleted] == ["by_author"]
    (edited,) = [one for one in found.messages if one.edited]
    assert (edited.text, edited.text_raw) == (
        "I am saving all of this",
        "I am saving all of this \u200e<This message was edited>",
    )
    assert found.notes.counts["polls"] == 1
    assert found.notes.counts["locations"] == 1
    assert states(found) == ["present", "missing", "omitted"]
    present = next(one for message in found.messages for one in message.attachments)
    assert (present.member, present.media_type) == ("00000004-PHOTO-2024-03-14-21-07-10.jpg", "image/jpeg")
    assert present.created is not None
    assert present.created.at == "2024-03-14T21:07:10"
    assert found.notes.read_members == {"00000004-PHOTO-2024-03-14-21-07-10.jpg"}
    assert "I know where you park" in [one.text for one in found.messages]
    assert {one.conversation for one in found.messages} == {"ios_en-GB_WhatsApp Chat - Sam Carter"}
    stranger = next(
        one.author for one in found.messages if one.author and one.author.name == "Unknown Friend"
    )
    assert (stranger.id, stranger.name_from) == ("~ Unknown Friend", "sender")


def test_the_facts_of_the_german_sample(exports: Path) -> None:
    found = reading(exports, SAMPLES[6])
    assert [one.kind for one in found.events] == ["notice", "security_code"]
    assert found.events[1].target is not None
    assert found.events[1].target.name == "Alex"
    assert [one.deleted.state for one in found.messages if one.deleted] == ["by_author"]
    assert [one.text for one in found.messages if one.edited] == ["Sommerzeit. Ich bin wach."]
    assert states(found) == ["omitted", "missing"]
    (photo,) = [one for one in found.messages if one.text == "schönes Foto, oder?"]
    assert photo.attachments[0].name == "IMG-20240305-WA0001.jpg"
    assert {one.conversation for one in found.messages} == {"android_de_WhatsApp-Chat mit Alex"}
    assert {one.sent.order for one in found.messages if one.sent} == {"over_12"}


def test_the_ambiguous_sample_keeps_both_readings(exports: Path) -> None:
    found = reading(exports, SAMPLES[7])
    assert {one.sent.order for one in found.messages if one.sent} == {"undecided"}
    last = found.messages[-1]
    assert last.sent is not None
    assert last.sent.readings == (("DMY", "2024-06-04T01:00"), ("MDY", "2024-04-06T01:00"))
    assert last.flags == ("null_text",)
    times = [one.sent.at[11:] for one in found.messages if one.sent]
    assert times == ["21:15", "21:16", "00:01", "12:01", "01:00"]


def test_the_impossible_hour_is_kept(exports: Path) -> None:
    found = reading(exports, SAMPLES[3])
    assert [(one.sent.at, one.flags) for one in found.events if one.sent] == [
        ("2020-06-20T00:08", ("impossible_hour",)),
        ("2020-06-30T09:10", ()),
    ]


def test_in_the_mixed_file_each_date_speaks_for_itself(exports: Path) -> None:
    found = reading(exports, SAMPLES[0])
    orders = [one.sent.order for one in found.messages if one.sent]
    assert orders == [
        "stated", "undecided", "over_12", "over_12", "over_12", "stated", "over_12", "over_12", "over_12", "over_12",
    ]  # fmt: skip
    assert [one.deleted.state for one in found.messages if one.deleted] == ["by_author"]
    assert states(found) == ["omitted"]
    assert any("several forms" in text for text in found.notes.warnings)


def test_a_clock_that_is_put_back_does_not_swallow_a_message(exports: Path) -> None:
    found = reading(exports, SAMPLES[8])
    flagged = [one.text for one in found.messages if one.flags]
    assert flagged == ["before the clocks change", "after the clocks change"]


def test_of_all_samples_only_chats_are_claimed(exports: Path) -> None:
    """Each file alone, each format's folder, and all together."""
    wanted = {exports / "whatsapp" / name for name in SAMPLES}
    claimed = set()
    for path in sorted(one for one in exports.rglob("*") if one.is_file()):
        with open_container([(path, path.name)]) as export:
            if chat.claim(export):
                claimed.add(path)
    assert claimed == wanted
    for folder in sorted(one for one in exports.iterdir() if one.is_dir()):
        with open_container([(folder, folder.name)]) as export:
            found = {folder / member.path.split("!/")[0] for member in chat.claim(export)}
            assert found == {path for path in wanted if path.is_relative_to(folder)}


def test_names_of_files_give_the_chat(tmp_path: Path) -> None:
    text = b"14/03/2024, 21:05 - Ava: hi\n"
    for name, title in (
        ("WhatsApp Chat with Ben & Co.txt", "Ben & Co"),
        ("WhatsApp_Chat_with_Ben.txt", "Ben"),
        ("Chat de WhatsApp con Ben.txt", "Ben"),
        ("Discussion WhatsApp avec Ben.txt", "Ben"),
        ("Conversa do WhatsApp com Ben.txt", "Ben"),
        ("WhatsApp-chat met Ben.txt", "Ben"),
        ("Czat WhatsApp z Ben.txt", "Ben"),
        ("Ben ile WhatsApp Sohbeti.txt", "Ben"),
        ("دردشة واتساب مع Ben.txt", "Ben"),
        ("WhatsApp-keskustelu henkilön Ben kanssa.txt", "Ben"),
        ("BenとのWhatsAppチャット.txt", "Ben"),
        ("Ben के साथ WhatsApp चैट.txt", "Ben"),
        ("Чат WhatsApp с Ben.txt", "Ben"),
        ("my notes.txt", "my notes"),
    ):
        found = read_text(tmp_path, text, name=name)
        assert {one.conversation for one in found.messages} == {title}
    zipped = write_zip(tmp_path / "WhatsApp Chat - Ben.zip", {"_chat.txt": text})
    assert read_path(zipped).messages[0].conversation == "Ben"
    nested = write_zip(
        tmp_path / "all.zip", {"WhatsApp Chat - Ben/_chat.txt": text, "Chat WhatsApp con Cleo.txt": text}
    )
    assert [one.conversation for one in read_path(nested).messages] == ["Ben", "Cleo"]


def test_the_declared_owner_gives_directions(tmp_path: Path) -> None:
    text = "14/03/2024, 21:05 - Ava: hi\n14/03/2024, 21:06 - Ben: no\n14/03/2024, 21:07 - ~ Ava: me too\n"
    undeclared = read_text(tmp_path, text)
    assert {(one.direction, one.author.owner) for one in undeclared.messages if one.author} == {
        ("unknown", None)
    }
    declared = read_text(tmp_path, text, owner="Ben")
    assert [one.direction for one in declared.messages] == ["in", "out", "in"]
    assert [one.author.name_from for one in declared.messages if one.author] == [
        "contact_book",
        "sender",
        "sender",
    ]
    assert declared.notes.warnings == []
    wrong = read_text(tmp_path, text, owner="Zoe")
    assert any("Zoe" in one for one in wrong.notes.warnings)


def test_near_the_limits_a_warning_is_given(tmp_path: Path) -> None:
    line = "14/03/2024, 21:05 - Ava: hi\n"
    photo = "14/03/2024, 21:05 - Ava: IMG-20240314-WA0001.jpg (file attached)\n"
    for text, warned in (
        (line * 39_199, False),
        (line * 39_200, True),
        (photo + line * 9_798, False),
        (photo * 9_800, True),
    ):
        found = read_text(tmp_path, text)
        assert any("near the most" in one for one in found.notes.warnings) is warned


def test_the_same_message_has_the_same_hash_in_a_longer_export(tmp_path: Path) -> None:
    one, more = "14/03/2024, 21:05 - Ava: hi\nyou", "\n14/03/2024, 21:06 - Ben: no"
    short, long = read_text(tmp_path, one), read_text(tmp_path, one + more)
    ended = read_text(tmp_path, one + "\n")
    assert {found.messages[0].source.sha256 for found in (short, long, ended)} == {
        short.messages[0].source.sha256
    }
    assert isinstance(long.records[1], Message)
