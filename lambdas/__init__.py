"""The functions: a folder each, packed by itself under its own name (`maintenance/handler.py` in the zip).

Lambda's handler is `<folder>.handler.handler`. Inside a folder modules know each other by relative imports alone, so
that the tests can import `lambdas.<folder>` from here and no module of one function meets one of another. A function
imports nothing of `modules`, of `ops` or of another function: what it ships is its folder and the wheels of its
`requirements.lock`. boto3 and botocore come with the runtime, python3.13.
"""
