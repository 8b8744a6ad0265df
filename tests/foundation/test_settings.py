"""What the settings know of AWS, held against what its SDK ships."""

import subprocess
import sys

import botocore.session

from modules.foundation.settings import REGIONS


def test_regions_are_those_of_the_sdk() -> None:
    assert set(botocore.session.get_session().get_available_regions("ec2", "aws")) == set(REGIONS)


def test_loading_settings_starts_no_engine() -> None:
    """An editor, the overlap check and `validate` load them: no jsii, no CDKTF, no AWS SDK."""
    code = "import sys, modules.environment_files; print([m for m in ('jsii', 'cdktf', 'boto3') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
