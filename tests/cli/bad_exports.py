"""Exports as they should not be: bombs, lies, damage. Each function makes one in a folder and gives its path."""

from __future__ import annotations

import io
import json
import os
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

CHAT = "".join(f"[14/03/2024, 21:0{n}:10] Sam: message {n}\r\n" for n in range(6))
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0 not a real picture"


def zipped(path: Path, members: dict[str, bytes], *, flag: int = 0, cut: int = 0) -> Path:
    """`flag`: bits set in every header (1: encrypted). `cut`: bytes that are missing at the end."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    raw = bytearray(out.getvalue())
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)) if flag else ():
        place = raw.find(sign)
        while place >= 0:
            raw[place + at] |= flag
            place = raw.find(sign, place + 4)
    path.write_bytes(raw[: len(raw) - cut])
    return path


def bomb(folder: Path) -> Path:
    """A gigabyte of blanks behind a chat, in a megabyte."""
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        out.writestr("_chat.txt", CHAT)
        with out.open("blanks.txt", "w") as member:
            for _ in range(1024):
                member.write(bytes(1 << 20))
    return path


def lying_bomb(folder: Path) -> Path:
    """A chat that says ten bytes and unpacks to 64 MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(CHAT.encode() + bytes(64 << 20)) + packer.flush()
    name = b"_chat.txt"
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, 0, len(data), 10, len(name), 0) + name + data
    listed = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, len(data), 10, len(name), 0, 0, 0, 0, 0, 0
    ) + name  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(listed), len(head), 0)
    path = folder / "lying.zip"
    path.write_bytes(head + listed + end)
    return path


def traversal(folder: Path) -> Path:
    return zipped(
        folder / "traversal.zip",
        {
            "_chat.txt": CHAT.encode(),
            "../../outside.txt": b"x",
            "/etc/outside": b"x",
            "C:\\outside.txt": b"x",
        },
    )


def encrypted(folder: Path) -> Path:
    return zipped(folder / "encrypted.zip", {"_chat.txt": CHAT.encode()}, flag=1)


def nested(folder: Path) -> Path:
    """A zip in a zip in a zip."""
    inner = zipped(folder / "inner", {"_chat.txt": CHAT.encode()}).read_bytes()
    middle = zipped(folder / "middle", {"WhatsApp Chat.zip": inner}).read_bytes()
    return zipped(folder / "nested.zip", {"middle.zip": middle})


def nested_deeply(folder: Path) -> Path:
    data = CHAT.encode()
    name = "_chat.txt"
    for number in range(30):
        data = zipped(folder / "level", {name: data}).read_bytes()
        name = f"{number}.zip"
    return zipped(folder / "deep.zip", {name: data})


def short_tar(folder: Path) -> Path:
    """A tar that says 8 GiB."""
    entry = tarfile.TarInfo("_chat.txt")
    entry.size = 8 << 30
    path = folder / "huge.tar"
    path.write_bytes(entry.tobuf() + CHAT.encode().ljust(1024, b"\0"))
    return path


def truncated_zip(folder: Path) -> Path:
    return zipped(
        folder / "truncated.zip", {"_chat.txt": CHAT.encode(), "photo.jpg": os.urandom(5000)}, cut=60
    )


def telegram(messages: int = 3, **more: object) -> str:
    listed = [
        {"id": n, "type": "message", "date": "2024-03-14T21:00:00", "date_unixtime": str(1_710_450_000 + n),
         "from": "Sam", "from_id": "user1", "text": f"message {n}", "text_entities": [], **more}
        for n in range(1, messages + 1)
    ]  # fmt: skip
    return json.dumps({"name": "Sam", "type": "personal_chat", "id": 77, "messages": listed}, indent=1)


def truncated_json(folder: Path) -> Path:
    """A download that was broken off in its third message."""
    path = folder / "result.json"
    text = telegram()
    path.write_text(text[: text.index("message 3") + 4])
    return path


