"""What is a mail, and what only looks like one."""

from __future__ import annotations

import pytest

from abusekit.importers.mail.shape import is_mail, is_mailbox

MAIL = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\nbody"


@pytest.mark.parametrize(
    "head",
    [
        MAIL,
        b"\xef\xbb\xbf" + MAIL,
        b"Received: x\nFrom: a\n\n",
        b"Received: x\nFrom: a\n" + b"X-Long: " + b"y" * 70_000,
        b"Content-Type: text/plain\n\nx",
        b"From: a\nDate: x\nSubject: y\n\n",
    ],
)
def test_mails(head: bytes) -> None:
    assert is_mail(head[:65_536])
    assert not is_mailbox(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n" + MAIL,
        b"From: a\n\n",
        b"Sam: hello\nJo: To: you\n",
        b"To: you\nFrom: me\nhello there, no header goes on here\n",
        b'{"From": "a"}',
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        b"Content-Type: application/json\r\nDate2: x\r\n\r\n",
        b"BEGIN:VCARD\nFN:x\n",
        b"key._domainkey.example.com v=DKIM1; p=x\n\n" + MAIL,
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://x\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\n",
        b"From: <Saved by Windows Internet Explorer 11>\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\n",
        b'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"\r\n\r\n',
        b"From: a\0\nTo: b\nSubject: c\n\n",
        b"From me to you\nSubject: x\n\n",
        b"From -\n\nnothing\n",
    ],
)
def test_no_mails(head: bytes) -> None:
    assert not is_mail(head)
    assert not is_mailbox(head)
