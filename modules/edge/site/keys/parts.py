"""The blocks inside a `site` block: `api`, `media`, `public_key`, and `geo_restriction`."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from modules.edge.site.keys.countries import COUNTRIES
from modules.edge.site.keys.paths import PathPattern
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings

#: [CloudFront Developer Guide, Quotas]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html): the response timeout of
#: an origin in seconds, without a quota increase.
RESPONSE_TIMEOUTS = (1, 60)
#: [RFC 7468, section 2](https://www.rfc-editor.org/rfc/rfc7468#section-2): characters in a line of PEM.
PEM_LINE = 64

#: ISO 3166-1, alpha-2.
_COUNTRY = re.compile(r"[A-Z]{2}")
#: [Specify signers that can create signed URLs and signed cookies, Create key pairs for your signers]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html): RSA keys
#: of 2048 bits. The DER prefix is the same for all of them.
_PUBLIC_KEY = re.compile(r"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[A-Za-z0-9+/=]{360}")
#: The value of an HTTP header: printable ASCII characters and spaces.
_HEADER = re.compile(r"[\x20-\x7e]+")


def _country(value: str) -> str:
    if not _COUNTRY.fullmatch(value):
        raise broken_rule("is not a country code: two capital letters (ISO 3166-1)", 'write one as "KR"')
    if value not in COUNTRIES:
        instead = {"UK": "GB", "EL": "GR"}.get(value, "KR")
        raise broken_rule("is not a code of ISO 3166-1", f'write one as "{instead}"')
    return value


def _public_key(value: str) -> str:
    if not _PUBLIC_KEY.fullmatch(value):
        raise broken_rule(
            "is not a 2048-bit RSA public key: the base64 text between the first and the last line of its PEM file",
            "write the output of `openssl pkey -in private.pem -pubout | sed '1d;$d' | tr -d '\\n'`",
        )
    return value


def _header(value: str) -> str:
    if not value.strip():
        raise broken_rule("is empty, and a header needs a value", "write one, or remove the key")
    if not _HEADER.fullmatch(value):
        raise broken_rule("is not a valid header value: one line of ASCII characters", "write it on one line")
    return value


Country = Annotated[str, AfterValidator(_country)]
HeaderValue = Annotated[str, AfterValidator(_header)]


class ApiSettings(Settings):
    """The `api` block of a site: paths that go to a load balancer and are not cached."""

    renamed: ClassVar[Mapping[str, str]] = {"response_timeout_seconds": "origin_read_timeout"}

    load_balancer: Label = Field(
        examples=["public"],
        description='The `load_balancer` block: one with reachable_from = "cloudfront", or an internal one, which then '
        "also allows traffic from CloudFront. An internal one supports neither WebSocket nor gRPC.",
    )
    paths: tuple[PathPattern, ...] = Field(
        default=("/api/*",),
        min_length=1,
        description="The path patterns. The load balancer receives the path unchanged.",
    )
    origin_read_timeout: int = Field(
        default=30,
        ge=RESPONSE_TIMEOUTS[0],
        le=RESPONSE_TIMEOUTS[1],
        description="Seconds that CloudFront waits for a response, 1 to 60; after that it returns status 504.",
    )


class MediaSettings(Settings):
    """A `media` block of a site: paths that are served from a `bucket` of this environment."""

    bucket: Label = Field(
        examples=["content"], description="The `bucket` block. Only objects under `paths` are accessible."
    )
    paths: tuple[PathPattern, ...] = Field(
        default=("/media/*",),
        min_length=1,
        description="The path patterns, which are also the object keys: /media/a.jpg is media/a.jpg in the bucket.",
    )
    signed_urls: bool = Field(
        default=False, description="Whether URLs must be signed with one of the site's `public_key` keys."
    )
    content_security_policy: HeaderValue = Field(
        default="default-src 'none'; sandbox",
        description="The Content-Security-Policy header of the media. By default, uploaded pages and images can "
        "neither run scripts nor load anything.",
    )


class PublicKeySettings(Settings):
    """A `public_key` block of a site: a public key that verifies signed URLs. To rotate a key, add a second block."""

    base64: Annotated[str, AfterValidator(_public_key)] = Field(
        examples=["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A..."],
        description="The public key: the lines of its PEM file between the first and the last, joined. The service "
        "keeps the private key in a `secret`.",
    )

    @property
    def pem(self) -> str:
        """The key in PEM format, as CloudFront requires it."""
        lines = textwrap.wrap(self.base64, PEM_LINE)
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


class GeoRestrictionSettings(Settings):
    """The `geo_restriction` block of a site: the countries that are allowed, or those that are denied."""

    allow: tuple[Country, ...] = Field(default=(), examples=[["KR", "JP"]], description="The only countries allowed.")
    deny: tuple[Country, ...] = Field(default=(), description="Countries that are denied, with status 403.")

    @model_validator(mode="after")
    def _rules(self) -> "GeoRestrictionSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        if bool(self.allow) == bool(self.deny):
            rule = "has countries in both `allow` and `deny`" if self.allow else "names no country"
            yield Finding((), None, rule, "write either `allow` or `deny`, or remove the block")
        for key in ("allow", "deny"):
            countries: tuple[str, ...] = getattr(self, key)
            for country in sorted({each for each in countries if countries.count(each) > 1}):
                yield Finding((key,), country, "is listed twice", "write each country once")
