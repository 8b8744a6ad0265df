"""Other services: images, databases, instances, backups, keys, and certificates."""

from urllib.parse import quote

from .notices import Event, last_part, string
from .reading import Reading, page

#: [FindingSeverity](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html), most severe
#: first; TOTAL is added by Amazon Inspector.
_SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "TOTAL")
#: Kind of a backup job, and the key of its ID.
_JOBS = {
    "Backup Job State Change": ("Backup", "backup", "backupJobId"),
    "Copy Job State Change": ("Backup copy", "copy", "copyJobId"),
    "Restore Job State Change": ("Restore", "restore", "restoreJobId"),
}
_JOB_STATES = {"ABORTED": "was aborted", "PARTIAL": "is incomplete"}
_KEY_CALLS = {"ScheduleKeyDeletion": "is scheduled for deletion", "DisableKey": "was disabled"}
_SPOT_ACTIONS = {"terminate": "terminated", "stop": "stopped", "hibernate": "hibernated"}


def image_scan(event: Event) -> Reading:
    """[Amazon ECR events and EventBridge](https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html)
    for basic scanning, and [EventBridge events sent for enhanced scanning in Amazon ECR]
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html), where the name of the
    repository is its ARN.
    """
    detail = event["detail"]
    repository = string(detail, "repository-name").rpartition(":repository/")[2]
    status, digest = string(detail, "scan-status"), string(detail, "image-digest")
    tags = detail.get("image-tags") or ()
    image = f"{repository}:{tags[0]}" if tags else f"{repository}@{digest[:19]}"
    counts = detail.get("finding-severity-counts") or {}
    found = [f"{counts[each]} {each.lower()}" for each in _SEVERITIES if counts.get(each)]
    worst = [each for each in found if each.endswith((" critical", " high"))] or found[:1]
    completed = f"Image {image} has {'findings: ' + ', '.join(worst) if found else 'no findings'}"
    path = f"ecr/repositories/private/{event['account']}/{quote(repository)}/_/image/{quote(digest, safe=':')}"
    return Reading(
        title=completed if status.endswith("COMPLETE") else f"Scan of image {image}: {status}",
        facts=(("Findings", ", ".join(found)), ("Tags", ", ".join(tags)), ("Digest", digest)),
        page=("Findings", f"{path}/scan-results?region={event['region']}"),
    )


def database(event: Event) -> Reading:
    """[Getting CloudWatch Events and Amazon EventBridge events for Amazon RDS]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloud-watch-events.html); the messages are in
    [Amazon RDS event categories and event messages]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html).
    """
    detail = event["detail"]
    is_cluster = event["detail-type"] == "RDS DB Cluster Event"
    name = string(detail, "SourceIdentifier").removeprefix("rds:")
    # A few events, such as some of Aurora Serverless, have no category.
    category = ", ".join(detail.get("EventCategories") or ()) or "event"
    return Reading(
        title=f"Database {'cluster' if is_cluster else 'instance'} {name}: {category}",
        text=string(detail, "Message"),
        facts=(("Event ID", detail.get("EventID")),),
        page=page("Database", event, "rds", "database:id=", name, f";is-cluster={str(is_cluster).lower()}"),
    )


def launch_failed(event: Event) -> Reading:
    """[Amazon EC2 Auto Scaling event reference]
    (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html).
    """
    detail = event["detail"]
    group, details = string(detail, "AutoScalingGroupName"), detail.get("Details") or {}
    return Reading(
        title=f"Auto Scaling group {group} could not launch an instance",
        text="\n".join(filter(None, (string(detail, "StatusMessage"), detail.get("Cause")))),
        facts=(("Availability Zone", details.get("Availability Zone")), ("Subnet", details.get("Subnet ID"))),
        page=page("Auto Scaling group", event, "ec2", "AutoScalingGroupDetails:id=", group, ";view=activity"),
    )


def spot_interruption(event: Event) -> Reading:
    """[Spot Instance interruption notices]
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
    """
    detail = event["detail"]
    instance, action = string(detail, "instance-id"), string(detail, "instance-action")
    # Hibernation begins immediately.
    when = "now" if action == "hibernate" else "in two minutes"
    return Reading(
        title=f"Spot Instance {instance} will be {_SPOT_ACTIONS.get(action, action)} {when}",
        page=page("Instance", event, "ec2", "InstanceDetails:instanceId=", instance),
    )


