"""Licenses: what was offered, sold, granted, renewed and revoked, and who holds it on which terms."""
