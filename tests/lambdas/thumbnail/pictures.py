"""Images that the tests upload."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 200), mode: str = "RGB", **saved: Any) -> bytes:
    """Return an image, red on the left and blue on the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind, **saved)
    return buffer.getvalue()


def animation() -> bytes:
    """Return a GIF with three frames; the first is red and blue, the others are green."""
    first = Image.open(io.BytesIO(picture("PNG", (60, 40))))
    others = [Image.new("RGB", (60, 40), "green") for _ in range(2)]
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=100)
    return buffer.getvalue()


def turned(orientation: int) -> bytes:
    """Return a JPEG with an EXIF orientation and location."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Mallory"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 58.0)
    return picture(exif=exif, comment=b"taken at home")


def bomb() -> bytes:
    """Return a PNG of a few hundred bytes whose header declares four billion pixels."""
    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def opened(content: bytes) -> Image.Image:
    """Return the image, decoded."""
    found = Image.open(io.BytesIO(content))
    found.load()
    return found
