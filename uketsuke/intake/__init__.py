"""Bytes in: mailboxes, folders, notes; Receipt stored, Content read."""
