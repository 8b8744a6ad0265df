"""A service in AWS: its deployments as ECS moves them on with time, its tasks, its images, and its logs."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.clock import Clock
from tests.local_aws.images import INDEX, MANIFEST, digest_of
from tests.support.recorded import Recorded, RefusedError

START = datetime.datetime(2026, 5, 4, 9, 0, tzinfo=datetime.UTC)
CLUSTER, NAME = "agora-dev-main", "agora-dev-api"
ARN = f"arn:aws:ecs:ap-northeast-2:111111111111:task-definition/{NAME}"
REGISTRY = "111111111111.dkr.ecr.ap-northeast-2.amazonaws.com/agora"
GROUP = "arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:targetgroup/agora-dev-api-public/1"
INDEX_DIGEST, ARM_DIGEST = digest_of("index"), digest_of("arm64")
TASK = f"arn:aws:ecs:ap-northeast-2:111111111111:task/{CLUSTER}/"


def container(name: str, image: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "image": f"{REGISTRY}/{image}", "essential": True, **keys}


def stopped(id: str, reason: str, *containers: Mapping[str, Any], code: str = "EssentialContainerExited") -> Any:
    """Return a task as DescribeTasks does."""
    return {
        "taskArn": TASK + id,
        "startedBy": "ecs-svc/2",
        "lastStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "createdAt": START,
        "containers": list(containers),
    }


@dataclass
class Aws:
    """Answers to requests about one service. Times are seconds after the update of the service."""

    ends: tuple[float, str] = (60, "COMPLETED")
    stopped: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)
    health: list[tuple[float, Mapping[str, str]]] = field(default_factory=list)
    lines: tuple[str, ...] = ()
    has_load_balancer: bool = False
    status: str = "ACTIVE"
    platforms: tuple[str, ...] = ("linux/arm64", "unknown/unknown")
    config: str = ""
    """The URL of the configuration of an image without an index."""
    scans: list[str] = field(default_factory=lambda: ["COMPLETE"])
    """The states of the scan at each request; the last one stays. NONE is an image without a scan."""
    counts: Mapping[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ("1.4.2", "1.4.3")
    migration: Mapping[str, Any] | None = None
    migrating: bool = False
    running: str = f"{ARN}:7"
    interrupted_at: float | None = None
    seconds: float = 0
    updated: str | None = None
    revisions: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recorded = Recorded(self)
        self.client = self.recorded.client
        for number in (7, 8):
            containers = [
                container("api", "api:1.4.2", environment=[{"name": "DRAFT", "value": str(number)}]),
                container("proxy", "envoy:1.31.2"),
                container("prepare", "api:1.4.2", essential=False),
            ]
            self._register({"containerDefinitions": containers}, number)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: START + datetime.timedelta(seconds=self.seconds), self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.interrupted_at is not None and self.seconds >= self.interrupted_at:
            self.interrupted_at = None
            raise KeyboardInterrupt

    def _register(self, fields: Mapping[str, Any], number: int, tags: Any = ()) -> dict[str, Any]:
        definition = {
            "family": NAME,
            "cpu": "256",
            "memory": "512",
            "networkMode": "awsvpc",
            **fields,
            "taskDefinitionArn": f"{ARN}:{number}",
            "revision": number,
            "status": "ACTIVE",
            "compatibilities": ["FARGATE"],
            "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.ecr-auth"}],
            "registeredAt": START,
        }
        own = [{"key": "product", "value": "agora"}, {"key": "release-commit", "value": "stale"}]
        self.revisions[number] = {"taskDefinition": definition, "tags": list(tags) or own}
        return self.revisions[number]

    def describe_task_definition(self, asked: Mapping[str, Any]) -> Any:
        number = asked["taskDefinition"].partition(":")[2]
        if number and int(number) not in self.revisions:
            raise RefusedError("ClientException")
        return self.revisions[int(number) if number else max(self.revisions)]

    def register_task_definition(self, asked: Mapping[str, Any]) -> Any:
        fields = {name: value for name, value in asked.items() if name != "tags"}
        return self._register(fields, max(self.revisions) + 1, asked["tags"])

    def describe_services(self, asked: Mapping[str, Any]) -> Any:
        assert asked == {"cluster": CLUSTER, "services": [NAME]}
        return {"services": [self._service()]}

    def update_service(self, asked: Mapping[str, Any]) -> Any:
        self.updated, self.seconds = asked["taskDefinition"], 0
        return {"service": self._service()}

    def _service(self) -> Any:
        old = self._deployment("ecs-svc/1", self.running, "PRIMARY", "COMPLETED")
        deployments = [old]
        if self.updated:
            at, end = self.ends
            state = end if self.seconds >= at else "IN_PROGRESS"
            new = self._deployment("ecs-svc/2", self.updated, "PRIMARY", state)
            deployments = [new, {**old, "status": "ACTIVE"}]
            if state == "FAILED":
                reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/3."
                back = self._deployment("ecs-svc/3", self.running, "PRIMARY", "IN_PROGRESS")
                deployments = [{**back, "rolloutStateReason": reason}, {**new, "status": "ACTIVE"}]
        return {
            "serviceName": NAME,
            "status": self.status,
            "taskDefinition": deployments[0]["taskDefinition"],
            "deployments": deployments,
            "events": [
                {"id": str(number), "createdAt": START, "message": message}
                for number, (at, message) in reversed(list(enumerate(self.events)))
                if at <= self.seconds
            ],
            "loadBalancers": [{"targetGroupArn": GROUP}] if self.has_load_balancer else [],
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
        }

    def _deployment(self, id: str, revision: str, status: str, state: str) -> Any:
        counts = {"desiredCount": 2, "runningCount": 2, "pendingCount": 0, "failedTasks": 0}
        reason = f"ECS deployment {id} {state}."
        common = {"id": id, "taskDefinition": revision, "status": status, "rolloutState": state}
        return {**common, "rolloutStateReason": reason, **counts}

    def list_tasks(self, asked: Mapping[str, Any]) -> Any:
        if "startedBy" in asked:
            # "ListTasks, startedBy": no other filter may be used with it.
            assert set(asked) == {"cluster", "startedBy", "desiredStatus"}
            return {"taskArns": [f"{TASK}earlier"] if self.migrating else []}
        return {"taskArns": [each["taskArn"] for at, each in self.stopped if at <= self.seconds]}

    def describe_tasks(self, asked: Mapping[str, Any]) -> Any:
        known = {each["taskArn"]: each for _, each in self.stopped}
        if self.migration:
            known[f"{TASK}migration"] = self.migration
        return {"tasks": [known[arn] for arn in asked["tasks"] if arn in known]}

    def run_task(self, asked: Mapping[str, Any]) -> Any:
        assert not ("launchType" in asked and "capacityProviderStrategy" in asked)
        return {"tasks": [{"taskArn": f"{TASK}migration"}], "failures": []}

    def get_log_events(self, asked: Mapping[str, Any]) -> Any:
        if not self.lines:
            raise RefusedError("ResourceNotFoundException")
        assert asked["logGroupName"] == "/agora/dev/service/api"
        return {"events": [{"timestamp": 1, "message": each} for each in self.lines]}

    def describe_target_health(self, asked: Mapping[str, Any]) -> Any:
        assert asked == {"TargetGroupArn": GROUP}
        past = [health for at, health in self.health if at <= self.seconds]
        target = {"Id": "10.20.0.5", "Port": 8080}
        return {"TargetHealthDescriptions": [{"Target": target, "TargetHealth": past[-1]}] if past else []}

    def batch_get_image(self, asked: Mapping[str, Any]) -> Any:
        assert (asked["registryId"], asked["repositoryName"]) == ("111111111111", "agora/api")
        (wanted,) = asked["imageIds"]
        if wanted["imageTag"] not in self.tags:
            failure = {"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
            return {"images": [], "failures": [failure]}
        children = [
            {
                "digest": digest_of(each.rpartition("/")[2]),
                "platform": dict(zip(("os", "architecture"), each.split("/"), strict=True)),
            }
            for each in self.platforms
        ]
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}
        if not self.platforms:
            index = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest_of("config")}}
        return {"images": [{"imageId": {"imageDigest": INDEX_DIGEST}, "imageManifest": json.dumps(index)}]}

    def get_download_url_for_layer(self, asked: Mapping[str, Any]) -> Any:
        assert asked["layerDigest"] == digest_of("config")
        return {"downloadUrl": self.config, "layerDigest": asked["layerDigest"]}

    def describe_image_scan_findings(self, asked: Mapping[str, Any]) -> Any:
        # Of the platform's image: an index has no scan.
        assert asked["imageId"] == {"imageDigest": ARM_DIGEST if self.platforms else INDEX_DIGEST}
        state = self.scans.pop(0) if len(self.scans) > 1 else self.scans[0]
        if state == "NONE":
            raise RefusedError("ScanNotFoundException")
        findings = [{"name": f"CVE-2026-{number}", "severity": each} for number, each in enumerate(self.counts)]
        return {
            "imageScanStatus": {"status": state, "description": "of a test"},
            "imageScanFindings": {"findingSeverityCounts": dict(self.counts), "findings": findings},
        }

    def publish(self, asked: Mapping[str, Any]) -> Any:
        return {"MessageId": asked["TopicArn"].rpartition("-")[2]}
