"""JSON-RPC, spoken to a node that may be hostile: one question, very many, or a recording of them."""
