"""Exports of any size, in the forms that the platforms write: invented people, a fixed seed, written as a stream."""

from __future__ import annotations

import base64
import csv
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

_WORDS = (
    "you", "should", "have", "answered", "me", "now", "please", "stop", "that", "is", "why", "where",
    "are", "the", "other", "one", "i", "know", "café", "né", "😀", "tomorrow",
)  # fmt: skip
_PEOPLE = ("Sam Carter", "Jo Reyes", "Max")
_BEGIN = 1_514_793_600
_EPOCH_OF_IDS = 1_288_834_974_657
PER_FILE = 1_000
"""Messages of one file of a thread of Messenger."""
PICTURE = 300_000
"""Bytes of a picture within a text format."""


class Said(NamedTuple):
    n: int
    at: int
    """Seconds since 1970."""
    who: int
    """0, 1, 2."""
    text: str


def talk(count: int) -> Iterator[Said]:
    """Messages of three people, some of several lines, a minute or two apart."""
    source = random.Random(5)
    texts = [" ".join(source.choices(_WORDS, k=source.randrange(2, 14))) for _ in range(5_000)]
    at = _BEGIN
    for n in range(count):
        at += source.randrange(1, 120)
        text = texts[source.randrange(5_000)]
        if source.random() < 0.05:
            text += "\nand " + texts[source.randrange(5_000)]
        yield Said(n, at, source.randrange(3), text)


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def whatsapp_android(folder: Path, count: int) -> Path:
    path = folder / "WhatsApp Chat with Sam Carter.txt"
    with path.open("w", encoding="utf-8", newline="") as out:
        for one in talk(count):
            out.write(f"{_utc(one.at):%d/%m/%Y, %H:%M} - {_PEOPLE[one.who]}: {one.text}\n")
    return path


def whatsapp_ios(folder: Path, count: int) -> Path:
    path = folder / "_chat.txt"
    with path.open("w", encoding="utf-8", newline="") as out:
        for one in talk(count):
            out.write(f"[{_utc(one.at):%d/%m/%Y, %H:%M:%S}] {_PEOPLE[one.who]}: {one.text}\r\n")
    return path


def _meta(folder: Path, area: str, count: int, per_file: int) -> Path:
    thread = folder / area / "messages" / "inbox" / "samcarter_10001"
    thread.mkdir(parents=True)
    file: list[dict[str, Any]] = []

    def mangled(text: str) -> str:
        return text.encode().decode("latin-1")

    def write(number: int) -> None:
        whole = {
            "participants": [{"name": name} for name in _PEOPLE],
            "messages": file[::-1],
            "title": "Sam Carter",
            "is_still_participant": True,
            "thread_path": "inbox/samcarter_10001",
            "magic_words": [],
        }
        (thread / f"message_{number}.json").write_text(json.dumps(whole, indent=2))
        file.clear()

    number = 1
    for one in talk(count):
        file.append(
            {
                "sender_name": _PEOPLE[one.who],
                "timestamp_ms": one.at * 1000 + one.n % 1000,
                "content": mangled(one.text),
                "is_geoblocked_for_viewer": False,
            }
        )
        if len(file) == per_file:
            write(number)
            number += 1
    if file or number == 1:
        write(number)
    return folder / area


def messenger(folder: Path, count: int) -> Path:
    return _meta(folder, "your_activity_across_facebook", count, PER_FILE)


def instagram(folder: Path, count: int) -> Path:
    return _meta(folder, "your_instagram_activity", count, 10 * PER_FILE)


def sms(folder: Path, count: int, pictures: int = 0) -> Path:
    """Texts; `pictures` of the messages are MMS with a picture each, always the same one."""
    path = folder / "sms.xml"
    picture = base64.b64encode(b"\xff\xd8\xff\xe0" + random.Random(6).randbytes(PICTURE)).decode()
    every = count // pictures if pictures else count + 1
    with path.open("w", encoding="utf-8") as out:
        out.write(f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"{count}\">\n")
        for one in talk(count):
            number, readable = f"+44770090{one.who:04}", f"{_utc(one.at):%d %b %Y %H:%M:%S}"
            body = one.text.replace("\n", "&#10;").replace("😀", "&#55357;&#56832;")
            if one.n % every == every - 1:
                out.write(
                    f'  <mms date="{one.at}000" msg_box="1" address="{number}" m_id="m{one.n}" '
                    f'readable_date="{readable}"><parts><part seq="0" ct="text/plain" text="{body}" />'
                    f'<part seq="1" ct="image/jpeg" cl="a{one.n}.jpg" text="null" data="{picture}" /></parts>'
                    f'<addrs><addr address="{number}" type="137" charset="106" /></addrs></mms>\n'
                )
                continue
            out.write(
                f'  <sms protocol="0" address="{number}" date="{one.at}000" type="{1 + one.n % 2}" subject="null" '
                f'body="{body}" toa="null" sc_toa="null" service_center="+447958879879" read="1" status="-1" '
                f'locked="0" date_sent="{one.at - 1}000" sub_id="1" readable_date="{readable}" '
                'contact_name="(Unknown)" />\n'
            )
        out.write("</smses>\n")
    return path


