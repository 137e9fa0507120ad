"""What the pages show and the API answers, as JSON objects: one function for each, which both use."""
