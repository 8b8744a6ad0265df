"""Images in ECR for tests: an index as BuildKit pushes it, with what its programs do."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from local_aws.ecs_programs import ANNOTATION

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Programs = Mapping[str, Mapping[str, Any]]


def digest_of(text: str) -> str:
    """Return the digest of a manifest."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def push(
    ecr: Any,
    repository: str,
    tag: str,
    *,
    architectures: tuple[str, ...] = ("arm64",),
    programs: Programs | None = None,
) -> str:
    """Push an image of these architectures and its attestations, each scanned, and return the digest of its tag."""
    children = []
    for architecture in architectures:
        config = {"digest": digest_of(f"{tag} {architecture}"), "size": 1}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})
        digest = digest_of(manifest)
        ecr.put_image(repositoryName=repository, imageManifest=manifest, imageDigest=digest)
        ecr.start_image_scan(repositoryName=repository, imageId={"imageDigest": digest})
        children.append({"digest": digest, "platform": {"os": "linux", "architecture": architecture}})
    unknown = {"digest": digest_of(f"{tag} attestation"), "platform": {"os": "unknown", "architecture": "unknown"}}
    annotations = {ANNOTATION: json.dumps(programs)} if programs else {}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*children, unknown], "annotations": annotations}
    text = json.dumps(index)
    ecr.put_image(repositoryName=repository, imageManifest=text, imageTag=tag, imageDigest=digest_of(text))
    return digest_of(text)


def push_single(
    ecr: Any, repository: str, tag: str, *, architecture: str = "arm64", annotations: Mapping[str, str] | None = None
) -> str:
    """Push an image without an index, whose configuration names its platform, and return its digest."""
    config = upload(ecr, repository, json.dumps({"os": "linux", "architecture": architecture, "rootfs": {}}).encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": config, "size": 1}, "layers": []}
    text = json.dumps({**manifest, "annotations": dict(annotations or {})})
    ecr.put_image(repositoryName=repository, imageManifest=text, imageTag=tag, imageDigest=digest_of(text))
    return digest_of(text)


def upload(ecr: Any, repository: str, content: bytes) -> str:
    """Upload a layer, and return its digest."""
    id = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    part = {"partFirstByte": 0, "partLastByte": len(content) - 1, "layerPartBlob": content}
    ecr.upload_layer_part(repositoryName=repository, uploadId=id, **part)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    ecr.complete_layer_upload(repositoryName=repository, uploadId=id, layerDigests=[digest])
    return digest
