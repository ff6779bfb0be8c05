"""What a file is, by its first bytes: names and declared types are claims, content is a fact.

A media type says what the file begins like, not that the rest of it is well formed.
Sources: the format specifications' own signatures, WHATWG MIME Sniffing (2024) section 6, RFC 9559 (EBML).
"""

from __future__ import annotations

import json
import re

HEAD_BYTES = 4096
"""How many bytes from the start of a file `media_type` wants; it looks at no more."""

OCTETS = "application/octet-stream"

# (offset, signature, media type); the first that fits wins.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"PK\x07\x08", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"WARC/1.", "application/warc"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"BEGIN:VCARD", "text/vcard"),
    (0, b"BEGIN:VCALENDAR", "text/calendar"),
)
_BRANDS: dict[bytes, str] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"hevc", b"hevx"), "image/heic-sequence"),
    **dict.fromkeys((b"mif1", b"mif2"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    b"msf1": "image/heif-sequence",
    b"crx ": "image/x-canon-cr3",
    b"qt  ": "video/quicktime",
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gr6", b"3gs6"), "video/3gpp"),
    b"3g2a": "video/3gpp2",
}
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png", "apng"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp", "dib"),
    "image/tiff": ("tif", "tiff", "dng", "nef", "arw", "cr2"),
    "image/heic": ("heic", "heif"),
    "image/heif": ("heif", "heic"),
    "image/avif": ("avif",),
    "image/jxl": ("jxl",),
    "image/svg+xml": ("svg",),
    "application/pdf": ("pdf",),
    "application/gzip": ("gz", "tgz"),
    "application/x-bzip2": ("bz2",),
    "application/x-xz": ("xz",),
    "application/zstd": ("zst",),
    "application/x-7z-compressed": ("7z",),
    "application/vnd.rar": ("rar",),
    "application/x-tar": ("tar",),
    "application/vnd.sqlite3": ("sqlite", "db", "sqlite3"),
    "application/rtf": ("rtf",),
    "application/warc": ("warc",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "video/3gpp": ("3gp",),
    "video/3gpp2": ("3g2",),
    "video/webm": ("webm",),
    "video/matroska": ("mkv", "mka"),
    "video/x-msvideo": ("avi",),
    "video/ogg": ("ogv", "ogg"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "application/ogg": ("ogx", "ogg"),
    "audio/mp4": ("m4a", "m4b"),
    "audio/mpeg": ("mp3",),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/flac": ("flac",),
    "audio/wav": ("wav",),
    "text/html": ("html", "htm", "xhtml"),
    "text/vcard": ("vcf",),
    "text/calendar": ("ics",),
}
# Types that many formats are written in: the name then says more than the content.
_GENERIC: dict[str, str] = {
    "application/zip": "zip",
    "application/x-ole-storage": "bin",
    "application/xml": "xml",
    "application/json": "json",
    "text/plain": "txt",
    OCTETS: "bin",
}
# Extensions under which a double click runs the file; the name as received stays in item.json.
_RUNS_WHEN_OPENED = frozenset(
    {
        *("app", "bat", "chm", "cmd", "com", "command", "cpl", "desktop", "exe", "hta", "jar", "js", "jse"),
        *("lnk", "msi", "pif", "ps1", "reg", "scr", "sh", "url", "vbe", "vbs", "wsf"),
    }
)
_EXTENSION = re.compile(r"[a-z0-9]{1,8}", re.ASCII)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|script|style|iframe|table|div|p|h1)[\s>]", re.I
)
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<!--(?:[^-]|-[^-])*-->)*")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def media_type(head: bytes) -> str:
    """The media type of a file that begins with `head` (the first HEAD_BYTES, or all of a shorter file).

    `application/octet-stream` where nothing fits, also for an empty file. Never raises.
    """
    head = head[:HEAD_BYTES]
    for offset, signature, media in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media
    return _binary(head) or _text(head) or OCTETS


