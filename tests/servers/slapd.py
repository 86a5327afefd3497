"""An OpenLDAP of our own with ppolicy: accounts lock after three wrong passwords.

`changes()` reads its audit log: every modification, and who made it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ldap3 import MODIFY_DELETE, NONE, Connection, Server
from pydantic import SecretStr

from uketsuke.systems import System

from .certificates import make_certificate
from .directories import PASSWORD, WRONG_TRIES, Clerk, TestDirectory
from .programs import HOST, Daemon, find_program, free_port, is_listening, miss, server_folder

BASE = "dc=example,dc=test"
ROOT = f"cn=admin,{BASE}"
SERVICE = f"cn=uketsuke,ou=services,{BASE}"
READER = f"cn=reader,ou=services,{BASE}"
"""May see everything and change nothing; same password."""
SERVICE_PASSWORD = "service-secret-7"
SCHEMAS, MODULES = Path("/etc/ldap/schema"), Path("/usr/lib/ldap")

CONFIGURATION = """\
{schemas}
modulepath {modules}
moduleload back_mdb
moduleload ppolicy
moduleload auditlog
pidfile {folder}/pid
argsfile {folder}/args
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSCACertificateFile {certificate}
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {password}
directory {folder}/data
dbnosync
overlay ppolicy
ppolicy_default "cn=default,ou=policies,{base}"
overlay auditlog
auditlog {folder}/audit.ldif
access to attrs=userPassword by dn="{service}" write by anonymous auth by self write by * none
access to attrs=pwdAccountLockedTime,pwdReset by dn="{service}" write by dn="{reader}" read by * none
access to attrs=member by dn="{service}" write by * none
access to * by dn="{service}" read by dn="{reader}" read by self read by * none
"""


class Slapd(TestDirectory):
    """The process."""

    lock_attribute = "pwdAccountLockedTime"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.base, self.administrator = folder, BASE, (ROOT, PASSWORD)
        self.port, self.plain_port = free_port(), free_port()
        made = make_certificate(folder)
        self.ca_file = made.certificate
        (folder / "data").mkdir()
        schemas = "\n".join(
            f"include {SCHEMAS}/{name}.schema" for name in ("core", "cosine", "inetorgperson")
        )
        (folder / "slapd.conf").write_text(
            CONFIGURATION.format(
                schemas=schemas,
                modules=MODULES,
                folder=folder,
                certificate=made.certificate,
                key=made.key,
                base=BASE,
                root=ROOT,
                service=SERVICE,
                reader=READER,
                password=PASSWORD,
            )
        )
        addresses = f"ldaps://{HOST}:{self.port} ldap://{HOST}:{self.plain_port}"
        command = [find_program("slapd"), "-f", str(folder / "slapd.conf"), "-h", addresses, "-d", "0"]
        self._daemon = Daemon(command, folder / "log")

    def start(self) -> None:
        """Start and wait until it listens; nothing happens when it is running."""
        if not self._daemon.is_running:
            self._daemon.start(lambda: is_listening(self.port) and is_listening(self.plain_port))

    def stop(self) -> None:
        """Stop; connections are cut, what it holds stays."""
        self._daemon.stop()

    def fill(self) -> None:
        """The tree, the policy, and the account that the product signs in with."""
        rule = {"pwdAttribute": "userPassword", "pwdLockout": "TRUE", "pwdMaxFailure": str(WRONG_TRIES)}
        rule |= {"pwdLockoutDuration": "1800", "pwdMustChange": "TRUE", "pwdCheckQuality": "1"}
        rule |= {"pwdMinLength": "12", "pwdInHistory": "5"}
        service = {"userPassword": SERVICE_PASSWORD, "description": "uketsuke"}
        with self.administering() as admin:
            _add(admin, BASE, ["dcObject", "organization"], {"o": "example"})
            for name in ("people", "groups", "services", "policies"):
                _add(admin, f"ou={name},{BASE}", "organizationalUnit", {})
            _add(admin, f"cn=default,ou=policies,{BASE}", ["device", "pwdPolicy"], rule)
            for dn in (SERVICE, READER):
                _add(admin, dn, ["organizationalRole", "simpleSecurityObject"], service)

    def system(self, **changes: Any) -> System:
        """See `TestDirectory`."""
        values: dict[str, Any] = {
            "connector": "directory",
            "kind": "openldap",
            "url": f"ldaps://{HOST}:{self.port}",
            "bind": SERVICE,
            "password": SecretStr(SERVICE_PASSWORD),
            "base": BASE,
            "ca_file": self.ca_file,
            "timeout_seconds": 5,
        }
        return System(**{**values, **changes})

    def over_starttls(self, **changes: Any) -> System:
        """The same by StartTLS."""
        return self.system(url=f"ldap://{HOST}:{self.plain_port}", starttls=True, **changes)

    def add(self, account: str) -> Clerk:
        """See `TestDirectory`."""
        clerk = Clerk(account, f"uid={account},ou=people,{BASE}")
        values = {"cn": account, "sn": "田中", "userPassword": clerk.password}
        with self.administering() as admin:
            _add(admin, clerk.dn, "inetOrgPerson", values)
        return clerk

    def add_group(self, name: str) -> str:
        """See `TestDirectory`; an empty group is not possible here."""
        dn = f"cn={name},ou=groups,{BASE}"
        with self.administering() as admin:
            _add(admin, dn, "groupOfNames", {"member": ROOT})
        return dn

    def disable(self, clerk: Clerk) -> None:
        """See `TestDirectory`."""
        self.change(clerk.dn, pwdAccountLockedTime=["000001010000Z"])

    def must_change(self, clerk: Clerk, password: str) -> bool:
        """See `TestDirectory`: it is let in, and may do nothing else."""
        return self.signs_in(clerk, password) and self.values(clerk.id, "pwdReset") == ["TRUE"]

    def connection(self, user: str, password: str) -> Any:
        """See `TestDirectory`; without TLS, which costs more than all the rest."""
        server = Server(HOST, port=self.plain_port, get_info=NONE, connect_timeout=5)
        return Connection(server, user=user, password=password, check_names=False, receive_timeout=10)

    def changes(self, dn: str) -> list[str]:
        """Which attributes of that entry the product's account has changed, one line per modification."""
        log = self.folder / "audit.ldif"
        found = []
        for block in (log.read_text("utf-8") if log.exists() else "").split("\n\n"):
            lines = block.strip().splitlines()
            by_us = bool(lines) and lines[0].startswith("# modify") and SERVICE in lines[0]
            if by_us and f"dn: {dn}" in lines:
                changed = re.findall(
                    r"^(?:replace|add|delete): (pwd\w+|user\w+|member)$", block, re.MULTILINE
                )
                found.append(" ".join(dict.fromkeys(changed)))
        return found

    def _unlock(self, admin: Any, clerk: Clerk) -> None:
        assert admin.modify(clerk.dn, {"pwdAccountLockedTime": [(MODIFY_DELETE, [])]}), admin.result


def _add(admin: Any, dn: str, kind: str | list[str], values: dict[str, str]) -> None:
    assert admin.add(dn, kind, values), admin.result


@contextmanager
def running_slapd() -> Iterator[Slapd]:
    """A directory with nobody in it until the block ends."""
    find_program("slapd")
    if not (MODULES / "auditlog.so").exists() or not SCHEMAS.exists():
        miss("slapd with Debian's modules")
    with server_folder("slapd") as folder:
        if os.geteuid() == 0:
            folder.chmod(0o700)
        server = Slapd(folder)
        server.start()
        try:
            server.fill()
            yield server
        finally:
            server.stop()
