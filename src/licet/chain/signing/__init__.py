"""Who signs, and what: keys, keystores, transactions and what they pay for gas."""
