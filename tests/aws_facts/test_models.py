"""Checks of parameters against AWS's service models."""

from typing import Any

import pytest
from botocore.model import Shape
from moto.core.utils import get_service_model

from tests.aws_facts.models import faults


def shape_of(service: str, operation: str) -> Shape:
    shape = get_service_model(service).operation_model(operation).input_shape
    assert isinstance(shape, Shape)
    return shape


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "fault"),
    [
        ("logs", "CreateLogGroup", {}, 'Missing required parameter in input: "logGroupName"'),
        ("logs", "CreateLogGroup", {"logGroupName": "a b"}, ".logGroupName: 'a b' does not match"),
        ("logs", "CreateLogGroup", {"logGroupName": "a" * 513}, ".logGroupName: 513 characters exceeds the maximum of"),
        ("logs", "CreateLogGroup", {"logGroupName": "a", "tags": {"é|": "x"}}, ".tags.<key>: 'é|' does not match"),
        ("autoscaling", "DescribePolicies", {"AutoScalingGroupName": "a\x01"},
         ".AutoScalingGroupName: 'a\\x01' does not match"),
        ("elbv2", "CreateLoadBalancer", {"Name": "a", "Type": "classic"}, ".Type: 'classic' is not one of"),
        ("elbv2", "CreateRule", {"ListenerArn": "a", "Conditions": [], "Priority": 50001, "Actions": []},
         ".Priority: 50001 exceeds the maximum of 50000"),
    ],
)  # fmt: skip
def test_faults_of_an_invalid_parameter_names_it(
    service: str, operation: str, parameters: dict[str, Any], fault: str
) -> None:
    (found,) = faults(shape_of(service, operation), parameters)
    assert found.startswith(fault)


def test_faults_of_valid_parameters_are_empty() -> None:
    parameters = {"logGroupName": "/agora/dev/api", "tags": {"managed_by": "terraform é"}}
    assert list(faults(shape_of("logs", "CreateLogGroup"), parameters)) == []