def sms_with_pictures(folder: Path, count: int) -> Path:
    """Every twentieth is a picture: 100,000 messages are 2 GB."""
    return sms(folder, count, count // 20)


def mailbox(folder: Path, count: int, attached: int = 0) -> Path:
    """Mails of plain text and HTML; `attached` of them carry a picture, too."""
    path = folder / "mail.mbox"
    picture = base64.encodebytes(random.Random(7).randbytes(PICTURE)).decode()
    every = count // attached if attached else count + 1
    with path.open("w", encoding="utf-8", newline="") as out:
        for one in talk(count):
            at = _utc(one.at)
            out.write(
                f"From sam@mail.example {at:%a %b %d %H:%M:%S %Y}\n"
                f"Received: from a.mail.example by b.mail.example; {at:%a, %d %b %Y %H:%M:%S} +0000\n"
                f"From: {_PEOPLE[one.who]} <p{one.who}@mail.example>\nTo: jo@mail.example\n"
                f"Subject: number {one.n}\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\n"
                f"Message-ID: <{one.n}@mail.example>\nMIME-Version: 1.0\n"
                'Content-Type: multipart/mixed; boundary="xyz"\n\n'
                f"--xyz\nContent-Type: text/plain; charset=utf-8\n\n{one.text}\n\n"
                f"--xyz\nContent-Type: text/html; charset=utf-8\n\n<p>{one.text}</p>\n\n"
            )
            if one.n % every == every - 1:
                out.write(
                    f'--xyz\nContent-Type: image/jpeg; name="a.jpg"\nContent-Transfer-Encoding: base64\n\n{picture}\n'
                )
            out.write("--xyz--\n\n")
    return path


def mailbox_with_pictures(folder: Path, count: int) -> Path:
    """Every eighth carries a picture: 100,000 mails are 5 GB."""
    return mailbox(folder, count, count // 8)


def _json_list(path: Path, head: str, records: Iterator[dict[str, Any]], tail: str) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.write(head)
        for number, record in enumerate(records):
            out.write((",\n" if number else "\n") + json.dumps(record, indent=1, ensure_ascii=False))
        out.write(tail)
    return path


def telegram(folder: Path, count: int) -> Path:
    records: Iterator[dict[str, Any]] = (
        {
            "id": one.n,
            "type": "message",
            "date": f"{_utc(one.at):%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(one.at),
            "from": _PEOPLE[one.who],
            "from_id": f"user{one.who}00",
            "text": one.text,
            "text_entities": [{"type": "plain", "text": one.text}],
        }
        for one in talk(count)
    )
    head = '{"name": "Sam Carter", "type": "personal_chat", "id": 100, "messages": ['
    return _json_list(folder / "result.json", head, records, "]}")


def _snowflake(one: Said, epoch_ms: int) -> int:
    return ((one.at * 1000 - epoch_ms) << 22) + one.n % 4096


def discord(folder: Path, count: int) -> Path:
    records: Iterator[dict[str, Any]] = (
        {
            "id": str(_snowflake(one, 1_420_070_400_000)),
            "type": "Default",
            "timestamp": f"{_utc(one.at):%Y-%m-%dT%H:%M:%S}.000+00:00",
            "timestampEdited": None,
            "callEndedTimestamp": None,
            "isPinned": False,
            "content": one.text,
            "author": {
                "id": f"20000000000000000{one.who}",
                "name": f"p{one.who}",
                "discriminator": "0000",
                "nickname": _PEOPLE[one.who],
                "color": None,
                "isBot": False,
                "roles": [],
                "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
            },
            "attachments": [],
            "embeds": [],
            "stickers": [],
            "reactions": [],
            "mentions": [],
            "inlineEmojis": [],
        }
        for one in talk(count)
    )
    head = (
        '{"guild": {"id": "0", "name": "Direct Messages", "iconUrl": ""}, '
        '"channel": {"id": "300000000000000003", "type": "DirectTextChat", "categoryId": null, "category": null, '
        '"name": "p0", "topic": null}, "dateRange": {"after": null, "before": null}, '
        '"exportedAt": "2024-06-05T10:00:00+00:00", "messages": ['
    )
    return _json_list(folder / "chat.json", head, records, f'], "messageCount": {count}}}')


def x_posts(folder: Path, count: int) -> Path:
    records: Iterator[dict[str, Any]] = (
        {
            "tweet": {
                "retweeted": False,
                "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
                "entities": {
                    "hashtags": [],
                    "symbols": [],
                    "user_mentions": [
                        {
                            "name": "T",
                            "screen_name": "troll_x",
                            "indices": ["0", "8"],
                            "id_str": "2",
                            "id": "2",
                        }
                    ],
                    "urls": [],
                },
                "display_text_range": ["0", str(len(one.text))],
                "favorite_count": "0",
                "id_str": str(_snowflake(one, _EPOCH_OF_IDS)),
                "truncated": False,
                "retweet_count": "0",
                "id": str(_snowflake(one, _EPOCH_OF_IDS)),
                "created_at": f"{_utc(one.at):%a %b %d %H:%M:%S +0000 %Y}",
                "favorited": False,
                "full_text": one.text,
                "lang": "en",
            }
        }
        for one in talk(count)
    )
    data = folder / "data"
    data.mkdir()
    account = {"account": {"username": "jo_reyes", "accountId": "1000001", "accountDisplayName": "Jo Reyes"}}
    (data / "account.js").write_text(f"window.YTD.account.part0 = {json.dumps([account])}")
    _json_list(data / "tweets.js", "window.YTD.tweets.part0 = [", records, "]")
    return data


def slack(folder: Path, count: int) -> Path:
    """A file a day, as the export writes them."""
    root = folder / "slack"
    (root / "general").mkdir(parents=True)
    users = [
        {"id": f"U00{who}", "name": f"p{who}", "real_name": name, "profile": {"real_name": name}}
        for who, name in enumerate(_PEOPLE)
    ]
    (root / "users.json").write_text(json.dumps(users))
    (root / "channels.json").write_text(json.dumps([{"id": "C001", "name": "general", "members": []}]))
    day = ""
    records: list[dict[str, Any]] = []

    def write() -> None:
        if records:
            (root / "general" / f"{day}.json").write_text(json.dumps(records, indent=4))
        records.clear()

    for one in talk(count):
        record = {
            "client_msg_id": f"c{one.n}",
            "type": "message",
            "text": one.text,
            "user": f"U00{one.who}",
            "ts": f"{one.at}.{one.n % 1_000_000:06}",
            "team": "T001",
        }
        if day != (day_of_it := f"{_utc(one.at):%Y-%m-%d}"):
            write()
            day = day_of_it
        records.append(record)
    write()
    return root


def skype(folder: Path, count: int) -> Path:
    records: Iterator[dict[str, Any]] = (
        {
            "id": str(one.at * 1000 + one.n % 1000),
            "displayName": _PEOPLE[one.who],
            "originalarrivaltime": f"{_utc(one.at):%Y-%m-%dT%H:%M:%S}.000Z",
            "messagetype": "RichText",
            "version": one.at * 1000,
            "content": one.text,
            "conversationid": "8:sam",
            "from": f"8:p{one.who}",
            "properties": None,
            "amsreferences": None,
        }
        for one in talk(count)
    )
    head = (
        '{"userId": "8:p1", "exportDate": "2024-06-05T10:00", "conversations": [{"id": "8:sam", '
        '"displayName": "Sam", "version": 1, "properties": {}, "threadProperties": null, "MessageList": ['
    )
    return _json_list(folder / "messages.json", head, records, "]}]}")


def reddit(folder: Path, count: int) -> Path:
    path = folder / "comments.csv"
    link = "https://www.reddit.com/r/test/comments/xyz/_/"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(
            ["id", "permalink", "date", "ip", "subreddit", "gildings", "link", "parent", "body", "media"]
        )
        for one in talk(count):
            at = f"{_utc(one.at):%Y-%m-%d %H:%M:%S} UTC"
            rows.writerow([f"a{one.n}", f"{link}a{one.n}/", at, "", "test", "0", link, "", one.text, ""])
    return path


Maker = Callable[[Path, int], Path]
MAKERS: dict[str, Maker] = {
    "WhatsApp, Android": whatsapp_android,
    "WhatsApp, iPhone": whatsapp_ios,
    "Messenger": messenger,
    "Instagram": instagram,
    "SMS": sms,
    "SMS with pictures": sms_with_pictures,
    "mbox": mailbox,
    "mbox with pictures": mailbox_with_pictures,
    "Telegram": telegram,
    "Discord": discord,
    "X": x_posts,
    "Slack": slack,
    "Skype": skype,
    "Reddit": reddit,
}
"""Name of a form → (folder, messages) → what was written there, to be read whole."""

SOAK: dict[str, int] = dict.fromkeys(MAKERS, 1000000) | {
    "SMS with pictures": 100_000,
    "mbox with pictures": 100_000,
    "mbox": 200_000,
}
"""Messages of a soak: the sizes of the largest exports that people hold. Messenger: 1,000 files."""
