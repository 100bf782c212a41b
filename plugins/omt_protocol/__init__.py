"""Library: what both ends of the online protocol and every other online target share (docs/reference/protocol.md).

Bundles, manifest and receipt, patience with a line, files that survive a power loss. It brings no hooks.
"""
