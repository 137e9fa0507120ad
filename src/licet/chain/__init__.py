"""Layer L2: the chain, its nodes and keys; the only place that knows web3 and eth-account.

Its rooms, from the ground up; each imports from those before it alone:

local        local chains for development and tests, and the accounts that they give away.
compiled     the contracts as the compiler made them: interface, byte code, and where they keep what.
signing      who signs, keystore files, and transactions with what they pay.
rpc          JSON-RPC with a node that may be hostile: one question, many in batches, or a recording.
client       `Chain`: calls, transactions, logs and code, by way of web3.
blocks       headers and receipts; what a block's hash binds is recomputed, so that it need not be believed.
state        storage, balances and code at one block, very many at a time, with proofs or without.
outbox       transactions before they are sent, in one SQLite file.
sending      the one sender of an account: each transaction once, whatever happens to nodes and processes.
deployments  where the contracts are, and whether they are those that this package ships.

`signatures`, above `client`, says whose a signature is, an account's or a contract's.
"""
