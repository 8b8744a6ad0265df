"""ECR: replication with several rules, images of other accounts, and downloads of layers.

- AWS: PutReplicationConfiguration accepts up to ten rules ([Amazon ECR service quotas]
  (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html)), each with Regions and repository
  filters. Moto 5.2.5 rejects a second rule. Added: up to ten. Nothing is copied.
- AWS: BatchGetImage and DescribeImageScanFindings with a `registryId` read the registry of another account, if the
  repository's policy allows it. Moto looks in the caller's own. Added: the other account's. Its policy is not
  evaluated.
- AWS: GetDownloadUrlForLayer returns a URL of S3 for a layer, or the configuration of an image, which is uploaded as
  one ([GetDownloadUrlForLayer]
  (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html)). Moto keeps the size of a
  layer only. Added: its content, up to `LAYER_LIMIT` bytes, and a URL of this server. PutImage does not check that an
  image's layers were uploaded; such a layer is a LayersNotFoundException here.
"""

import functools
import inspect
import os
from collections.abc import Callable, Iterable
from typing import Any

from local_aws.extend import respond
from local_aws.process import HOST

#: "Amazon ECR service quotas, Rules per replication configuration".
RULES_LIMIT = 10
#: Bytes of a layer that are kept: configurations are smaller, and nothing runs the content of other layers.
LAYER_LIMIT = 1024 * 1024
#: The path of a layer's download, before account, Region, digest, and repository.
LAYER_PATH = "/_groundwork/layers/"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def install() -> None:
    """Correct Moto's replication configuration, and add what is missing."""
    from moto.ecr.models import ECRBackend
    from moto.ecr.responses import ECRResponse

    from local_aws.extend import add

    add(ECRBackend, _with_rules(ECRBackend.put_replication_configuration))
    for read in (ECRBackend.batch_get_image, ECRBackend.describe_image_scan_findings):
        add(ECRBackend, _of_account(read))
    add(ECRBackend, _with_content(ECRBackend.complete_layer_upload))
    add(ECRResponse, get_download_url_for_layer)


def get_download_url_for_layer(response: Any) -> Any:
    """Return the response with the URL of a layer that was uploaded."""
    from moto.ecr.exceptions import ValidationException
    from moto.ecr.models import ecr_backends

    name, digest = response._get_param("repositoryName"), response._get_param("layerDigest")
    account = response._get_param("registryId") or response.current_account
    repository = ecr_backends[account][response.region]._get_repository(name, account)
    if digest not in _contents(repository):
        message = f"The layer {digest} was not uploaded into the repository {name}"
        # Moto looks up the service by the module of the error's class.
        raise ValidationException("LayersNotFoundException", message)
    path = f"{LAYER_PATH}{account}/{response.region}/{digest}/{name}"
    return respond({"downloadUrl": f"http://{HOST}:{os.environ['MOTO_PORT']}{path}", "layerDigest": digest})


def download(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Respond with the content of a layer (PEP 3333)."""
    from moto.ecr.models import ecr_backends

    account, region, digest, name = environ["PATH_INFO"].removeprefix(LAYER_PATH).split("/", 3)
    repository = ecr_backends[account][region].repositories.get(name)
    content = _contents(repository).get(digest) if repository else None
    status = "404 Not Found" if content is None else "200 OK"
    start_response(status, [("Content-Type", "application/octet-stream")])
    return [content or b""]


def _contents(repository: Any) -> dict[str, bytes]:
    """Return the content of the repository's layers, by digest."""
    found: dict[str, bytes] = repository.__dict__.setdefault("layer_contents", {})
    return found


def _with_content(complete: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let Moto keep the content of a layer."""

    @functools.wraps(complete)
    def complete_layer_upload(backend: Any, repository_name: str, upload_id: str, *rest: Any, **keys: Any) -> Any:
        repository = backend.repositories.get(repository_name)
        upload = repository.uploads.get(upload_id) if repository else None
        completed = complete(backend, repository_name, upload_id, *rest, **keys)
        if upload and len(upload.layer_parts) <= LAYER_LIMIT:
            _contents(repository)[completed["layerDigest"]] = bytes(upload.layer_parts)
        return completed

    return complete_layer_upload


def _of_account(read: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let Moto read in the registry that the request names."""

    @functools.wraps(read)
    def in_registry(backend: Any, *arguments: Any, **keys: Any) -> dict[str, Any]:
        from moto.ecr.models import ecr_backends

        given = inspect.signature(read).bind(backend, *arguments, **keys).arguments.get("registry_id")
        return read(ecr_backends[given][backend.region_name] if given else backend, *arguments, **keys)

    return in_registry


def _with_rules(put: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let Moto check each rule separately, as it does with one rule, and then store all of them."""

    def put_replication_configuration(backend: Any, replication_config: dict[str, Any]) -> dict[str, Any]:
        from moto.ecr.exceptions import InvalidParameterException

        rules = replication_config["rules"]
        if len(rules) > RULES_LIMIT:
            raise InvalidParameterException(f"Replication configuration has more than {RULES_LIMIT} rules")
        before = backend.replication_config
        try:
            for rule in rules:
                put(backend, {"rules": [rule]})
        except Exception:
            backend.replication_config = before
            raise
        backend.replication_config = replication_config
        return {"replicationConfiguration": replication_config}

    return put_replication_configuration
