"""Evaluates IAM policies. Pure: it knows no Terraform, no AWS SDK and nothing else of this project."""
