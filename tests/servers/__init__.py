"""Real servers on free loopback ports, started by the tests themselves; nothing is installed or left running.

`fixtures` is what tests use. A program that is absent skips its tests with one line of reason, or fails
them when UKETSUKE_REQUIRE_SERVICES=1.
"""
