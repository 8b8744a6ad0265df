# An environment without a network, in the account of `sandbox`, in another region, with the state beside sandbox's.

product    = "mobile"
account_id = "555555555555"
region     = "us-west-2"
tier       = "staging"

state {
  region = "us-east-1"
  key    = "mobile/elsewhere.tfstate"
}
