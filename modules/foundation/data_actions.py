"""Actions of the AWS managed policy ReadOnlyAccess that read data and values instead of configuration."""

#: Those of log groups: the text of log events.
LOG_ACTIONS = ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery")
#: Without `s3:GetObject*`, which the state of Terraform also needs.
DATA_ACTIONS = (
    "athena:GetQueryResults",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kinesis:GetRecords",
    *LOG_ACTIONS,
    "sqs:ReceiveMessage",
    "ssm:GetParameter*",
)
