"""Several admins at the same moment: small rounds of presses on real connections, each judged by a model of the rules.

`make interleavings` plays them, `docs/reliability.md` says what was measured. Nothing here is imported by the product.
"""
