"""How OpenLDAP with the overlay ppolicy says the same (slapo-ppolicy(5), draft-behera-ldap-password-policy).

Without ppolicy nothing is ever locked. There is one attribute for both kinds of lock: too many wrong
passwords leave the moment, an administrator leaves `000001010000Z`, which an unlock never takes away.
"""

from __future__ import annotations

from uketsuke.connectors.directory_port import Changes, Deed, Entry

BY_ADMINISTRATOR = "000001010000Z"


class OpenLdap:
    """Accounts by `uid`; the service account needs write rights to what is changed here."""

    id = "uid"
    attributes: tuple[str, ...] = ("pwdAccountLockedTime", "objectClass")
    person = "(objectClass=person)"
    group = "(|(objectClass=groupOfNames)(objectClass=groupOfMembers))"

    def is_locked(self, entry: Entry) -> bool | None:
        """None where not even the object class may be read: then an absent lock means nothing."""
        if entry.first("objectClass") is None:
            return None
        return entry.first("pwdAccountLockedTime") not in (None, BY_ADMINISTRATOR)

    def is_disabled(self, entry: Entry) -> bool | None:
        """Locked by an administrator, for good."""
        if entry.first("objectClass") is None:
            return None
        return entry.first("pwdAccountLockedTime") == BY_ADMINISTRATOR

    def unlock(self) -> Changes:
        """Safe to repeat. Only a deletion clears the wrong tries too: else the next one locks it again."""
        return {"pwdAccountLockedTime": [("delete", [])]}

    def disable(self, entry: Entry, disabled: bool) -> Changes:
        """Safe to repeat."""
        change: tuple[Deed, list[str | bytes]] = (
            ("replace", [BY_ADMINISTRATOR]) if disabled else ("delete", [])
        )
        return {"pwdAccountLockedTime": [change]}

    def reset(self, password: str) -> Changes:
        """The new password, to be changed at the first sign-in."""
        return {"userPassword": [("replace", [password])], "pwdReset": [("replace", ["TRUE"])]}

    def was_right(self, words: str) -> bool:
        """A refused sign-in tells nothing here; one that must change its password is let in."""
        return False
