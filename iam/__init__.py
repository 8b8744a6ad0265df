"""IAM policy evaluation. Pure: it uses no Terraform, no AWS SDK, and nothing else of this project."""
