"""Beginnings and ends of object keys in S3, as environment files write them."""

from collections.abc import Iterator

from modules.foundation.problems import Finding


def key_findings(at: tuple[str, ...], prefix: str) -> Iterator[Finding]:
    """Yield a prefix that begins with a slash: keys do not, so that it is the prefix of no object.

    [Amazon S3 User Guide, Organizing objects using prefixes]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html).
    """
    if prefix.startswith("/"):
        rule = "begins with a slash, and the keys of objects do not: it would match none"
        yield Finding(at, prefix, rule, f'write "{prefix.lstrip("/")}"')


def wildcard_findings(at: tuple[str, ...], text: str) -> Iterator[Finding]:
    """Yield a prefix or suffix with a wildcard, which notifications take for a letter and policies for any letters.

    [Amazon S3 User Guide, Configuring event notifications using object key name filtering]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html): "Wildcards cannot be
    used in filters as prefixes or suffixes".
    """
    if {"*", "?"} & set(text):
        plain = text.replace("*", "").replace("?", "")
        yield Finding(at, text, "has a wildcard, and is compared as it is written", f'write "{plain}"')
