"""Library: what both ends of the online protocol and every other online target share (docs/reference/protocol.md).

Bundles, manifest and receipt, patience with a line, the rules of recovery, what a workspace keeps. It brings no hooks.
"""
