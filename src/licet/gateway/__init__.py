"""The gateway: a folder or a site, served to machines on the terms that its holder states.

An ASGI application, or middleware around any other. Nothing here is imported but by the command that runs it:
it needs the libraries of `licet[gateway]`.
"""
