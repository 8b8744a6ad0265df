"""The `Content-Type` of a site's files, the same on every machine: Python's `mimetypes` reads the system's tables.

Responses have `X-Content-Type-Options: nosniff`, so a browser does not run a script or apply a style sheet with
another type.
"""

from pathlib import PurePosixPath

_TEXT = "; charset=utf-8"
#: From the [IANA registry of media types](https://www.iana.org/assignments/media-types/media-types.xhtml); JavaScript
#: as in [RFC 9239](https://www.rfc-editor.org/rfc/rfc9239).
_TYPES = {
    "html htm": f"text/html{_TEXT}",
    "css": f"text/css{_TEXT}",
    "js mjs cjs": f"text/javascript{_TEXT}",
    "txt": f"text/plain{_TEXT}",
    "md": f"text/markdown{_TEXT}",
    "csv": f"text/csv{_TEXT}",
    "vtt": f"text/vtt{_TEXT}",
    "ics": f"text/calendar{_TEXT}",
    "xml xsl": f"application/xml{_TEXT}",
    "rss": f"application/rss+xml{_TEXT}",
    "atom": f"application/atom+xml{_TEXT}",
    "xhtml": f"application/xhtml+xml{_TEXT}",
    "svg": f"image/svg+xml{_TEXT}",
    # JSON is always UTF-8 and has no charset parameter (RFC 8259).
    "json map": "application/json",
    "jsonld": "application/ld+json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "ico": "image/vnd.microsoft.icon",
    "jpg jpeg": "image/jpeg",
    "jxl": "image/jxl",
    "png": "image/png",
    "webp": "image/webp",
    "otf": "font/otf",
    "ttf": "font/ttf",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg oga opus": "audio/ogg",
    "wav": "audio/wav",
    "mp4 m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "m3u8": "application/vnd.apple.mpegurl",
    "ts": "video/mp2t",
    "glb": "model/gltf-binary",
    "gltf": "model/gltf+json",
}
_BY_SUFFIX = {f".{suffix}": type for suffixes, type in _TYPES.items() for suffix in suffixes.split()}
#: Files without a suffix: [Supporting associated domains]
#: (https://developer.apple.com/documentation/xcode/supporting-associated-domains) requires JSON.
_BY_NAME = {"apple-app-site-association": "application/json"}
UNKNOWN = "application/octet-stream"


def content_type_of(key: str) -> str:
    """Return the type of a file by its name; UNKNOWN, which browsers download, for an unknown suffix."""
    path = PurePosixPath(key)
    return _BY_NAME.get(path.name) or _BY_SUFFIX.get(path.suffix.lower(), UNKNOWN)
