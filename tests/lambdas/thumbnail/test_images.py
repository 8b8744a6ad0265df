"""Pictures of all kinds, and bytes that are none."""

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
    ((_, made),) = thumbnails(content, [size], pixels)
    return made


def is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return bool(pixel[0] > 200 and pixel[2] < 80)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")],
)
def test_each_kind_keeps_its_shape(kind: str, content_type: str) -> None:
    made = small(picture(kind))
    assert made.content_type == content_type
    result = opened(made.content)
    assert result.size == (100, 50)
    assert is_red(result.convert("RGB").getpixel((10, 25)))
    assert not is_red(result.convert("RGB").getpixel((90, 25)))


def test_every_size_is_made() -> None:
    made = dict(thumbnails(picture(), [Size(200, 200), Size(50, 10)], PIXELS))
    assert {str(size): opened(each.content).size for size, each in made.items()} == {
        "200x200": (200, 100),
        "50x10": (20, 10),
    }


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(small(picture(size=(40, 20))).content).size == (40, 20)


def test_the_first_frame_of_an_animation() -> None:
    result = opened(small(animation()).content)
    assert getattr(result, "n_frames", 1) == 1
    assert is_red(result.convert("RGB").getpixel((5, 5)))


@pytest.mark.parametrize(("orientation", "size"), [(1, (100, 50)), (3, (100, 50)), (6, (50, 100)), (8, (50, 100))])
def test_it_stands_upright(orientation: int, size: tuple[int, int]) -> None:
    result = opened(small(turned(orientation)).content)
    assert result.size == size
    # Red is where the camera's left was: 6 turned it to the top, 8 to the bottom, 3 to the right.
    red = {1: (5, 25), 3: (95, 25), 6: (25, 5), 8: (25, 95)}[orientation]
    assert is_red(result.getpixel(red))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_told_of_the_owner(kind: str) -> None:
    exif = opened(turned(6)).getexif()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(kind, exif=exif, icc_profile=profile)
    assert b"Mallory" in content
    made = small(content).content
    assert b"Mallory" not in made
    assert b"home" not in small(turned(1)).content
    result = opened(made)
    assert not result.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(result.info)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_colours_that_browsers_do_not_expect(mode: str) -> None:
    assert opened(small(picture(mode=mode)).content).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_png_of_all_modes(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (10, 10)).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).mode in ("RGB", "RGBA")


def test_grey_of_sixteen_bits_stays_grey() -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (10, 10), 0x8000).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).getpixel((5, 5)) == (128, 128, 128)


def test_what_was_transparent_stays_so() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(buffer, "PNG")
    assert opened(small(buffer.getvalue()).content).getpixel((5, 5)) == (255, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the bytes are no JPEG, PNG, WebP or GIF"),
        (b"<svg onload='alert(1)'/>", "the bytes are no JPEG, PNG, WebP or GIF"),
        (picture()[:600], "the picture is broken"),
        (picture("PNG")[:100], "the picture is broken"),
        (picture("BMP"), "the bytes are no JPEG, PNG, WebP or GIF"),
        (picture("TIFF"), "the bytes are no JPEG, PNG, WebP or GIF"),
        (bomb(), "the picture is broken: DecompressionBombError"),
        (picture(size=(1001, 1000)), "1001x1000 are more than the 1000000 pixels"),
    ],
)
def test_what_is_no_picture_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnprocessableError, match=reason):
        small(content)


@settings(max_examples=150)
@given(
    original=st.sampled_from([picture(), picture("PNG"), picture("WEBP"), animation(), turned(6)]),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20),
    length=st.floats(0, 1),
)
@example(original=bomb(), changes=[], length=1)
def test_broken_bytes_are_a_picture_or_a_reason(
    original: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    broken = bytearray(original)
    for place, value in changes:
        broken[int(place * len(broken))] = value
    try:
        made = small(bytes(broken[: int(length * len(broken))]))
    except UnprocessableError as error:
        assert str(error)
    else:
        assert max(opened(made.content).size) <= 100
