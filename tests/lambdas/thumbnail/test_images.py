"""Images of all formats, and bytes that are not an image."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lambdas.thumbnail.images import Thumbnail, UnprocessableError, thumbnails
from lambdas.thumbnail.settings import Size
from tests.lambdas.thumbnail.pictures import animation, bomb, opened, picture, turned

PIXELS = 1_000_000
BOX = Size(100, 100)


def small(content: bytes, size: Size = BOX, pixels: int = PIXELS) -> Thumbnail:
    ((_, thumbnail),) = thumbnails(content, [size], pixels)
    return thumbnail


def is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return bool(pixel[0] > 200 and pixel[2] < 80)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")],
)
def test_thumbnails_each_format_keeps_its_aspect_ratio(kind: str, content_type: str) -> None:
    thumbnail = small(picture(kind))
    assert thumbnail.content_type == content_type
    result = opened(thumbnail.content)
    assert result.size == (100, 50)
    assert is_red(result.convert("RGB").getpixel((10, 25)))
    assert not is_red(result.convert("RGB").getpixel((90, 25)))


def test_thumbnails_yield_every_size() -> None:
    found = dict(thumbnails(picture(), [Size(200, 200), Size(50, 10)], PIXELS))
    assert {str(size): opened(each.content).size for size, each in found.items()} == {
        "200x200": (200, 100),
        "50x10": (20, 10),
    }


def test_thumbnails_small_image_is_not_enlarged() -> None:
    assert opened(small(picture(size=(40, 20))).content).size == (40, 20)


def test_thumbnails_animation_gives_its_first_frame() -> None:
    result = opened(small(animation()).content)
    assert getattr(result, "n_frames", 1) == 1
    assert is_red(result.convert("RGB").getpixel((5, 5)))


@pytest.mark.parametrize(("orientation", "size"), [(1, (100, 50)), (3, (100, 50)), (6, (50, 100)), (8, (50, 100))])
def test_thumbnails_exif_orientation_is_applied(orientation: int, size: tuple[int, int]) -> None:
    result = opened(small(turned(orientation)).content)
    assert result.size == size
    # Red is the camera's left: orientation 6 turns it to the top, 8 to the bottom, 3 to the right.
    red = {1: (5, 25), 3: (95, 25), 6: (25, 5), 8: (25, 95)}[orientation]
    assert is_red(result.getpixel(red))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_thumbnails_contain_no_metadata(kind: str) -> None:
    exif = opened(turned(6)).getexif()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(kind, exif=exif, icc_profile=profile)
    assert b"Mallory" in content
    thumbnail = small(content).content
    assert b"Mallory" not in thumbnail
    assert b"home" not in small(turned(1)).content
    result = opened(thumbnail)
    assert not result.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(result.info)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_thumbnails_other_color_modes_become_rgb(mode: str) -> None:
    assert opened(small(picture(mode=mode)).content).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_thumbnails_png_of_any_mode_becomes_rgb_or_rgba(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (10, 10)).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).mode in ("RGB", "RGBA")


def test_thumbnails_16_bit_gray_keeps_its_brightness() -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (10, 10), 0x8000).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).getpixel((5, 5)) == (128, 128, 128)


def test_thumbnails_transparency_is_kept() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).getpixel((5, 5)) == (255, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the bytes are not JPEG, PNG, WebP, or GIF"),
        (b"<svg onload='alert(1)'/>", "the bytes are not JPEG, PNG, WebP, or GIF"),
        (picture()[:600], "the image is broken"),
        (picture("PNG")[:100], "the image is broken"),
        (picture("BMP"), "the bytes are not JPEG, PNG, WebP, or GIF"),
        (picture("TIFF"), "the bytes are not JPEG, PNG, WebP, or GIF"),
        (bomb(), "the image is broken: DecompressionBombError"),
        (picture(size=(1001, 1000)), "1001x1000 is more than the 1000000 pixels"),
    ],
)
def test_thumbnails_invalid_image_fails_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnprocessableError, match=reason):
        small(content)


@settings(max_examples=150)
@given(
    original=st.sampled_from([picture(), picture("PNG"), picture("WEBP"), animation(), turned(6)]),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20),
    length=st.floats(0, 1),
)
@example(original=bomb(), changes=[], length=1)
def test_thumbnails_damaged_bytes_give_an_image_or_a_reason(
    original: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    broken = bytearray(original)
    for place, value in changes:
        broken[int(place * len(broken))] = value
    try:
        thumbnail = small(bytes(broken[: int(length * len(broken))]))
    except UnprocessableError as error:
        assert str(error)
    else:
        assert max(opened(thumbnail.content).size) <= 100
