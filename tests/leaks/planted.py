"""What the leak scan has to find, each alone and as a tool or a device writes it."""

from __future__ import annotations

import struct


def tiff(order: str, *, gps: bool = True, serial: str = "SN-998877") -> bytes:
    """A TIFF header with a serial number and a position."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    text = serial.encode() + b"\0"
    main = struct.pack(f"{order}H", 1 + gps) + struct.pack(f"{order}HHLL", 0x8769, 4, 1, 40)
    main += struct.pack(f"{order}HHLL", 0x8825, 4, 1, 60) if gps else b""
    out = (head + struct.pack(f"{order}L", 8) + main).ljust(40, b"\0")
    out += struct.pack(f"{order}H", 1) + struct.pack(f"{order}HHLL", 0xA431, 2, len(text), 120)
    out = out.ljust(60, b"\0")
    out += struct.pack(f"{order}H", 1) + struct.pack(f"{order}HHLL", 2, 5, 3, 90)
    out = out.ljust(90, b"\0") + struct.pack(f"{order}6L", 51, 1, 30, 1, 0, 1)
    return out.ljust(120, b"\0") + text


def jpeg(order: str, **more: object) -> bytes:
    body = b"Exif\0\0" + tiff(order, **more)  # type: ignore[arg-type]
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xda" + b"\x11" * 3000


ISO_6709 = b"+51.5007-000.1246+030.000/"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", 8 + len(body)) + kind + body


def film(place: bytes) -> bytes:
    """Boxes as of a telephone: the data come first, what is said of them behind."""
    return box(b"ftyp", b"mp42\0\0\0\0") + box(b"mdat", b"x" * 100) + box(b"moov", box(b"udta", place))


def apple() -> bytes:
    """QuickTime metadata: a list of keys, and their values by number."""
    key = box(b"mdta", b"com.apple.quicktime.location.ISO6709")
    value = box(b"data", struct.pack(">LL", 1, 0) + ISO_6709)
    return box(b"meta", box(b"keys", struct.pack(">LL", 0, 1) + key) + box(b"ilst", box(b"\0\0\0\1", value)))


def loci(longitude: float, latitude: float, name: bytes = b"") -> bytes:
    """3GPP TS 26.244 section 8.10: flags, language, name, role, three numbers of 16.16 bits."""
    numbers = struct.pack(">3l", round(longitude * 65536), round(latitude * 65536), 0)
    return box(b"loci", b"\0\0\0\0\x15\xc7" + name + b"\0\0" + numbers + b"earth\0\0")


PLANTED: dict[str, tuple[bytes, str]] = {
    "a path of this user": (b"see /srv/homes/akerlund/notes.txt", "home-path"),
    "a path of somebody": (b"saved to /home/maria/Desktop/a.png\n", "home-path"),
    "a path on a Mac": (b'{"path":"/Users/maria/a.png"}', "home-path"),
    "a path on Windows": (b"C:\\Users\\Maria Lopez\\Desktop\\a.png", "home-path"),
    "a path on Windows in JSON": (b'"C:\\\\Users\\\\maria\\\\a.png"', "home-path"),
    "an address of a file": (b"file:///home/maria/page.html", "home-path"),
    "the computer's name": (b"printed by ANNA on annas-laptop, page 1", "host-name"),
    "our address": (b"your address is 203.0.113.77.", "own-address"),
    "a producer's e-mail": (b"from: Anna.Akerlund+x@mail.example.org", "e-mail"),
    "a short name's e-mail": (b"<bo.li@example.org>", "e-mail"),
    "a word of the list": (b"lives at 12 Elm Street.", "personal"),
    "an author in a PDF": (b"%PDF-1.4\n<< /Author (Maria Lopez) >>", "author"),
    "an author in hexadecimal": (b"%PDF-1.4\n<< /Author <FEFF004D0061> >>", "author"),
    "an author in XMP": (b"<dc:creator><rdf:Seq> <rdf:li>Maria</rdf:li>", "author"),
    "an author of an office document": (b"<cp:lastModifiedBy>Maria</cp:lastModifiedBy>", "author"),
    "a cookie in a HAR": (b'{"name": "Cookie", "value": "sid=1"}', "session"),
    "a header in a recording": (b"GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\n", "session"),
    "a signed token": (b"token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x", "session"),
    "a place, little-endian": (jpeg("<"), "position"),
    "a place, big-endian": (jpeg(">"), "position"),
    "a serial number": (jpeg("<", gps=False), "camera"),
    "a place in a PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\x99eXIf" + tiff(">"), "position"),
    "a place in a TIFF": (tiff("<"), "position"),
    "a path of somebody that ends": (b"saved in /home/maria", "home-path"),
    "a path on a Mac that ends": (b"HOME='/Users/maria'", "home-path"),
    "an address of a home": (b"open file:///home/maria ", "home-path"),
    "a path on an old Windows": (b"C:\\Documents and Settings\\maria\\a.png", "home-path"),
    "a stick of somebody": (b"from /media/maria/STICK/a.txt", "home-path"),
    "a stick of somebody by another name": (b"from /run/media/maria", "home-path"),
    "cookies.txt": (b"# Netscape\n.example.org\tTRUE\t/\tFALSE\t1999999999\tsid\t9f8e7d", "session"),
    "cookies.txt of HttpOnly": (b"#HttpOnly_example.org\tFALSE\t/a\tTRUE\t0\tsid\t9f8e7d\n", "session"),
    "a cookie in a command": (b"curl 'https://example.org/' -H 'Cookie: sid=9f8e'", "session"),
    "a cookie in a command on Windows": (b'curl "https://example.org/" -H ^"cookie: sid=9f8e^"', "session"),
    "a cookie as an option": (b"curl 'https://example.org/' -b 'sid=9f8e'", "session"),
    "a key in a command": (b"curl -H 'Authorization: Bearer abcdef0123'", "session"),
    "a key in a script": (b'fetch("/", {"headers": {"authorization": "mfa.abcdef0123456789"}})', "session"),
    "the cookies of a HAR": (b'{"cookies":[{"name":"sid","value":"9f8e"}]}', "session"),
    "the cookies of a browser": (b'[{"httpOnly": true,\n "name": "sid",\n "value": "9f8e"}]', "session"),
    "a place in XMP": (b'<rdf:Description exif:GPSLatitude="51,30.042N"/>', "position"),
    "a place in XMP's long form": (b"<exif:GPSLatitude>51,30.042N</exif:GPSLatitude>", "position"),
    "a place of a drone": (b'drone-dji:GpsLatitude="+51.5007"', "position"),
    "a track": (b'<gpx><trkpt lat="51.5007" lon="-0.1246"/></gpx>', "position"),
    "a place of a receiver": (b"<wpt lon='-0.1246' lat='-51.5007'>", "position"),
    "a place on a map": (b"<Point><coordinates>\n -0.1246,51.5007,0</coordinates>", "position"),
    "a track on a map": (b"<gx:coord>-0.1246 51.5007 3</gx:coord>", "position"),
    "a place in a film": (film(box(b"\xa9xyz", b"\0\x1a\x15\xc7" + ISO_6709)), "position"),
    "a place in a film of a Mac": (film(apple()), "position"),
    "a place in a film of 3GPP": (film(loci(-0.1246, 51.5007)), "position"),
    "a named place in a film of 3GPP": (film(loci(0.5, -33.1, "Köln".encode())), "position"),
    "a place in a WebP": (b"RIFF\0\0\0\0WEBPEXIF\x99\0\0\0" + tiff("<"), "position"),
}  # fmt: skip
