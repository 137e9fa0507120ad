"""Who signs, and what: keys, in this process or in a `keystore` file, and `transactions`."""
