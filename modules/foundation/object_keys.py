"""Checks of S3 object key prefixes and suffixes in environment files."""

from collections.abc import Iterator

from modules.foundation.problems import Finding


def key_findings(at: tuple[str, ...], prefix: str) -> Iterator[Finding]:
    """Yield a prefix that begins with a slash: object keys do not, so it would match no object.

    [Amazon S3 User Guide, Organizing objects using prefixes]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html).
    """
    if prefix.startswith("/"):
        rule = "begins with a slash, but object keys do not: it would match no object"
        yield Finding(at, prefix, rule, f'write "{prefix.lstrip("/")}"')


def wildcard_findings(at: tuple[str, ...], text: str) -> Iterator[Finding]:
    """Yield a prefix or suffix with a wildcard, which notifications treat as a literal character and policies do not.

    [Amazon S3 User Guide, Configuring event notifications using object key name filtering]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html): "Wildcards cannot be
    used in filters as prefixes or suffixes".
    """
    if {"*", "?"} & set(text):
        plain = text.replace("*", "").replace("?", "")
        yield Finding(at, text, "has a wildcard, but is matched literally", f'write "{plain}"')
