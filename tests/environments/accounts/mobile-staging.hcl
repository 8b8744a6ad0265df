# The account of `tasks`, `events`, `archive`, and `no-network`, with everything that an account can have, in two Regions.

account_id = "555555555555"

notify {
  emails     = ["security@agora.example"]
  events_off = { abuse = "The organization answers for all accounts" }
}

trail {
  data_events = ["objects", "functions"]
  log_group   = true
}

guardduty {
  features = ["s3_data_events", "runtime_monitoring"]
}

access_analyzer {
  unused_access_age = 90
}

defaults {
  ecr_scanning       = "enhanced"
  container_insights = "enhanced"
}

config {
  recording_frequency = "DAILY"
}

security_hub {
  standards = ["foundational", "cis"]
}
