# The account of `corporate`: people are IAM users of the company's identity account.

account_id = "444444444444"

notify {
  emails = ["security@corp.example"]
}

people {
  identity_account {
    account_id = "999900009999"
  }

  person "haneul" {
    access      = { corporate = "administer" }
    break_glass = true
  }

  person "daniel" {
    user_name = "daniel@corp.example"
    access    = { corporate = "operate" }
  }
}

trail {}
