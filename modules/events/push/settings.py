"""The `push` blocks: push notifications to the devices of an app."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.events.channel.settings import QueueSettings, StreamSettings, TopicSettings
from modules.events.function.keys.triggers import OnQueue, OnStream
from modules.events.function.settings import FunctionSettings
from modules.foundation.names import Names
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, NotAllowed, Settings, TieredSettings, tiered

#: Where the API sends its requests.
PushSource = Literal["topic", "queue", "stream"]

#: FCM keeps a message for four weeks at most ([Set the lifespan of a message]
#: (https://firebase.google.com/docs/cloud-messaging/customize-messages/setting-message-lifespan)).
TTL_LIMIT = 28 * 86400
#: Seconds for a batch: ten calls to SNS, each with retries.
FUNCTION_TIMEOUT = 60


def _application_name(value: str) -> str:
    letters = value.replace("-", "").replace("_", "").replace(".", "")
    if not (letters.isascii() and letters.isalnum() and len(value) <= 256):
        raise broken_rule(
            "is not a name of a platform application: letters, digits, _, -, and ., at most 256",
            "write the last part of the application's ARN, or remove it",
        )
    return value


#: [CreatePlatformApplication, Name](https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html).
ApplicationName = Annotated[str, AfterValidator(_application_name)]


class ApnsSettings(TieredSettings):
    """An `apns` block: APNs with a signing key, which, unlike a certificate, does not expire."""

    secret: Label = Field(
        examples=["apns-key"],
        description="Name of the `secret` block whose value is the signing key, Apple's file AuthKey_*.p8.",
    )
    key_id: str = Field(pattern=r"^[A-Z0-9]{10}$", examples=["ABCDE12345"], description="Key ID from Apple.")
    team_id: str = Field(pattern=r"^[A-Z0-9]{10}$", examples=["TEAM123456"], description="Team ID from Apple.")
    bundle_id: str = Field(
        pattern=r"^[A-Za-z0-9.-]{1,155}$", examples=["example.agora.app"], description="Bundle identifier of the app."
    )
    sandbox: Annotated[bool, NotAllowed((True,), "apps from the App Store would receive nothing")] = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether devices run development builds, which use Apple's sandbox environment.",
    )
    application: ApplicationName | None = Field(default=None, description="Name of an existing platform application.")

    @property
    def platform(self) -> Literal["APNS", "APNS_SANDBOX"]:
        """The name of the platform in SNS."""
        return "APNS_SANDBOX" if self.sandbox else "APNS"


class FcmSettings(Settings):
    """An `fcm` block: Firebase Cloud Messaging (FCM), with the HTTP v1 API."""

    secret: Label = Field(
        examples=["fcm-account"],
        description="Name of the `secret` block whose value is the service account key, Google's JSON file.",
    )
    application: ApplicationName | None = Field(default=None, description="Name of an existing platform application.")

    @property
    def platform(self) -> Literal["GCM"]:
        """The name of the platform in SNS, which is the former name of Google's service."""
        return "GCM"


class PushSettings(TieredSettings):
    """A `push` block: requests of the product's API, each sent as one notification to one device."""

    renamed: ClassVar[Mapping[str, str]] = {"memory": "memory_size"}

    source: PushSource = Field(
        default="topic",
        description="Where the API sends its requests: topic (SNS, followed by a queue), queue (SQS), or stream "
        "(Kinesis: ordered by partition key, for thousands of notifications per second).",
    )
    apns: ApnsSettings | None = Field(default=None, description="Delivery to Apple devices.")
    fcm: FcmSettings | None = Field(default=None, description="Delivery to Android devices.")
    ttl_seconds: int = Field(
        default=86400,
        ge=0,
        le=TTL_LIMIT,
        description="Seconds for which delivery is attempted, unless the request has its own `ttl_seconds`; with 0, "
        "delivery is attempted once.",
    )
    memory_size: int = Field(default=256, ge=128, le=10240, description="Memory of the function in MB.")
    attempts: int = Field(
        default=5, ge=1, le=100, description="Number of attempts to send a notification before it is discarded."
    )

    @model_validator(mode="after")
    def _rules(self) -> "PushSettings":
        raise_findings(self._findings())
        return self

    @property
    def platforms(self) -> "tuple[ApnsSettings | FcmSettings, ...]":
        """The platforms of the block."""
        return tuple(each for each in (self.apns, self.fcm) if each)

    def function(self, channel: str) -> FunctionSettings:
        """Return the function that sends what arrives in the channel of this name."""
        by_stream = self.source == "stream"
        return FunctionSettings(
            code="push",
            description="Notifications to mobile devices",
            memory_size=self.memory_size,
            timeout=FUNCTION_TIMEOUT,
            on_queue={} if by_stream else {channel: OnQueue()},
            on_stream={channel: OnStream(batch_size=10, maximum_retry_attempts=self.attempts - 1)} if by_stream else {},
        )

    def queues(self, channel: str) -> dict[str, QueueSettings]:
        """Return the queue, if the source has one."""
        if self.source == "stream":
            return {}
        topics = (channel,) if self.source == "topic" else ()
        return {channel: QueueSettings(topics=topics, max_receive_count=self.attempts)}

    def topics(self, channel: str) -> dict[str, TopicSettings]:
        """Return the topic, if it is the source."""
        return {channel: TopicSettings()} if self.source == "topic" else {}

    def streams(self, channel: str) -> dict[str, StreamSettings]:
        """Return the stream, if it is the source."""
        return {channel: StreamSettings()} if self.source == "stream" else {}

    def _findings(self) -> Iterator[Finding]:
        if not self.platforms:
            yield Finding((), None, "has no platform", "add an `apns` block, an `fcm` block, or both")


def application_arn(names: Names, label: str, platform: ApnsSettings | FcmSettings) -> str:
    """Return the ARN of the platform application of a `push` block."""
    name = platform.application or names.of(label, 256)
    return f"arn:aws:sns:{names.region}:{names.account_id}:app/{platform.platform}/{name}"
