"""Which browser somebody uses, in a word or two that its owner recognises."""

from __future__ import annotations

PROGRAMS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
"""In this order: Edge calls itself Chrome too, and Chrome calls itself Safari."""
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """`Edge / Windows`; empty where nothing is recognised. What else the browser told is not kept."""
    found = (
        next((name for mark, name in known if mark in user_agent), None) for known in (PROGRAMS, SYSTEMS)
    )
    return " / ".join(name for name in found if name)
