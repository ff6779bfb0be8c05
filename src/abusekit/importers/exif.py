"""What a photo says of itself: size, tags, times, place. Owner of exifread and Pillow.

exifread reads the tags, Pillow size and format and the tags again as the cross-check; no pixel is decoded.
Tags are claims that anyone can write; their absence says nothing (messengers strip them). The original
bytes are the evidence, these facts are a reading of them.
"""

from __future__ import annotations

import importlib
import logging
import re
import stat
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from abusekit.case.moment import Moment
from abusekit.errors import InputError
from abusekit.importers import photo_times
from abusekit.importers.bounded_file import BoundedFile, WorkLimitError
from abusekit.importers.decoders import HEIF_PLUGIN, PLUGINS
from abusekit.importers.media import HEAD_BYTES, media_type
from abusekit.importers.photo_times import GpsTags, Position
from abusekit.importers.png_text import read_texts

MAX_TEXT = 1_000
"""Characters kept of one tag; the file holds the whole."""
MAX_PIXELS = 1 << 28
"""A picture that declares more is not opened by Pillow (200-megapixel telephones stay below)."""
MAX_WHOLE_READ = 64 << 20
"""WebP, AVIF and HEIF are read whole by Pillow: larger files of these kinds are left to exifread."""
_MAX_READS = 100_000
_MAX_BYTES = 32 << 20
_READ_WHOLE = frozenset({"WEBP", "AVIF", "HEIF"})

