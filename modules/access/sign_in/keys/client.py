"""The `client` blocks of `sign_in`: the applications that users sign in to."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import TieredSettings, each_once

ClientKind = Literal["web", "mobile"]

#: "CreateUserPoolClient, CallbackURLs" and "LogoutURLs": how many, and the length of each.
URLS_LIMIT = 100
URL_LIMIT = 1024
#: "Amazon Cognito Developer Guide, User pool token expiration": ID and access tokens, 5 minutes to a day.
TOKEN_MINUTES = (5, 24 * 60)
#: The same page: refresh tokens, an hour to ten years; whole days are enough for us.
REFRESH_DAYS_LIMIT = 3650
#: How long a user stays signed in who does not come back: a day at a shared computer, a month on a phone of one's own.
REFRESH_DAYS: Mapping[ClientKind, int] = {"web": 1, "mobile": 30}

#: RFC 3986, section 3.1.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")


def empty(settings: BaseModel, key: str, example: str) -> Iterator[Finding]:
    """Yield the finding that a list has nothing in it, if it has not."""
    if not getattr(settings, key):
        yield Finding((key,), [], "names none, and one is needed", f'write ["{example}"]')


class ClientSettings(TieredSettings):
    """A `client` block: a public client, which keeps no secret: authorization codes with PKCE and nothing else."""

    kind: ClientKind = Field(default="web", description="web, a page in a browser; or mobile, an app on a phone.")
    callback_urls: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        max_length=URLS_LIMIT,
        examples=[["https://www.agora.example/signed-in"]],
        description="Where users come back to with a code, each as it is written: https, for a mobile app also a "
        "scheme of its own, outside production http://localhost.",
    )
    logout_urls: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        default=(), max_length=URLS_LIMIT, description="Where users may be led when they have signed out."
    )
    scopes: Annotated[
        tuple[Literal["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"], ...],
        AfterValidator(each_once),
    ] = Field(default=("openid", "email", "profile"), description="What the application may learn of a user.")
    access_token_minutes: int = Field(
        default=60,
        ge=TOKEN_MINUTES[0],
        le=TOKEN_MINUTES[1],
        description="Minutes for which services take an access token; until then nobody can be shut out.",
    )
    id_token_minutes: int = Field(
        default=60, ge=TOKEN_MINUTES[0], le=TOKEN_MINUTES[1], description="Minutes for which an ID token is taken."
    )
    refresh_token_days: int = Field(
        default=REFRESH_DAYS["web"],
        ge=1,
        le=REFRESH_DAYS_LIMIT,
        description="Days after which a user has to sign in again; by default 1, for a mobile app 30.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, values: Any) -> Any:
        if not isinstance(values, Mapping) or values.get("kind", "web") not in tuple(REFRESH_DAYS):
            return values
        return {"refresh_token_days": REFRESH_DAYS[values.get("kind", "web")], **values}

    @model_validator(mode="after")
    def _rules(self) -> "ClientSettings":
        refuse(
            [
                *empty(self, "callback_urls", "https://www.agora.example/signed-in"),
                *empty(self, "scopes", "openid"),
                *self._url_findings("callback_urls"),
                *self._url_findings("logout_urls"),
            ]
        )
        return self

    def _url_findings(self, key: Literal["callback_urls", "logout_urls"]) -> Iterator[Finding]:
        for index, url in enumerate(getattr(self, key)):
            wrong = self._wrong_with(url)
            if wrong:
                yield Finding((key, str(index)), url, *wrong)

    def _wrong_with(self, url: str) -> tuple[str, str] | None:
        """Return rule and remedy when the URL cannot be one ("App client settings, Allowed callback URLs")."""
        scheme, _, rest = url.partition(":")
        if not _SCHEME.fullmatch(scheme) or not rest or len(url) > URL_LIMIT or any(map(str.isspace, url)):
            return "is not an absolute URL", 'write one as "https://www.agora.example/signed-in"'
        if "#" in url or "*" in url:
            rule = "has a fragment or a wildcard, and Cognito compares whole URLs without either"
            return rule, "write each URL that users come back to"
        if scheme == "https":
            return None if urlsplit(url).hostname else ("names no host", 'write one as "https://www.agora.example/"')
        if scheme == "http":
            return self._wrong_with_http(url)
        if self.kind == "web":
            return f"has the scheme {scheme}, which browsers do not know", 'write an https one, or kind = "mobile"'
        return None

    def _wrong_with_http(self, url: str) -> tuple[str, str] | None:
        if urlsplit(url).hostname != "localhost":
            rule = "is not https: whoever listens on the way could sign in as the user"
            return rule, f'write "https{url.removeprefix("http")}"'
        if self.is_production:
            rule = "is refused in production: any program on a user's machine could receive the code"
            return rule, "take it out; developers sign in to another environment"
        return None
