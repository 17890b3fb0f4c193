"""The fault campaign: real servers and processes, faults by plan, people at work; then what was intended is compared
with what a mail server accepted and what the bell shows.

`make faults` runs it, `docs/reliability.md` says what its columns mean. Nothing here is imported by the product.
"""
