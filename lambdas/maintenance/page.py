"""The body of the response, as HTML or JSON."""

import html as markup
import json

from .settings import Settings

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto 0; padding: 0 1.5rem }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{message}</p>
</body>
</html>
"""


def prefers_html(accept: str) -> bool:
    """Return whether the client prefers HTML to JSON.

    [RFC 9110, 12.5.1 Accept](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1). A browser names HTML. A client
    that accepts anything, or sends no header, is treated as a program and gets JSON.
    """
    weights = dict(_weights(accept))
    html = max(weights.get("text/html", 0.0), weights.get("application/xhtml+xml", 0.0))
    return html > 0 and html >= weights.get("application/json", 0.0)


def body_of(settings: Settings, *, html: bool) -> str:
    """Return the page as HTML, or the same content as JSON."""
    if html:
        return _PAGE.format(title=markup.escape(settings.title), message=markup.escape(settings.message))
    content: dict[str, str | int] = {"error": "maintenance", "title": settings.title, "message": settings.message}
    if settings.retry_after_seconds:
        content["retry_after_seconds"] = settings.retry_after_seconds
    return json.dumps(content, ensure_ascii=False)


def _weights(accept: str) -> list[tuple[str, float]]:
    found = []
    for item in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            found.append((kind, float(weight)))
        except ValueError:
            found.append((kind, 0.0))
    return found
