"""Layer L2: the chain, its nodes and keys; the only place that knows web3 and eth-account."""