def invalid_telegram(folder: Path) -> Path:
    """What Telegram wrote in 2020: `\\x07` is no escape of JSON."""
    path = folder / "result.json"
    path.write_text(telegram().replace("message 2", "bell \\x07 rings"))
    return path


def wrong_types(folder: Path) -> Path:
    path = folder / "result.json"
    whole = json.loads(telegram())
    whole["messages"][1] = {"id": {}, "type": 7, "date": [], "text": 5}
    whole["messages"].insert(1, "no message at all")
    path.write_text(json.dumps(whole))
    return path


def deep_json(folder: Path) -> Path:
    path = folder / "result.json"
    path.write_text(telegram().replace('"message 2"', "[" * 100_000 + "]" * 100_000))
    return path


def ill_formed_sms(folder: Path) -> Path:
    """Surrogates as character references, a bare `&`, an end tag that is missing."""
    path = folder / "sms-20240317.xml"
    sms = '  <sms protocol="0" address="+447700900123" date="171066240000{0}" type="1" body="{1}" />\n'
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"3\">\n"
        + sms.format(0, "smile &#55357;&#56832;") + sms.format(1, "you & me") + sms.format(2, "last")
    )  # fmt: skip
    return path


def entity_bomb(folder: Path) -> Path:
    """A billion laughs, and a file of this computer."""
    path = folder / "sms-20240318.xml"
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(
        f"<?xml version='1.0'?>\n<!DOCTYPE smses [<!ENTITY l0 \"laugh\">{entities}"
        '<!ENTITY file SYSTEM "file:///etc/hostname">]>\n<smses count="1">\n'
        '<sms protocol="0" address="+447700900123" date="1710662400000" type="1" body="&l9;&file;" '
        'contact_name="Sam" />\n</smses>\n'
    )
    return path


SCRIPT = "alert('run in the court room')"


def scripted_html(folder: Path) -> Path:
    """Telegram's HTML with scripts in every place that could run."""
    path = folder / "messages.html"
    path.write_text(
        '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title>'
        f'<script>{SCRIPT}</script></head><body onload="{SCRIPT}"><div class="page_wrap">'
        '<div class="page_header"><div class="content"><div class="text bold">Sam</div></div></div>'
        '<div class="page_body chat_page"><div class="history">'
        '<div class="message default clearfix" id="message1"><div class="body">'
        '<div class="pull_right date details" title="14.03.2024 21:00:00 UTC">21:00</div>'
        f'<div class="from_name">Sam</div><div class="text">seen<script>{SCRIPT}</script> here'
        f'<img src="x" onerror="{SCRIPT}"><style>{SCRIPT}</style><svg onload="{SCRIPT}"></svg></div>'
        "</div></div></div></div></div></body></html>"
    )
    return path


def mail_of_parts(folder: Path) -> Path:
    """Ten thousand parts."""
    head = (
        "From: Sam <sam@mail.example>\r\nTo: jo@victim.example\r\nSubject: parts\r\n"
        "Date: Sat, 16 Mar 2024 10:00:00 +0000\r\nMessage-ID: <1@mail.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    )
    part = "--b\r\nContent-Type: text/plain\r\n\r\npart {}\r\n"
    path = folder / "parts.eml"
    path.write_text(head + "".join(map(part.format, range(10_000))) + "--b--\r\n", newline="")
    return path


def mail_in_mail(folder: Path) -> Path:
    """A thousand multiparts, one in the other."""
    head = (
        "From: Sam <sam@mail.example>\r\nTo: jo@victim.example\r\nSubject: deep\r\n"
        "Date: Sat, 16 Mar 2024 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    )
    body = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1000))
    path = folder / "deep.eml"
    path.write_text(f"{head}{body}Content-Type: text/plain\r\n\r\ninnermost\r\n", newline="")
    return path


def chat_called_photo(folder: Path) -> Path:
    (folder / "photo.jpg").write_text(CHAT, newline="")
    return folder / "photo.jpg"


