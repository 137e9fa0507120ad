"""Money: what moved by the tokens' own logs, and whether it agrees with what the contracts logged and have.

`closing` follows all payments and closes the books of `vaults` and `purses`, from the `transfers` of each
token, the `splits` that were published, and the `balances` at the last block. The `journal` and the
`trial_balance` are drawn up from them.
"""