# our name: (exifread's key, IFD, tag number); IFD 0 is the main one (Exif 3.0 tables 4, 7 and 15)
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
TAGS: dict[str, tuple[str, int, int]] = {
    "make": ("Image Make", 0, 0x010F),
    "model": ("Image Model", 0, 0x0110),
    "software": ("Image Software", 0, 0x0131),
    "orientation": ("Image Orientation", 0, 0x0112),
    "date_time": ("Image DateTime", 0, 0x0132),
    "date_time_original": ("EXIF DateTimeOriginal", _EXIF_IFD, 0x9003),
    "date_time_digitized": ("EXIF DateTimeDigitized", _EXIF_IFD, 0x9004),
    "offset_time": ("EXIF OffsetTime", _EXIF_IFD, 0x9010),
    "offset_time_original": ("EXIF OffsetTimeOriginal", _EXIF_IFD, 0x9011),
    "offset_time_digitized": ("EXIF OffsetTimeDigitized", _EXIF_IFD, 0x9012),
    "subsec_time": ("EXIF SubSecTime", _EXIF_IFD, 0x9290),
    "subsec_time_original": ("EXIF SubSecTimeOriginal", _EXIF_IFD, 0x9291),
    "subsec_time_digitized": ("EXIF SubSecTimeDigitized", _EXIF_IFD, 0x9292),
    "user_comment": ("EXIF UserComment", _EXIF_IFD, 0x9286),
    "gps_latitude_ref": ("GPS GPSLatitudeRef", _GPS_IFD, 1),
    "gps_latitude": ("GPS GPSLatitude", _GPS_IFD, 2),
    "gps_longitude_ref": ("GPS GPSLongitudeRef", _GPS_IFD, 3),
    "gps_longitude": ("GPS GPSLongitude", _GPS_IFD, 4),
    "gps_time_stamp": ("GPS GPSTimeStamp", _GPS_IFD, 7),
    "gps_map_datum": ("GPS GPSMapDatum", _GPS_IFD, 18),
    "gps_date_stamp": ("GPS GPSDate", _GPS_IFD, 29),
}
_NUMBERS = frozenset({"gps_latitude", "gps_longitude", "gps_time_stamp"})
_CROSS_CHECKED = tuple(name for name in TAGS if name.startswith(("date_time", "offset_time", "subsec_time")))
_XMP: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"{tag}(?:\s{{0,9}}=\s{{0,9}}[\"']|\s{{0,9}}>)([^\"'<]{{1,64}})"))
    for name, tag in (
        ("xmp_date_time_original", "exif:DateTimeOriginal"),
        ("xmp_create_date", "x(?:mp|ap):CreateDate"),
        ("xmp_modify_date", "x(?:mp|ap):ModifyDate"),
        ("xmp_creator_tool", "x(?:mp|ap):CreatorTool"),
    )
)
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What was read from one photo or screenshot."""

    media: str
    # media type by content
    image_format: str
    # Pillow's name of the format; empty where Pillow did not open the file
    width: int | None
    # pixels as stored, before any rotation that the orientation tag asks for
    height: int | None
    # pixels
    tags: dict[str, str]
    # tags as text, by the names of TAGS and xmp_*; at most MAX_TEXT characters each
    png_texts: list[tuple[str, str]]
    # keyword and text of the PNG's text chunks, in file order
    moments: list[tuple[str, Moment]]
    # what happened, and when
    position: Position | None
    # where the device says it was; None: unset
    edit_signs: list[str]
    # things to ask about; none of them is proof of editing
    cross_check: str
    # DateTimeOriginal by exifread and by Pillow: agree, differ, one_reader, absent
    readers: str
    # the programs that read it, with their versions
    problems: list[str]
    # what contradicts itself or could not be read
    limits: list[str]
    # what was not looked at, or is unset, and why

    def facts(self) -> dict[str, Any]:
        """The same for item.json: text, integers, null, lists and objects only."""
        return {
            "media": self.media,
            "image_format": self.image_format,
            "width": self.width,
            "height": self.height,
            "tags": dict(self.tags),
            "png_texts": [{"keyword": keyword, "text": text} for keyword, text in self.png_texts],
            "moments": [{"what": what, "moment": moment.to_facts()} for what, moment in self.moments],
            "position": self.position
            and {"latitude": self.position.latitude, "longitude": self.position.longitude},
            "edit_signs": list(self.edit_signs),
            "cross_check": self.cross_check,
            "readers": self.readers,
            "problems": list(self.problems),
            "limits": list(self.limits),
        }


@dataclass(slots=True)
class _Found:
    """What one reader found."""

    tags: dict[str, str] = field(default_factory=dict)
    gps: GpsTags = field(default_factory=GpsTags)
    image_format: str = ""
    size: tuple[int, int] | None = None
    xmp: str = ""


def read_photo(path: Path, name: str = "") -> PhotoFacts:
    """The facts of the picture at `path`; `name` is the file name as received, for the date it may carry.

    Any content gives facts, with its faults in `problems`. Raises InputError where `path` is not a regular
    file or cannot be opened. Reads headers, not pixels; memory stays bounded whatever the file's size.
    """
    problems: list[str] = []
    limits: list[str] = []
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path.name} is not a regular file", "give a photo or a screenshot")
        with path.open("rb") as handle:
            media = media_type(handle.read(HEAD_BYTES))
            first = _guarded("exifread", lambda: _by_exifread(handle), problems, limits)
            second = _guarded("Pillow", lambda: _by_pillow(handle, media, problems, limits), problems, limits)
            texts = _guarded("the PNG text reader", lambda: read_texts(handle, problems), problems, limits)
    except OSError as fault:
        raise InputError(f"{path.name} cannot be read: {fault.strerror}", "check the file") from fault
    return _facts(
        media,
        name,
        first=first or _Found(),
        second=second or _Found(),
        texts=texts or [],
        problems=problems,
        limits=limits,
    )


def _facts(
    media: str,
    name: str,
    *,
    first: _Found,
    second: _Found,
    texts: list[tuple[str, str]],
    problems: list[str],
    limits: list[str],
) -> PhotoFacts:
    tags = {tag: first.tags.get(tag) or second.tags[tag] for tag in TAGS if tag in first.tags | second.tags}
    xmp = second.xmp or next((text for keyword, text in texts if keyword == "XML:com.adobe.xmp"), "")
    for tag, pattern in _XMP:
        if match := pattern.search(xmp):
            tags[tag] = match[1]
    long = [tag for tag, text in tags.items() if len(text) > MAX_TEXT]
    kept_texts = [(keyword, _clean(text)) for keyword, text in texts if keyword != "XML:com.adobe.xmp"]
    if long or any(len(text) > MAX_TEXT for _, text in kept_texts):
        limits.append(f"texts longer than {MAX_TEXT} characters are cut here; the file holds the whole")
    tags = {tag: text[:MAX_TEXT] for tag, text in tags.items()}
    for tag in _CROSS_CHECKED:
        ours, theirs = first.tags.get(tag, "").strip(), second.tags.get(tag, "").strip()
        if ours and theirs and ours != theirs:
            problems.append(f"the two readers differ on {tag}: {ours[:40]!r} and {theirs[:40]!r}")
    gps = first.gps if first.gps != GpsTags() else second.gps
    moments = photo_times.moments(tags, photo_times.gps_moment(gps, problems), problems, limits)
    for keyword, text in kept_texts:
        if keyword == "Creation Time" and (created := photo_times.png_creation_moment(text[:MAX_TEXT])):
            moments.append((photo_times.PNG_CREATED, created))
    if name and (named := photo_times.named_moment(name)):
        moments.append((photo_times.IN_NAME, named))
    return PhotoFacts(
        media=media,
        image_format=second.image_format,
        width=second.size[0] if second.size else None,
        height=second.size[1] if second.size else None,
        tags=tags,
        png_texts=[(keyword, text[:MAX_TEXT]) for keyword, text in kept_texts],
        moments=moments,
        position=photo_times.position(gps, problems),
        edit_signs=_edit_signs(tags, moments, xmp),
        cross_check=_cross_check(first, second),
        readers=_readers(),
        problems=problems,
        limits=limits,
    )


def _guarded(reader: str, read: Callable[[], _Read], problems: list[str], limits: list[str]) -> _Read | None:
    try:
        return read()
    except WorkLimitError:
        limits.append(f"{reader} stopped: the file asks for more work than a photo's tags need")
    # exifread raises bare AssertionError and EOFError, struct.error and more; Pillow's plugins likewise.
    # What they raise on hostile bytes is no contract, so every fault of theirs becomes a problem here.
    except Exception as fault:  # noqa: BLE001
        problems.append(f"{reader} could not read it ({type(fault).__name__})")
    return None


def _by_exifread(handle: BinaryIO) -> _Found:
    import exifread

    _keep_quiet("exifread")
    bounded = cast(BinaryIO, BoundedFile(handle, _MAX_READS, _MAX_BYTES))
    # Without maker notes: undocumented formats, and nothing that the facts need.
    read = exifread.process_file(bounded, details=False, extract_thumbnail=False)
    values = {
        name: read[key].printable if name == "orientation" else read[key].values
        for name, (key, _, _) in TAGS.items()
        if key in read
    }
    return _found(values)


def _by_pillow(handle: BinaryIO, media: str, problems: list[str], limits: list[str]) -> _Found:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    _keep_quiet("PIL")
    warnings.filterwarnings("ignore", module=r"PIL\.")
    # Above MAX_PIXELS Pillow warns, above twice that it raises: one answer to both, here and in later decoding.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if media not in PLUGINS:
        limits.append("not a kind of picture that is measured: no size in pixels")
        return _Found()
    image_format, plugin = PLUGINS[media]
    if not _registered(plugin):
        limits.append("HEIF pictures are read only in part without the extra: pip install 'abusekit[heif]'")
        return _Found()
    max_bytes = MAX_WHOLE_READ if image_format in _READ_WHOLE else _MAX_BYTES
    handle.seek(0)
    try:
        image = Image.open(cast(BinaryIO, BoundedFile(handle, _MAX_READS, max_bytes)), formats=[image_format])
    except UnidentifiedImageError:
        problems.append(f"it begins like {media}, but Pillow cannot open it: broken or cut off")
        return _Found()
    found = _Found()
    if image.format == "TIFF":
        exif = image.getexif()
    else:
        # Not image.getexif(): for a PNG it decodes the pixels, and it takes an orientation from XMP for Exif.
        exif = Image.Exif()
        if isinstance(image.info.get("exif"), bytes):
            exif.load(image.info["exif"])
    ifds = {0: exif, _EXIF_IFD: exif.get_ifd(_EXIF_IFD), _GPS_IFD: exif.get_ifd(_GPS_IFD)}
    values = {name: ifds[ifd][tag] for name, (_, ifd, tag) in TAGS.items() if tag in ifds[ifd]}
    if isinstance(values.get("user_comment"), bytes):
        values["user_comment"] = _user_comment(values["user_comment"], exif.endian or ">")
    found = _found(values)
    found.image_format, found.size = image.format or "", image.size
    xmp = image.info.get("xmp", b"")
    found.xmp = xmp[: 1 << 20].decode("utf-8", "replace") if isinstance(xmp, bytes) else ""
    return found


def _keep_quiet(logger: str) -> None:
    """Without any handler the warnings of a library go to standard error; the core prints nothing."""
    log = logging.getLogger(logger)
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _registered(plugin: str) -> bool:
    """Whether Pillow now knows the format of `plugin`; False where pillow-heif, the extra, is not installed."""
    if plugin != HEIF_PLUGIN:
        importlib.import_module(plugin)
        return True
    try:
        importlib.import_module(plugin).register_heif_opener()
    except ImportError:
        return False
    return True


def _found(values: dict[str, Any]) -> _Found:
    texts = {
        name: _joined(value) if name in _NUMBERS else _clean(_as_text(value))
        for name, value in values.items()
    }
    gps = GpsTags(
        latitude=_fractions(values.get("gps_latitude")),
        latitude_ref=texts.get("gps_latitude_ref", ""),
        longitude=_fractions(values.get("gps_longitude")),
        longitude_ref=texts.get("gps_longitude_ref", ""),
        clock=_fractions(values.get("gps_time_stamp")),
        day=texts.get("gps_date_stamp", ""),
    )
    return _Found({name: text for name, text in texts.items() if text.strip()}, gps)


def _fractions(value: object) -> tuple[Fraction | None, ...]:
    """Three numbers of either reader: integers, or ratios with numerator and denominator; 0/0 is None."""
    if not isinstance(value, list | tuple) or len(value) > 3:
        return ()
    numbers: list[Fraction | None] = []
    for part in value:
        top, bottom = getattr(part, "numerator", None), getattr(part, "denominator", None)
        whole = isinstance(top, int) and isinstance(bottom, int) and bottom != 0
        numbers.append(Fraction(cast(int, top), cast(int, bottom)) if whole else None)
    return tuple(numbers)


def _joined(value: object) -> str:
    parts: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    return _clean(", ".join(str(part) for part in parts))


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value[:20])
    return str(value)


def _clean(text: str) -> str:
    """Up to the first NUL, which ends an Exif text; lone surrogates replaced, control characters kept."""
    return text.partition("\x00")[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _user_comment(value: bytes, endian: str) -> str:
    """Exif 3.0 4.6.6 UserComment: eight bytes name the character code, the text follows."""
    code, body = value[:8], value[8:]
    if code == b"UNICODE\x00":
        return body.decode("utf-16-be" if endian == ">" else "utf-16-le", "replace")
    return body.decode("utf-8", "backslashreplace")


def _cross_check(first: _Found, second: _Found) -> str:
    ours = first.tags.get("date_time_original", "").strip()
    theirs = second.tags.get("date_time_original", "").strip()
    if ours and theirs:
        return "agree" if ours == theirs else "differ"
    return "one_reader" if ours or theirs else "absent"


def _edit_signs(tags: dict[str, str], moments: list[tuple[str, Moment]], xmp: str) -> list[str]:
    signs = []
    if tags.get("software"):
        signs.append(f"Software: {tags['software'][:100]} (editors write their name here; cameras do too)")
    if photo_times.changed_later(moments):
        signs.append("the file states that it was changed after the photo was taken")
    if "xmpMM:History" in xmp:
        signs.append("XMP holds a history of edits")
    return signs


def _readers() -> str:
    import exifread
    import PIL

    return f"exifread {exifread.__version__}, Pillow {PIL.__version__}"