def backup_job(event: Event) -> Reading:
    """[Monitoring AWS Backup events using Amazon EventBridge]
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html): backup and copy jobs have a `state`,
    restore jobs a `status`.
    """
    detail = event["detail"]
    kind, path, id_key = _JOBS[event["detail-type"]]
    state, job = string(detail, "state", "status"), string(detail, id_key)
    # A restore job that failed names neither the resource that was backed up nor a new one.
    resource = last_part(detail.get("resourceArn") or detail.get("sourceResourceArn"))
    what = " ".join(filter(None, (detail.get("resourceType"), resource)))
    return Reading(
        title=f"{kind} of {what or 'a resource'} {_JOB_STATES.get(state, state.lower())}",
        # AWS Backup puts some of the messages in quotation marks.
        text=(detail.get("statusMessage") or "").strip('"'),
        facts=(
            ("Vault", detail.get("backupVaultName") or last_part(detail.get("backupVaultArn"))),
            ("From vault", last_part(detail.get("sourceBackupVaultArn"))),
            ("To vault", last_part(detail.get("destinationBackupVaultArn"))),
            ("Job", job),
        ),
        page=page("Job", event, "backup", f"/jobs/{path}/details/", job),
    )


def key_call(event: Event) -> Reading | None:
    """[ScheduleKeyDeletion](https://docs.aws.amazon.com/kms/latest/developerguide/ct-schedule-key-deletion.html) and
    [DisableKey](https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html) in CloudTrail.
    """
    detail = event["detail"]
    call = string(detail, "eventName")
    if event["source"] != "aws.kms" or call not in _KEY_CALLS:
        return None
    # A call that was rejected has no response, and sometimes no parameters either.
    response, identity = detail.get("responseElements") or {}, detail["userIdentity"]
    key = last_part((response or detail.get("requestParameters") or {}).get("keyId"))
    if not key:
        return None
    error = detail.get("errorCode")
    return Reading(
        title=f"{call} of KMS key {key} was rejected: {error}" if error else f"KMS key {key} {_KEY_CALLS[call]}",
        text=detail.get("errorMessage") or "",
        facts=(
            # A multi-Region key with replicas has no date yet.
            ("Deletion date", response.get("deletionDate")),
            ("By", last_part(identity.get("arn")) or identity.get("invokedBy")),
            ("Event", call),
        ),
        page=page("Key", event, "kms", "/kms/keys/", key),
    )


def key_deleted(event: Event) -> Reading:
    """[Monitor KMS keys with Amazon EventBridge]
    (https://docs.aws.amazon.com/kms/latest/developerguide/kms-events.html): KMS can send several events for one key.
    """
    key = string(event["detail"], "key-id")
    return Reading(
        title=f"KMS key {key} was deleted",
        text="Data that is encrypted with it cannot be decrypted.",
        page=page("Key", event, "kms", "/kms/keys/", key),
        id=f"{event['region']} {key} deleted",
    )


def certificate(event: Event) -> Reading:
    """[Amazon EventBridge support for ACM](https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html)."""
    detail, kind = event["detail"], event["detail-type"].removeprefix("ACM Certificate ")
    domain = string(detail, "CommonName", "FirstSubjectAlternativeName")
    if kind == "Expired":
        how = "has expired"
    else:
        days = detail["DaysToExpiry"]
        if not isinstance(days, int):
            raise TypeError(f"{days!r} is not a number of days")
        how = f"expires in {days} day{'' if days == 1 else 's'}"
    if kind == "Renewal Action Required":
        how = f"cannot be renewed ({string(detail, 'RenewalStatusReason')}), and {how}"
    return Reading(
        title=f"Certificate of {domain} {how}",
        facts=(
            ("Expiration", detail.get("CertificateExpirationDate")),
            ("In use", {True: "yes", False: "no"}.get(detail.get("InUse"))),
            ("Validation", detail.get("DomainValidationMethod")),
            ("Type", detail.get("CertificateType")),
        ),
        page=page("Certificate", event, "acm", "/certificates/", last_part(event["resources"][0])),
    )
