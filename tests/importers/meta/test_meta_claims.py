"""Messenger, Instagram, Snapchat and TikTok claim their own samples, and nothing else of all samples."""

from __future__ import annotations

from pathlib import Path

from abusekit.containers.container import Container, open_container
from abusekit.errors import InputError
from abusekit.importers import snapchat, tiktok
from abusekit.importers.importer import Importer
from abusekit.importers.meta import instagram, messenger

IMPORTERS: tuple[Importer, ...] = (messenger, instagram, snapchat, tiktok)
OURS = {"facebook": "messenger", "instagram": "instagram", "snapchat": "snapchat", "tiktok": "tiktok"}
NOT_TEXT = (".png", ".jpg")


def claims(export: Container) -> dict[str, set[str]]:
    return {one.NAME: found for one in IMPORTERS if (found := {member.path for member in one.claim(export)})}


def test_each_file_alone(shared_data: Path) -> None:
    root = shared_data / "exports"
    seen = 0
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        place = path.relative_to(root)
        try:
            with open_container([(path, path.name)]) as export:
                found = claims(export)
        except InputError:
            continue
        room = OURS.get(place.parts[0])
        broken = "broken_BAD" in place.parts
        if room is None or path.suffix in NOT_TEXT or broken:
            assert found == {}, place
        else:
            # without its folder nothing in this sample says of which platform it is
            bare = place.parts[0] == "instagram" and path.name.startswith(("cm_", "message_2"))
            assert list(found) in ([room], ["messenger"] if bare else [room]), place
            seen += 1
    assert seen >= 25


def test_each_folder(shared_data: Path) -> None:
    for folder in sorted((shared_data / "exports").iterdir()):
        if not folder.is_dir():
            continue
        with open_container([(folder, folder.name)]) as export:
            found = claims(export)
            texts = {member.path for member in export.members if not member.path.endswith(NOT_TEXT)}
        if folder.name not in OURS:
            assert found == {}, folder.name
        elif folder.name == "instagram":
            assert found == {
                "instagram": texts - {"cm_message_1_minimal.json"},
                "messenger": {"cm_message_1_minimal.json"},
            }
        else:
            assert found == {OURS[folder.name]: texts}, folder.name
