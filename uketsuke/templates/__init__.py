"""Texts that people read: letters, pages, messages."""
