"""How fast the product is, beside what the same machine could do at best: `make bench`.

Each figure is a ratio against a limit that is measured in the same run, or a growth factor. `benchmarks/README.md`
explains every one of them. Nothing here is imported by the product.
"""
