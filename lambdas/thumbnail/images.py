"""Pictures: read with suspicion, made smaller, written without what the camera told of its owner."""

import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from .settings import Size

#: What is read, by Pillow's names: each format is code that strangers feed, so no more than are asked for.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class UnprocessableError(Exception):
    """These bytes do not become a picture, however often they are tried; the message says why."""


@dataclass(frozen=True)
class Thumbnail:
    """A finished picture."""

    content: bytes
    content_type: str


def thumbnails(content: bytes, sizes: Iterable[Size], max_pixels: int) -> Iterator[tuple[Size, Thumbnail]]:
    """Yield a thumbnail for each size, in the picture's own format (a GIF's first frame as PNG).

    A picture that is smaller than the size stays as large as it is. Raises UnprocessableError.
    """
    sizes = list(sizes)
    with _told_as_unprocessable(), Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        # The header says how large it is: nothing has been unpacked yet.
        if picture.width * picture.height > max_pixels:
            raise UnprocessableError(
                f"{picture.width}x{picture.height} are more than the {max_pixels} pixels that are unpacked"
            )
        kind = picture.format or ""
        longest = max(max(size.width, size.height) for size in sizes)
        # JPEG unpacks at a fraction of its size, which saves most of the time and memory.
        picture.draft("RGB", (longest, longest))
        upright = _in_plain_colours(ImageOps.exif_transpose(picture))
    for size in sizes:
        smaller = upright.copy()
        smaller.thumbnail((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        yield size, _written(smaller, kind)


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB, with transparency if it has any, without metadata."""
    profile = picture.info.get("icc_profile")
    transparent = picture.has_transparency_data
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    # A colour profile goes with the metadata, so the colours have to be right without it.
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
        return picture  # a profile that nobody can read changes no colour anywhere


def _written(picture: Image.Image, kind: str) -> Thumbnail:
    buffer = io.BytesIO()
    # MPO is what Pillow calls the JPEG of cameras that store a second picture behind the first.
    if kind in ("JPEG", "MPO"):
        picture.convert("RGB").save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
        return Thumbnail(buffer.getvalue(), "image/jpeg")
    if kind == "WEBP":
        picture.save(buffer, "WEBP", quality=80)
        return Thumbnail(buffer.getvalue(), "image/webp")
    picture.save(buffer, "PNG", optimize=True)
    return Thumbnail(buffer.getvalue(), "image/png")


@contextmanager
def _told_as_unprocessable() -> Iterator[None]:
    """Turn whatever a decoder raises on broken bytes into one error with its reason."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of a frame that is larger than the header said, and goes on.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnprocessableError:
        raise
    except UnidentifiedImageError:
        raise UnprocessableError("the bytes are no JPEG, PNG, WebP or GIF, whatever the name says") from None
    except Exception as error:
        # Decoders raise OSError, SyntaxError, ValueError, struct.error, zlib.error ...: there is no list of them.
        raise UnprocessableError(f"the picture is broken: {type(error).__name__}: {error}") from error
