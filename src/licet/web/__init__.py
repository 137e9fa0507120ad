"""The web application: what is registered, on offer, sold and audited, for whoever has a browser.

The server reads an index, published documents and a node; it has no keys, and nothing is sent to it but
questions. Whatever is signed is signed by the wallet in the browser. Everything on a page is in the JSON API
too, under the same path with `/api` before it.
"""
