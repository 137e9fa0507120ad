"""What the chain's state has at one block, read in bulk, with proofs or without."""