def safe_extension(name: str, media: str) -> str:
    """An extension ([a-z0-9]{1,8}, no dot) for the stored copy of a file received as `name`.

    The content decides; the name only where it agrees, or where the content is a general container or
    plain text. Never one under which a double click would run the file.
    """
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    named = suffix if _EXTENSION.fullmatch(suffix) and suffix not in _RUNS_WHEN_OPENED else ""
    if media in _EXTENSIONS:
        known = _EXTENSIONS[media]
        return named if named in known else known[0]
    return named or _GENERIC.get(media, "bin")


def _binary(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        kinds = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
        return kinds.get(head[8:12])
    if head[:2] == b"BM" and head[6:10] == b"\x00" * 4 and head[14:18] in _BMP_HEADERS:
        return "image/bmp"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip") and head[:2] == b"\x00\x00":
        return "video/quicktime"  # QuickTime before the ftyp box existed
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/matroska"
    if head[:4] == b"OggS":
        return _ogg(head[:512])
    if b"%PDF-" in head[:1024]:
        return "application/pdf"  # readers accept up to 1,024 bytes before the header (ISO 32000-1 annex H)
    return _mpeg_audio(head)


_BMP_HEADERS = tuple(bytes((size, 0, 0, 0)) for size in (12, 40, 52, 56, 64, 108, 124))


def _iso_media(head: bytes) -> str:
    """ISO/IEC 14496-12: the major brand, then the compatible ones (a HEIC may call itself mif1)."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    compatible = [head[at : at + 4] for at in range(16, size - 3, 4)]
    if major in (b"mif1", b"msf1"):
        for brand in (b"avif", b"heic", b"heix"):
            if brand in compatible:
                return _BRANDS[brand]
    return _BRANDS.get(major, "video/mp4")


def _ogg(page: bytes) -> str:
    if b"\x80theora" in page:
        return "video/ogg"
    return (
        "audio/ogg"
        if any(mark in page for mark in (b"OpusHead", b"\x01vorbis", b"Speex"))
        else "application/ogg"
    )


def _mpeg_audio(head: bytes) -> str | None:
    """A frame header (ISO/IEC 11172-3 2.4.1.3): sync word, a layer, a bit rate and a sampling rate that exist."""
    # FF FE is Layer I of MPEG-1, which nobody meets, and the byte order mark of UTF-16, which everybody does.
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] == 0xFE:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"  # ADTS: layer bits zero
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    exists = version != 1 and layer != 0 and bit_rate not in (0, 15) and sampling != 3
    return "audio/mpeg" if exists else None


def _text(head: bytes) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and len(head) >= 4:
        return "text/plain"  # UTF-16 with a byte order mark
    if not head or _CONTROLS.search(head):
        return None
    match = _LEADING.match(head)
    body = head[match.end() if match else 0 :]
    if _HTML.match(body):
        return "text/html"
    if body[:5] == b"<?xml":
        if _HTML.search(body):
            return "text/html"
        return "image/svg+xml" if re.search(rb"<svg[\s>]", body) else "application/xml"
    if re.match(rb"<svg[\s>]", body):
        return "image/svg+xml"
    if _is_json(body, whole=len(head) < HEAD_BYTES):
        return "application/json"
    return "text/plain" if _is_utf8(head) else None


def _is_json(body: bytes, *, whole: bool) -> bool:
    """Chat lines start with "[05/03/2024" too: what is whole must parse, what is cut must begin like JSON."""
    if body[:1] not in (b"{", b"["):
        return False
    if whole:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return False
        return True
    return re.match(rb'\{\s*"(?:[^"\\\r\n]|\\.){0,200}"\s*:|\[\s*[\[{"]', body) is not None


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as fault:
        # The head may end within a character, of at most four bytes.
        return len(head) == HEAD_BYTES and fault.reason == "unexpected end of data" and fault.end == len(head)
    return True
