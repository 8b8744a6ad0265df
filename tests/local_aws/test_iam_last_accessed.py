"""IAM: the services that a role has used."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.process import LocalAws
from tests.local_aws.conftest import REGION, Client


def test_services_that_sessions_of_a_role_used(client: Client, local_aws: LocalAws) -> None:
    iam = client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = iam.create_role(RoleName="last-accessed", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    allowed = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}}
    iam.put_role_policy(RoleName="last-accessed", PolicyName="queues", PolicyDocument=json.dumps(allowed))
    credentials = client("sts").assume_role(RoleArn=arn, RoleSessionName="jisoo")["Credentials"]
    session = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], REGION
    )
    session.client("sqs", endpoint_url=local_aws.endpoint).list_queues()

    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    details = iam.get_service_last_accessed_details(JobId=job)
    assert details["JobStatus"] == "COMPLETED"
    (used,) = [each for each in details["ServicesLastAccessed"] if each["ServiceNamespace"] == "sqs"]
    assert used["LastAuthenticatedEntity"] == arn


def test_details_of_an_unknown_role_or_job_are_an_error(client: Client) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").generate_service_last_accessed_details(Arn="arn:aws:iam::333333333333:role/unknown")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").get_service_last_accessed_details(JobId="00000000-0000-0000-0000-000000000000")
