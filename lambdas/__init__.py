"""Lambda functions: one folder each, packaged separately under its own name (`maintenance/handler.py` in the zip).

The Lambda handler is `<folder>.handler.handler`. Modules in a folder import each other only by relative imports, so
that the tests can import `lambdas.<folder>` and modules of different functions do not conflict. A function imports
nothing from `modules`, `ops`, or another function: its package contains its folder and the wheels of its
`requirements.lock`. boto3 and botocore are part of the runtime, python3.13.
"""
