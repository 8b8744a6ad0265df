# An environment without a network, in `events`'s account but another region, with its state in the same bucket.

product    = "mobile"
account_id = "555555555555"
region     = "us-west-2"
tier       = "staging"

state {
  region = "us-east-1"
  key    = "mobile/elsewhere.tfstate"
}
