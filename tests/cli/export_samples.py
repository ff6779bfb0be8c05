"""Exports made for the tests, with invented people: one story on two phones, Instagram, mail and SMS."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SIGNED = [b"from", b"to", b"subject", b"date", b"content-type", b"mime-version"]
THREAT = "you will be sorry when I find you at the station"
SHARED = (
    ("21:05:10", "Sam", "why do you not answer me any more"),
    ("21:06:40", "Jo", "please leave me alone"),
    ("21:07:12", "Sam", THREAT),
    ("21:07:30", "Sam", "ok"),
    ("21:09:02", "Jo", "I will show this to the police"),
)
"""Messages that both phones hold."""


def ios_export(folder: Path) -> Path:
    """Jo's phone: seconds, CRLF, one photo that is there, one message that the other phone lost."""
    lines = [f"[14/03/2024, {at}] {who}: {text}\r\n" for at, who, text in SHARED]
    lines.append("[14/03/2024, 21:10:00] Sam: \u200e<attached: 00000006-PHOTO-2024-03-14-21-10-00.jpg>\r\n")
    lines.append("[15/03/2024, 08:00:00] Sam: \u200eThis message was deleted.\r\n")
    path = folder / "WhatsApp Chat - Sam.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("_chat.txt", "".join(lines))
        out.writestr("00000006-PHOTO-2024-03-14-21-10-00.jpg", b"\xff\xd8\xff\xe0 not a real picture")
    return path


def android_export(folder: Path) -> Path:
    """The other phone: minutes, LF, other names, the photo left out."""
    names = {"Sam": "Samuel C", "Jo": "Josie Work"}
    lines = [f"14/03/2024, {at[:5]} - {names[who]}: {text}\n" for at, who, text in SHARED]
    lines.append("14/03/2024, 21:10 - Samuel C: <Media omitted>\n")
    path = folder / "WhatsApp Chat with Josie Work.txt"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def instagram_export(folder: Path) -> Path:
    """A zip with one thread of three messages, newest first, UTF-8 written as Latin-1 escapes."""
    thread = {
        "participants": [{"name": "Jo Reyes"}, {"name": "Tr\u00c3\u00b6ll"}],
        "messages": [
            {
                "sender_name": "Tr\u00c3\u00b6ll",
                "timestamp_ms": 1710540120000,
                "content": "you can\u00e2\u0080\u0099t hide",
            },
            {"sender_name": "Jo Reyes", "timestamp_ms": 1710540060000, "content": "who are you"},
            {"sender_name": "Tr\u00c3\u00b6ll", "timestamp_ms": 1710540000000, "content": "hello again"},
        ],
        "title": "Tr\u00c3\u00b6ll",
        "is_still_participant": True,
        "thread_path": "inbox/troell_1",
        "magic_words": [],
    }
    path = folder / "instagram-jo-2024.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("your_instagram_activity/messages/inbox/troell_1/message_1.json", json.dumps(thread))
    return path


def signed_mailbox(folder: Path) -> tuple[Path, Path]:
    """An mbox of two mails, both signed, the second changed afterwards; and its DNS record as a file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    mails = []
    for number, words in enumerate(("I know where you work", "this is my last mail"), start=1):
        head = (
            f"From: Sam <sam@mail.example>\r\nTo: Jo <jo@victim.example>\r\nSubject: listen {number}\r\n"
            f"Date: Sat, 16 Mar 2024 10:0{number}:00 +0100\r\nMessage-ID: <{number}@mail.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        )
        mail = f"{head}{words}\r\n".encode()
        signature = dkim.sign(mail, b"sel", b"mail.example", pem, include_headers=SIGNED)
        mails.append(signature + mail)
    mails[1] = mails[1].replace(b"my last mail", b"my first mail")
    path = folder / "Inbox.mbox"
    lines = [b"From sam@mail.example Sat Mar 16 09:01:00 2024\n" + m.replace(b"\r\n", b"\n") for m in mails]
    path.write_bytes(b"\n".join(lines))
    record = folder / "keys.json"
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    record.write_text(json.dumps({"sel._domainkey.mail.example": text}))
    return path, record


def sms_backup(folder: Path) -> Path:
    """Two SMS and a draft."""
    path = folder / "sms-20240317.xml"
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"3\" backup_set=\"x\">\n"
        '  <sms protocol="0" address="+447700900123" date="1710662400000" type="1" subject="null" '
        'body="pick up the phone" readable_date="17 Mar 2024 08:00:00" contact_name="Sam" />\n'
        '  <sms protocol="0" address="+447700900123" date="1710662460000" type="2" subject="null" '
        'body="no" readable_date="17 Mar 2024 08:01:00" contact_name="Sam" />\n'
        '  <sms protocol="0" address="+447700900123" date="1710662520000" type="3" subject="null" '
        'body="maybe I should" readable_date="17 Mar 2024 08:02:00" contact_name="Sam" />\n'
        "</smses>\n"
    )
    return path
