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

# Whoever opens a shell in production leaves a log of it.
sessions {
  idle_timeout_minutes = 10
}

# Who may do what in prod. People sign in to IAM Identity Center, which asks for MFA; `make bootstrap` applies a change.
people {
  identity_center {
    permission_set = "CommunityTeam"
    prompt_for_mfa = "always_on"
  }

  person "jisoo" {
    user_name   = "jisoo@agora.example"
    access      = { prod = "administer" }
    break_glass = true
  }

  person "minho" {
    user_name   = "minho@agora.example"
    access      = { prod = "operate" }
    break_glass = true
  }

  person "sora" {
    user_name = "sora@agora.example"
    access    = { prod = "read" }
  }
}

# Who did what: to the log bucket, for a year.
trail { }

guardduty { }

# What others outside the account can use; free of charge.
access_analyzer { }

# What holds for everything that does not say otherwise: encrypted disks, IMDSv2, scanned images, no public bucket.
defaults { }
