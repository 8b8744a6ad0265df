"""Settings from the environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SIZE = re.compile(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})")
#: Four bytes per pixel, and one or two copies for rotation and resizing: about 600 MB, within 1024 MB of memory.
DEFAULT_PIXELS = 50_000_000
DEFAULT_BYTES = 50 * 1024**2


@dataclass(frozen=True)
class Size:
    """The maximum width and height of a thumbnail in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Settings:
    """The sizes of thumbnails, and the prefixes of images and thumbnails."""

    sizes: tuple[Size, ...]
    source_prefix: str = "uploads/"
    target_prefix: str = "thumbnails/"
    cache_control: str = "public, max-age=86400"
    max_pixels: int = DEFAULT_PIXELS
    max_bytes: int = DEFAULT_BYTES

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings. Raises ValueError with the name of an invalid variable and a valid value."""
        source = environment.get("SOURCE_PREFIX", cls.source_prefix)
        target = environment.get("TARGET_PREFIX", cls.target_prefix)
        if not target.endswith("/") or target.startswith("/"):
            raise ValueError(f'TARGET_PREFIX={target!r} is not a prefix of keys; write a prefix such as "thumbnails/"')
        if target.startswith(source):
            raise ValueError(
                f"TARGET_PREFIX={target!r} is under SOURCE_PREFIX={source!r}: thumbnails would be created of thumbnails"
            )
        return cls(
            sizes=_sizes(environment.get("SIZES", "")),
            source_prefix=source,
            target_prefix=target,
            cache_control=environment.get("CACHE_CONTROL", cls.cache_control),
            max_pixels=_number(environment, "MAX_PIXELS", cls.max_pixels),
            max_bytes=_number(environment, "MAX_BYTES", cls.max_bytes),
        )

    def targets(self, key: str) -> dict[Size, str]:
        """Return the keys of an image's thumbnails by size; empty if the key is not an image's."""
        if not key.startswith(self.source_prefix) or key.startswith(self.target_prefix) or key.endswith("/"):
            return {}
        name = key.removeprefix(self.source_prefix)
        return {size: f"{self.target_prefix}{size}/{name}" for size in self.sizes}


def _sizes(text: str) -> tuple[Size, ...]:
    found = []
    for item in text.split(","):
        match = _SIZE.fullmatch(item.strip())
        if not match:
            raise ValueError(f'SIZES={text!r} is not a list of sizes in pixels; write "320x320,1280x1280"')
        found.append(Size(int(match[1]), int(match[2])))
    if len(set(found)) < len(found):
        raise ValueError(f"SIZES={text!r} contains a size twice; remove one")
    return tuple(found)


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name}={text!r} is not a number above 0")
    return int(text)
