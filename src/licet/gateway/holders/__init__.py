"""Licenses at the gateway: who holds them, what they permit, and how they are bought there."""
