"""The invented victim's chat, as a phone exports it: a zip with the text and one picture."""

from __future__ import annotations

import io
import zipfile

NAME = "WhatsApp Chat - T W.zip"
_LINES = (
    "[12/06/2026, 21:40:02] T W: you think you are better than us",
    "[12/06/2026, 21:41:30] Alex: please stop writing to me",
    "[12/06/2026, 21:41:58] T W: nobody stops me",
    "[15/06/2026, 22:31:11] T W: nice gate you have there. would be a pity",
    "[15/06/2026, 22:31:40] T W: \u200e<attached: 00000005-PHOTO-2026-06-15-22-31-40.jpg>",
    "[16/06/2026, 07:50:19] Alex: was that you",
    "[16/06/2026, 07:52:44] T W: \u200eThis message was deleted.",
    "[17/06/2026, 22:09:05] T W: blocking will not help",
)
_PICTURE = "00000005-PHOTO-2026-06-15-22-31-40.jpg"
_WHEN = (2026, 6, 18, 9, 0, 0)


def whatsapp_zip(picture: bytes) -> bytes:
    """The export of an iPhone: seconds, CRLF, no zone; the same bytes each time. `picture`: a JPEG."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (
            ("_chat.txt", "".join(f"{line}\r\n" for line in _LINES).encode()),
            (_PICTURE, picture),
        ):
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content)
    return out.getvalue()
