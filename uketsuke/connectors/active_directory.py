"""How Active Directory says that an account is locked, disabled, or must change its password.

Microsoft Open Specifications: [MS-ADTS] 3.1.1.3.1.5 (unicodePwd), [MS-ADA1] lockoutTime, [MS-ADA3]
userAccountControl, pwdLastSet; tried on Samba 4.17. After an unlock `lockoutTime` reads as 0, or as
1601 through some tools, and an account that was never locked has none.
"""

from __future__ import annotations

from uketsuke.connectors.directory_port import Changes, Entry

DISABLED = 0x2
"""Of userAccountControl: ADS_UF_ACCOUNTDISABLE."""
_MUST_CHANGE = ("data 773", "data 532")
"""The password was right, but must be changed or has run out ([MS-ERREF] ERROR_PASSWORD_MUST_CHANGE)."""


class ActiveDirectory:
    """Accounts by `sAMAccountName`; the service account needs write rights to what is changed here."""

    id = "sAMAccountName"
    attributes: tuple[str, ...] = ("lockoutTime", "userAccountControl", "pwdLastSet")
    person = "(objectCategory=person)(objectClass=user)"
    group = "(objectClass=group)"

    def is_locked(self, entry: Entry) -> bool | None:
        """None where we may not see it: whoever may read an account sees its userAccountControl too."""
        if entry.first("userAccountControl") is None:
            return None
        return entry.first("lockoutTime") not in (None, "0")

    def is_disabled(self, entry: Entry) -> bool | None:
        """Whether an administrator has taken it out of use."""
        flags = entry.first("userAccountControl")
        return None if flags is None else bool(int(flags) & DISABLED)

    def unlock(self) -> Changes:
        """Safe to repeat."""
        return {"lockoutTime": [("replace", ["0"])]}

    def disable(self, entry: Entry, disabled: bool) -> Changes:
        """The other flags as they were seen: refused when somebody changed them since."""
        seen = int(entry.first("userAccountControl") or "0")
        wanted = seen | DISABLED if disabled else seen & ~DISABLED
        return {"userAccountControl": [("delete", [str(seen)]), ("add", [str(wanted)])]}

    def reset(self, password: str) -> Changes:
        """The new password, to be changed at the first sign-in; over TLS only, as the directory demands."""
        coded = f'"{password}"'.encode("utf-16-le")
        return {"unicodePwd": [("replace", [coded])], "pwdLastSet": [("replace", ["0"])]}

    def was_right(self, words: str) -> bool:
        """Whether a refused sign-in says that the password itself was right."""
        return any(code in words for code in _MUST_CHANGE)
