"""The standards' documents, read into `Terms` and written from them."""
