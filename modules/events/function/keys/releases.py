"""What a pipeline releases of a function, outside Terraform."""

#: The alias that everything invokes. Its version is the one in service.
ALIAS = "live"

#: Attributes of `aws_lambda_function` that Terraform sets at creation and ignores afterward. With code, Lambda also
#: updates the instruction set for which it was compiled ([UpdateFunctionCode]
#: (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html)).
RELEASED = ("filename", "source_code_hash", "architectures")
