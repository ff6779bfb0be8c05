"""Which of Pillow's decoders opens which file: one for each, chosen by its content.

Opened by name, so that no other of Pillow's fifty parsers sees hostile bytes.
"""

from __future__ import annotations

HEIF_PLUGIN = "pillow_heif"
"""The extra `heif`; it registers itself with Pillow when it is asked to."""
PLUGINS: dict[str, tuple[str, str]] = {
    "image/jpeg": ("JPEG", "PIL.JpegImagePlugin"),
    "image/png": ("PNG", "PIL.PngImagePlugin"),
    "image/gif": ("GIF", "PIL.GifImagePlugin"),
    "image/webp": ("WEBP", "PIL.WebPImagePlugin"),
    "image/tiff": ("TIFF", "PIL.TiffImagePlugin"),
    "image/bmp": ("BMP", "PIL.BmpImagePlugin"),
    "image/avif": ("AVIF", "PIL.AvifImagePlugin"),
    **dict.fromkeys(
        ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"), ("HEIF", HEIF_PLUGIN)
    ),
}
"""Media type → Pillow's format, and the module that registers it. JPEG may turn into MPO (several pictures)."""
