"""The set-up of OpenSearch clusters that hold logs."""
