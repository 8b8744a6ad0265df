# The account of `tasks`, `events`, `archive`, and `no-network`, with everything that an account can have, in two Regions.

account_id = "555555555555"

notify {
  emails     = ["security@agora.example"]
  events_off = { abuse = "The organization answers for all accounts" }
}
