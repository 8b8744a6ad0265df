"""The owner of what a block deploys: Terraform, or the pipeline of an application."""

from typing import Literal

Owner = Literal["terraform", "pipeline"]
