"""The money, followed: what vaults and tokens logged of whom the events name."""
