"""An unlock record, and a day on which it is valid."""

import datetime

TODAY = datetime.date(2026, 11, 21)
RECORD = """\
unlock "aws_s3_bucket.bucket_content" {
  allow  = ["loss"]
  reason = "Empty since the content moved"
  who    = "kim@agora.example"
  until  = "2026-12-01"
}
"""
