"""The `traces` block of services and scheduled tasks: a collector that sends traces to X-Ray."""

from collections.abc import Mapping

from pydantic import Field

from modules.compute.keys.images import SidecarImage
from modules.compute.task.keys.sidecars import GeneratedSidecar, SidecarSettings
from modules.foundation.names import Names
from modules.foundation.policies import send_traces
from modules.foundation.settings import TieredSettings, tiered

#: The name of the container in [Specifying the AWS Distro for OpenTelemetry sidecar for AWS X-Ray integration in your
#: task definition](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/trace-data-containerdefinitions.html).
COLLECTOR = "aws-otel-collector"
#: The newest release in July 2026 (https://github.com/aws-observability/aws-otel-collector/releases).
COLLECTOR_IMAGE = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
#: A file in the image: it receives OTLP on ports 4317 and 4318, adds the task's attributes, and exports to X-Ray.
_CONFIGURATION = "/etc/ecs/ecs-xray.yaml"
_ENDPOINT = "http://127.0.0.1:4318"


class TracesSettings(TieredSettings):
    """A `traces` block: the collector of the AWS Distro for OpenTelemetry runs beside the program, receives its spans,
    and sends them to X-Ray. Environment variables point the program's OpenTelemetry SDK to the collector; a program
    without an SDK sends nothing. X-Ray costs 5 USD per million recorded traces beyond 100,000 a month ([AWS X-Ray
    Pricing](https://aws.amazon.com/xray/pricing/)), and the collector uses a share of the task.
    """

    # [Visualize Lambda function invocations using AWS X-Ray]
    # (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html): the default rule, after one request per second.
    sampling_percent: float = tiered(
        development=100,
        staging=5,
        production=5,
        ge=0,
        le=100,
        description="Percentage of the requests that are recorded, if their caller has not decided: 5 as in X-Ray's "
        "default sampling rule, which limits the cost; all in development, where few requests have to show each step.",
    )
    # ECS resolves the tag once for each deployment, so all its tasks run the same digest: [ContainerDefinition,
    # versionConsistency](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
    image: SidecarImage = Field(
        default=COLLECTOR_IMAGE,
        examples=["aws-otel-collector:0.49.0"],
        description="The image of the collector; by default a version, so that it does not change by itself. Without "
        "a NAT gateway it must be a copy in a `repository`.",
    )
    # [Running the X-Ray daemon on Amazon ECS](https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-ecs.html):
    # the shares of a container that forwards traces, in AWS's example.
    cpu: int = Field(
        default=32, ge=2, description="CPU units of the task that are reserved for the collector; as in AWS's example."
    )
    memory: int = Field(
        default=256,
        ge=64,
        description="MiB of the task's memory that the collector may use; as in AWS's example. If it needs more, ECS "
        "ends and restarts it, and the task keeps running.",
    )

    def sidecar(self, name: str, names: Names) -> GeneratedSidecar:
        """Return the collector of the task of this name."""
        return GeneratedSidecar(
            COLLECTOR,
            "traces",
            SidecarSettings.model_validate(self._container(names)),
            statements=[send_traces()],
            endpoints=("xray",),
            variables=self.variables(names.of(name)),
        )

    def _container(self, names: Names) -> Mapping[str, object]:
        """Return the settings of the collector. A failure of it must not stop the program."""
        return {
            "image": self.image,
            "command": (f"--config={_CONFIGURATION}",),
            "essential": False,
            "restart": True,
            "read_only_root": True,
            "cpu": self.cpu,
            "memory": self.memory,
            # The Go runtime collects garbage before the container reaches its limit: [Go, package runtime, Environment
            # Variables](https://pkg.go.dev/runtime#hdr-Environment_Variables).
            "environment": {"AWS_REGION": names.region, "GOMEMLIMIT": f"{self.memory * 4 // 5}MiB"},
            "health_check": {"command": ("/healthcheck",)},
        }

    def variables(self, service_name: str) -> dict[str, str]:
        """Return the environment variables of the program.

        [Environment Variable Specification]
        (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) and [OpenTelemetry Protocol
        Exporter](https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
        """
        return {
            "OTEL_SERVICE_NAME": service_name,
            "OTEL_EXPORTER_OTLP_ENDPOINT": _ENDPOINT,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_TRACES_EXPORTER": "otlp",
            # The collector receives traces only.
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": f"{self.sampling_percent / 100:g}",
        }
