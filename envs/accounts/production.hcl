# The account of prod.

account_id = "333333333333"

# AWS writes to these too, for example about abuse reports: the root user's address is one mailbox, and nobody's.
contact "operations" {
  name          = "Community team"
  title         = "On call"
  email_address = "on-call@agora.example"
  phone_number  = "+82 2 1234 5678"
}

contact "security" {
  name          = "Community team"
  title         = "On call"
  email_address = "security@agora.example"
  phone_number  = "+82 2 1234 5678"
}

# Findings, sign-ins of the root user, and changes of what protects the account.
notify {
  emails = ["security@agora.example"]
}

# Who did what: to the log bucket, for a year.
trail { }

guardduty { }

# What others outside the account can use; free of charge.
access_analyzer { }

# What holds for everything that does not say otherwise: encrypted disks, IMDSv2, scanned images, no public bucket.
defaults { }
