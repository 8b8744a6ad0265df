"""Commands around Terraform, `python -m ops`. They use the settings but no constructs."""
