"""The kinds of events that are indexed: how their logs are decoded and numbered, and whom they name."""
