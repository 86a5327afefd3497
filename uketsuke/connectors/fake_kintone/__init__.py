"""A kintone of our own, for the demo and the tests: it enforces the rules that kintone documents.

Every rule with its public source, and what could not be confirmed, stands in
docs/decisions/0007-what-our-kintone-enforces.md.
"""
