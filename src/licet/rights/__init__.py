"""What is licensed and on which terms: uses, offers, registrations, and the ids that follow from them."""
