"""Assets: their deeds and catalogues, and the derivatives that were made under licenses of others."""
