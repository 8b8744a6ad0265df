"""The `push` blocks: notifications to the devices of one app."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.events.channel.settings import QueueSettings, StreamSettings, TopicSettings
from modules.events.function.keys.triggers import OnQueue, OnStream
from modules.events.function.settings import FunctionSettings
from modules.foundation.names import Names
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings, TieredSettings, tiered

#: Where the API puts notifications.
PushSource = Literal["topic", "queue", "stream"]

#: FCM keeps a message for four weeks at most ("Set the lifespan of a message").
TTL_LIMIT = 28 * 86400
#: Seconds for a batch: ten calls of SNS, each with its repetitions.
FUNCTION_TIMEOUT = 60


def _application_name(value: str) -> str:
    letters = value.replace("-", "").replace("_", "").replace(".", "")
    if not (letters.isascii() and letters.isalnum() and len(value) <= 256):
        raise broken_rule(
            "is not a name of a platform application: letters, digits, _, - and ., at most 256",
            "write the last part of the application's ARN, or take it out",
        )
    return value


#: "CreatePlatformApplication, Name".
ApplicationName = Annotated[str, AfterValidator(_application_name)]


class ApnsSettings(TieredSettings):
    """An `apns` block: Apple's service, with a signing key, which does not expire as certificates do."""

    secret: Label = Field(
        examples=["apns-key"],
        description="The `secret` block whose value is the signing key, Apple's file AuthKey_*.p8.",
    )
    key_id: str = Field(pattern=r"^[A-Z0-9]{10}$", examples=["ABCDE12345"], description="The key's id at Apple.")
    team_id: str = Field(pattern=r"^[A-Z0-9]{10}$", examples=["TEAM123456"], description="The team's id at Apple.")
    bundle_id: str = Field(
        pattern=r"^[A-Za-z0-9.-]{1,155}$", examples=["example.agora.app"], description="The app's bundle identifier."
    )
    sandbox: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether devices run development builds, which use Apple's sandbox environment.",
    )
    application: ApplicationName | None = Field(
        default=None, description="The platform application's name, where one is there already."
    )

    @property
    def platform(self) -> Literal["APNS", "APNS_SANDBOX"]:
        """The platform by SNS's name."""
        return "APNS_SANDBOX" if self.sandbox else "APNS"

    @model_validator(mode="after")
    def _rules(self) -> "ApnsSettings":
        if self.is_production and self.sandbox:
            rule = "is refused in production: apps of the App Store would get nothing"
            refuse([Finding(("sandbox",), True, rule, "take it out")])
        return self


class FcmSettings(Settings):
    """An `fcm` block: Google's service, by the HTTP v1 API."""

    secret: Label = Field(
        examples=["fcm-account"],
        description="The `secret` block whose value is the service account's key, Google's JSON file.",
    )
    application: ApplicationName | None = Field(
        default=None, description="The platform application's name, where one is there already."
    )

    @property
    def platform(self) -> Literal["GCM"]:
        """The platform by SNS's name, which is Google's of before."""
        return "GCM"


class PushSettings(TieredSettings):
    """A `push` block: what the API publishes goes to devices, each notification by itself."""

    source: PushSource = Field(
        default="topic",
        description="Where the API puts notifications: topic (SNS, and from there a queue), queue (SQS) or stream "
        "(Kinesis: in the order of a partition key, for many thousands a second).",
    )
    apns: ApnsSettings | None = Field(default=None, description="Apple's devices.")
    fcm: FcmSettings | None = Field(default=None, description="Android devices.")
    ttl_seconds: int = Field(
        default=86400,
        ge=0,
        le=TTL_LIMIT,
        description="Seconds that a notification is worth delivering where it says nothing; 0 is now or never.",
    )
    memory: int = Field(default=256, ge=128, le=10240, description="MB of the function.")
    attempts: int = Field(
        default=5, ge=1, le=100, description="How often a notification that fails is tried before it is given up."
    )

    @model_validator(mode="after")
    def _rules(self) -> "PushSettings":
        refuse(self._findings())
        return self

    @property
    def platforms(self) -> "tuple[ApnsSettings | FcmSettings, ...]":
        """The platforms that are sent to."""
        return tuple(each for each in (self.apns, self.fcm) if each)

    def function(self, channel: str) -> FunctionSettings:
        """Return the function that sends what comes by the channel of this name."""
        by_stream = self.source == "stream"
        return FunctionSettings(
            code="push",
            description="Notifications to mobile devices",
            memory=self.memory,
            timeout=FUNCTION_TIMEOUT,
            on_queue={} if by_stream else {channel: OnQueue()},
            on_stream={channel: OnStream(batch_size=10, retries=self.attempts - 1)} if by_stream else {},
        )

    def queues(self, channel: str) -> dict[str, QueueSettings]:
        """Return the queue, if notifications wait in one."""
        if self.source == "stream":
            return {}
        topics = (channel,) if self.source == "topic" else ()
        return {channel: QueueSettings(topics=topics, maximum_receives=self.attempts)}

    def topics(self, channel: str) -> dict[str, TopicSettings]:
        """Return the topic, if notifications are published to one."""
        return {channel: TopicSettings()} if self.source == "topic" else {}

    def streams(self, channel: str) -> dict[str, StreamSettings]:
        """Return the stream, if notifications are put into one."""
        return {channel: StreamSettings()} if self.source == "stream" else {}

    def _findings(self) -> Iterator[Finding]:
        if not self.platforms:
            yield Finding((), None, "names no platform", "write an `apns` block, an `fcm` block, or both")


def application_arn(names: Names, label: str, platform: ApnsSettings | FcmSettings) -> str:
    """Return the ARN of the platform application of a `push` block, which its name decides."""
    name = platform.application or names.of(label, 256)
    return f"arn:aws:sns:{names.region}:{names.account_id}:app/{platform.platform}/{name}"
