"""Push notifications to mobile devices."""

from modules.events.channel.channels import Queue, Stream, Topic
from modules.events.function.functions import Function
from modules.events.push.settings import PushSettings, application_arn
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, sid
from modules.foundation.roles import Role


class Push:
    """A `push` block: its function sends the API's requests, from its channel, to devices of its applications.

    Creates no resources of its own: the channel and the function are built with the other blocks of their kind. The
    platform applications are created by `python -m ops push-credentials`, since Terraform would store their
    credentials.
    """

    def __init__(
        self, *, name: str, settings: PushSettings, function: Function, channel: Topic | Queue | Stream, names: Names
    ) -> None:
        self.label = name
        self.channel = channel
        self.applications = {each.platform: application_arn(names, name, each) for each in settings.platforms}
        named = {"apns_arn": settings.apns, "fcm_arn": settings.fcm}
        self._by_service = {key: application_arn(names, name, each) for key, each in named.items() if each}
        function.role.add_statements(self._publish())
        applications = ",".join(self.applications.values())
        function.add_environment({"PLATFORM_APPLICATIONS": applications, "TTL_SECONDS": str(settings.ttl_seconds)})

    @property
    def outputs(self) -> dict[str, object]:
        """What the API needs, for the Terraform outputs."""
        return {**self._channel_variables(), "applications": self.applications}

    @property
    def variables(self) -> dict[str, str]:
        """The same for environment variables: Apple's sandbox and production service share one name."""
        return {**self._channel_variables(), **self._by_service}

    def _channel_variables(self) -> dict[str, str]:
        channel = self.channel
        if isinstance(channel, Topic):
            return {"topic_arn": channel.arn}
        if isinstance(channel, Queue):
            return {"queue_url": channel.url}
        return {"stream_name": channel.name}

    def grant_publish(self, role: Role) -> None:
        """Allow a role to request notifications and to register devices."""
        channel = self.channel
        if isinstance(channel, Topic):
            channel.grant_publish(role)
        elif isinstance(channel, Queue):
            channel.grant_send(role)
        else:
            channel.grant_put(role)
        devices = ["sns:CreatePlatformEndpoint", "sns:GetEndpointAttributes", "sns:SetEndpointAttributes"]
        role.add_statements(allow(f"Devices{sid(self.label)}", actions=devices, resources=self._resources()))

    def _publish(self) -> Statement:
        return allow("Push", actions=["sns:Publish"], resources=self._resources())

    def _resources(self) -> list[str]:
        """Return the applications and their endpoints: AWS does not document which of them SNS checks in IAM."""
        return [each for arn in self.applications.values() for each in (arn, f"{_endpoints(arn)}/*")]


def _endpoints(application_arn: str) -> str:
    """Return the prefix of the ARNs of an application's endpoints."""
    return application_arn.replace(":app/", ":endpoint/")
