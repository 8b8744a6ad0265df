"""Images: decoded with limits, resized, and written without the metadata of the camera."""

import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from .settings import Size

#: Accepted formats, by Pillow's names. Each decoder processes untrusted input, so only the required ones are enabled.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class UnprocessableError(Exception):
    """The bytes are not a valid image, and retries cannot succeed; the message contains the reason."""


@dataclass(frozen=True)
class Thumbnail:
    """An encoded thumbnail."""

    content: bytes
    content_type: str


def thumbnails(content: bytes, sizes: Iterable[Size], max_pixels: int) -> Iterator[tuple[Size, Thumbnail]]:
    """Yield a thumbnail for each size, in the image's own format (the first frame of a GIF as PNG).

    An image that is smaller than the size is not enlarged. Raises UnprocessableError.
    """
    sizes = list(sizes)
    with _errors_as_unprocessable(), Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        # The size is read from the header, before anything is decoded.
        if picture.width * picture.height > max_pixels:
            raise UnprocessableError(
                f"{picture.width}x{picture.height} is more than the {max_pixels} pixels that are decoded"
            )
        kind = picture.format or ""
        longest = max(max(size.width, size.height) for size in sizes)
        # JPEG can be decoded at a fraction of its size, which saves most of the time and memory.
        picture.draft("RGB", (longest, longest))
        upright = _in_srgb(ImageOps.exif_transpose(picture))
    for size in sizes:
        smaller = upright.copy()
        smaller.thumbnail((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        yield size, _written(smaller, kind)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return the image in sRGB, with its transparency, without metadata."""
    profile = picture.info.get("icc_profile")
    transparent = picture.has_transparency_data
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    # The color profile is removed with the metadata, so the colors must be correct without it.
    if profile and picture.mode in ("RGB", "CMYK") and not transparent:
        picture = _to_srgb(picture, profile)
    plain = picture.convert("RGBA" if transparent else "RGB")
    plain.info = {}
    return plain


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, _SRGB, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture  # An unreadable profile has no effect on the colors in other programs either.


def _written(picture: Image.Image, kind: str) -> Thumbnail:
    buffer = io.BytesIO()
    # MPO is Pillow's name for the JPEG of cameras that store a second image after the first.
    if kind in ("JPEG", "MPO"):
        picture.convert("RGB").save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
        return Thumbnail(buffer.getvalue(), "image/jpeg")
    if kind == "WEBP":
        picture.save(buffer, "WEBP", quality=80)
        return Thumbnail(buffer.getvalue(), "image/webp")
    picture.save(buffer, "PNG", optimize=True)
    return Thumbnail(buffer.getvalue(), "image/png")


@contextmanager
def _errors_as_unprocessable() -> Iterator[None]:
    """Convert any exception of a decoder on broken bytes to one error with the reason."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns if a frame is larger than the header says, and continues.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnprocessableError:
        raise
    except UnidentifiedImageError:
        raise UnprocessableError("the bytes are not JPEG, PNG, WebP, or GIF, regardless of the name") from None
    except Exception as error:
        # Decoders raise OSError, SyntaxError, ValueError, struct.error, zlib.error, and others; there is no full list.
        raise UnprocessableError(f"the image is broken: {type(error).__name__}: {error}") from error
