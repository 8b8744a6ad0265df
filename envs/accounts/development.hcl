# The account of dev: what costs nothing.

account_id = "111111111111"

access_analyzer { }

defaults { }
