"""Transactions before they are sent.

An outbox keeps `intents` in a `file` that says after any crash what has to be sent again.
"""
