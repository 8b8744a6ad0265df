# The account of `mobile`, in which people also have their IAM users.

account_id = "888888888888"

people {
  identity_account {
    account_id = "888888888888"
  }

  person "haneul" {
    access = { mobile = "administer" }
  }

  person "daniel" {
    user_name = "daniel@corp.example"
    access    = { mobile = "read" }
  }

  # She may only use `corporate`, whose account has a file of its own.
  person "yuna" {
  }
}
