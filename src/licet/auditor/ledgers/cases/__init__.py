"""Cases: disputes of deeds, works and licenses; and statements, which a contest can have returned."""
