"""The one sender of an account's transactions: each is sent once, whatever happens meanwhile."""
