"""What a `site` block holds beside its pages: an API, media, the keys that sign their URLs, countries."""

import re
import textwrap
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.edge.site.keys.countries import COUNTRIES
from modules.edge.site.keys.paths import PathPattern
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings

#: "CloudFront Developer Guide, Quotas": seconds that an origin may take, without an increase.
RESPONSE_TIMEOUTS = (1, 60)
#: RFC 7468, section 2: characters in a line of PEM.
PEM_LINE = 64

#: ISO 3166-1, alpha-2.
_COUNTRY = re.compile(r"[A-Z]{2}")
#: "Create key pairs for your signers": RSA of 2048 bits. What comes before the number is the same in all of them.
_PUBLIC_KEY = re.compile(r"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[A-Za-z0-9+/=]{360}")
#: A header's value: what can be seen, and spaces.
_HEADER = re.compile(r"[\x20-\x7e]+")


def _country(value: str) -> str:
    if not _COUNTRY.fullmatch(value):
        raise broken_rule("is not a country's code: two capital letters (ISO 3166-1)", 'write one as "KR"')
    if value not in COUNTRIES:
        instead = {"UK": "GB", "EL": "GR"}.get(value, "KR")
        raise broken_rule("is the code of no country (ISO 3166-1)", f'write one as "{instead}"')
    return value


def _public_key(value: str) -> str:
    if not _PUBLIC_KEY.fullmatch(value):
        raise broken_rule(
            "is not a public key of RSA with 2048 bits: what its PEM has between the first and the last line",
            "write what `openssl pkey -in private.pem -pubout | sed '1d;$d' | tr -d '\\n'` prints",
        )
    return value


def _header(value: str) -> str:
    if not value.strip():
        raise broken_rule("is empty, and a header has a value", "write one, or take the key out")
    if not _HEADER.fullmatch(value):
        raise broken_rule("is not the value of a header: one line of ASCII", "write it on one line")
    return value


Country = Annotated[str, AfterValidator(_country)]
HeaderValue = Annotated[str, AfterValidator(_header)]


class ApiSettings(Settings):
    """The `api` block of a site: paths that a load balancer answers, uncached."""

    load_balancer: Label = Field(
        examples=["public"],
        description='The `load_balancer` block; reachable_from = "cloudfront", or an internal one, which then lets '
        "CloudFront in too; by that way no WebSocket and no gRPC.",
    )
    paths: tuple[PathPattern, ...] = Field(
        default=("/api/*",), min_length=1, description="The paths, which the load balancer sees as they are."
    )
    response_timeout_seconds: int = Field(
        default=30,
        ge=RESPONSE_TIMEOUTS[0],
        le=RESPONSE_TIMEOUTS[1],
        description="Seconds that CloudFront waits for an answer, 1 to 60; then the user gets status 504.",
    )


class MediaSettings(Settings):
    """A `media` block of a site: paths that a `bucket` of this environment answers."""

    bucket: Label = Field(examples=["content"], description="The `bucket` block; nothing outside the paths is shown.")
    paths: tuple[PathPattern, ...] = Field(
        default=("/media/*",),
        min_length=1,
        description="The paths, which are the objects' names too: /media/a.jpg is media/a.jpg in the bucket.",
    )
    signed_urls: bool = Field(
        default=False, description="Whether only URLs are answered that one of the site's `public_key` keys has signed."
    )
    content_security_policy: HeaderValue = Field(
        default="default-src 'none'; sandbox",
        description="What a page or picture may do that a user has put there; by default nothing.",
    )


class PublicKeySettings(Settings):
    """A `public_key` block of a site: URLs signed by its private half are answered. Rotate by a second block."""

    base64: Annotated[str, AfterValidator(_public_key)] = Field(
        examples=["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A..."],
        description="The public half, the lines of its PEM between the first and the last in one; the private half is "
        "the service's, in a `secret`.",
    )

    @property
    def pem(self) -> str:
        """The key as CloudFront wants it."""
        lines = textwrap.wrap(self.base64, PEM_LINE)
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


class GeoRestrictionSettings(Settings):
    """The `geo_restriction` block of a site: countries that it is for, or those that it is not for."""

    allow: tuple[Country, ...] = Field(default=(), examples=[["KR", "JP"]], description="The only countries.")
    deny: tuple[Country, ...] = Field(default=(), description="Countries that get status 403.")

    @model_validator(mode="after")
    def _rules(self) -> "GeoRestrictionSettings":
        refuse(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        if bool(self.allow) == bool(self.deny):
            rule = "names the countries in both lists" if self.allow else "names no country"
            yield Finding((), None, rule, "write `allow` or `deny`, one of them, or take the block out")
        for key in ("allow", "deny"):
            countries: tuple[str, ...] = getattr(self, key)
            for country in sorted({each for each in countries if countries.count(each) > 1}):
                yield Finding((key,), country, "is there twice", "write each once")
