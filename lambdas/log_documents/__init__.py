"""Log events as documents for OpenSearch."""
