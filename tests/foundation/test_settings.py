"""Values in the settings against the data of the AWS SDK."""

import subprocess
import sys

import botocore.session

from modules.foundation.settings import REGIONS


def test_regions_are_those_of_the_sdk() -> None:
    assert set(botocore.session.get_session().get_available_regions("ec2", "aws")) == set(REGIONS)


def test_importing_settings_loads_no_jsii_or_sdk() -> None:
    """`validate` and editors import the settings, which must not load jsii, CDKTF, or the AWS SDK."""
    code = "import sys, modules.environment_files; print([m for m in ('jsii', 'cdktf', 'boto3') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
