"""Commands around Terraform, `python -m ops`. They know the settings and no construct."""