def photo_called_chat(folder: Path) -> Path:
    (folder / "chat.zip").write_bytes(JPEG)
    return folder / "chat.zip"


def utf16_chat(folder: Path) -> Path:
    (folder / "_chat.txt").write_bytes(CHAT.encode("utf-16"))
    return folder / "_chat.txt"


def bom_chat(folder: Path) -> Path:
    (folder / "_chat.txt").write_bytes(CHAT.encode("utf-8-sig"))
    return folder / "_chat.txt"


def latin_chat(folder: Path) -> Path:
    """Somebody opened it in an editor and stored it as Windows does."""
    (folder / "_chat.txt").write_bytes(CHAT.replace("message 3", "für Sören").encode("windows-1252"))
    return folder / "_chat.txt"


def nul_chat(folder: Path) -> Path:
    (folder / "_chat.txt").write_bytes(CHAT.replace("message 3", "a\0b").encode())
    return folder / "_chat.txt"


def bom_telegram(folder: Path) -> Path:
    (folder / "result.json").write_bytes(telegram().encode("utf-8-sig"))
    return folder / "result.json"


def empty(folder: Path) -> Path:
    (folder / "empty.txt").touch()
    return folder / "empty.txt"


def empty_zip(folder: Path) -> Path:
    return zipped(folder / "nothing.zip", {})


def empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def zip_of_photos(folder: Path) -> Path:
    return zipped(folder / "photos.zip", {f"{n}.jpg": JPEG + bytes([n]) for n in range(3)})


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.zip")
    return folder / "pipe.zip"


def closed_folder(folder: Path) -> Path:
    path = folder / "closed"
    path.mkdir()
    (path / "_chat.txt").write_text(CHAT, newline="")
    path.chmod(0)
    return path


def closed_file(folder: Path) -> Path:
    path = folder / "_chat.txt"
    path.write_text(CHAT, newline="")
    path.chmod(0)
    return path


def huge_line(folder: Path) -> Path:
    path = folder / "_chat.txt"
    path.write_text(
        CHAT + "[14/03/2024, 21:09:10] Sam: " + "x" * 10_000_000 + "\r\n" + "tail\r\n", newline=""
    )
    return path


def mixed_folder(folder: Path) -> Path:
    """Two formats, a table, a photo and something else in one folder; links that lead out of it."""
    path = folder / "mixed"
    (path / "sub").mkdir(parents=True)
    (path / "_chat.txt").write_text(CHAT, newline="")
    (path / "sub" / "result.json").write_text(telegram())
    (path / "photo.jpg").write_bytes(JPEG)
    (path / "strange.bin").write_bytes(b"\0\1\2")
    (folder / "private.txt").write_text("[14/03/2024, 21:05:10] Sam: secret\r\n")
    (path / "link.txt").symlink_to(folder / "private.txt")
    (path / "up").symlink_to(folder)
    os.mkfifo(path / "pipe")
    return path


def mixed_file(folder: Path) -> Path:
    """A chat, and behind it a mailbox."""
    path = folder / "_chat.txt"
    path.write_text(
        CHAT
        + "From sam@mail.example Sat Mar 16 09:01:00 2024\nFrom: Sam <sam@mail.example>\nSubject: x\n\nbody\n",
        newline="",
    )
    return path


def evil_names(folder: Path) -> Path:
    path = folder / "evil \x1b[31m\u202egpj.exe"
    path.mkdir()
    (path / "_chat.txt").write_text(CHAT, newline="")
    (path / "new\nline \x1b]0;title\x07.bin").write_bytes(b"x")
    (path / os.fsdecode(b"\xff\xfe.bin")).write_bytes(b"y")
    return path


def evil_words(folder: Path) -> Path:
    """Senders and texts that a terminal would obey."""
    path = folder / "_chat.txt"
    path.write_text(
        CHAT.replace("Sam: message 2", "S\x1b[2Jam\u202e: \x1b]0;title\x07 message 2"), newline=""
    )
    return path
