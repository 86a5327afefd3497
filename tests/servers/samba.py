"""Samba as an Active Directory domain controller, in a network of its own (root only).

Provisioned once per run; accounts lock after three wrong passwords. What the product signs in
with is a delegated account with the rights that OPERATING.md names, and no others.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ldap3 import MODIFY_REPLACE
from ldap3.core.exceptions import LDAPException
from pydantic import SecretStr

from uketsuke.systems import System

from .certificates import make_certificate
from .directories import WRONG_TRIES, Clerk, TestDirectory, connection_to
from .programs import HOST, Daemon, find_program, is_required, miss, server_folder

BASE = "DC=ad,DC=example,DC=test"
STAFF = f"OU=職員,{BASE}"
ADMINISTRATOR_PASSWORD = "Passw0rd!Adm"
SERVICE = "uketsuke"
SERVICE_PASSWORD = "Service#2026-uguisu"
SETUP = Path("/usr/share/samba/setup/ad-schema")
OPTIONS = ("interfaces=lo", "bind interfaces only=yes")
RUNTIME = (
    "dns forwarder=",
    "interfaces=127.0.0.1/8",
    "server services=ldap,cldap,kdc,rpc,drepl,winbindd,kcc",
)
PLACES = ("pid directory", "ncalrpc dir", "winbindd socket directory")
USER, GROUP = "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967a9c-0de6-11d0-a285-00aa003049e2"
RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
WRITTEN = {
    "lockoutTime": ("28630ebf-41d5-11d1-a9c1-0000f80367c1", USER),
    "pwdLastSet": ("bf967a0a-0de6-11d0-a285-00aa003049e2", USER),
    "userAccountControl": ("bf967a68-0de6-11d0-a285-00aa003049e2", USER),
    "member": ("bf9679c0-0de6-11d0-a285-00aa003049e2", GROUP),
}
"""Attributes that the service account may write, by schema id and kind of entry ([MS-ADSC])."""


class Samba(TestDirectory):
    """The domain controller."""

    lock_attribute = "lockoutTime"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.base = folder, BASE
        self.administrator = (f"CN=Administrator,CN=Users,{BASE}", ADMINISTRATOR_PASSWORD)
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._conf = folder / "etc" / "smb.conf"
        self.ca_file = folder / "private" / "tls" / "ca.pem"
        self._daemon: Daemon | None = None

    def provision(self) -> None:
        """Make the domain; done once."""
        command = ["domain", "provision", "--realm=AD.EXAMPLE.TEST", "--domain=EXAMPLE", "--server-role=dc"]
        command += ["--dns-backend=NONE", f"--adminpass={ADMINISTRATOR_PASSWORD}", "--host-name=dc1"]
        command += [f"--targetdir={self.folder}", "--host-ip=127.0.0.1"]
        command += [f"--option={one}" for one in (*OPTIONS, f"log file={self.folder}/log.%m")]
        self._tool(command)
        self._keep_apart()
        tls = self.folder / "private" / "tls"
        tls.mkdir(exist_ok=True)
        made = make_certificate(tls)
        for name, source in (("cert", made.certificate), ("key", made.key), ("ca", made.certificate)):
            (tls / f"{name}.pem").write_bytes(source.read_bytes())
            (tls / f"{name}.pem").chmod(0o600)

    def start(self) -> None:
        """Start and wait until it answers; nothing happens when it is running."""
        if self._daemon is not None and self._daemon.is_running:
            return
        samba = [find_program("samba"), "-i", "-M", "single", "-s", str(self._conf), "--debug-stdout"]
        samba += [f"--option={one}" for one in RUNTIME]
        fd = self._listener.fileno()
        command = [find_program("unshare"), "-n", sys.executable, "-m", "tests.servers.namespace"]
        command += ["--listen", str(fd), "--port", "636", "--", *samba]
        self._daemon = Daemon(command, self.folder / "log", folder=Path(__file__).parents[2], keep=(fd,))
        self._daemon.start(self._answers)

    def stop(self) -> None:
        """Stop; connections are cut, what it holds stays."""
        if self._daemon is not None:
            self._daemon.stop()

    def fill(self) -> None:
        """The policy, the tree, and the account that the product signs in with."""
        with self.administering() as admin:
            rule = {"lockoutThreshold": [(MODIFY_REPLACE, [str(WRONG_TRIES)])]}
            assert admin.modify(BASE, rule), admin.result
            _add(admin, STAFF, "organizationalUnit", {})
            dn = f"CN={SERVICE},CN=Users,{BASE}"
            _add(admin, dn, "user", _user(SERVICE, SERVICE_PASSWORD))
            admin.search(dn, "(objectClass=*)", attributes=["objectSid"])
            sid = _sid(admin.response[0]["raw_attributes"]["objectSid"][0])
        rights = f"(OA;CIIO;CR;{RESET_PASSWORD};{USER};{sid})"
        rights += "".join(f"(OA;CIIO;WP;{what};{kind};{sid})" for what, kind in WRITTEN.values())
        self._tool(["dsacl", "set", f"--objectdn={STAFF}", f"--sddl={rights}", "-s", str(self._conf)])

    def system(self, **changes: Any) -> System:
        """See `TestDirectory`."""
        values: dict[str, Any] = {
            "connector": "directory",
            "kind": "active-directory",
            "url": f"ldaps://{HOST}:{self.port}",
            "bind": f"{SERVICE}@ad.example.test",
            "password": SecretStr(SERVICE_PASSWORD),
            "base": BASE,
            "ca_file": self.ca_file,
            "timeout_seconds": 10,
        }
        return System(**{**values, **changes})

    def add(self, account: str) -> Clerk:
        """See `TestDirectory`."""
        clerk = Clerk(account, f"CN=田中 {account},{STAFF}")
        with self.administering() as admin:
            _add(admin, clerk.dn, "user", _user(account, clerk.password))
        return clerk

    def add_group(self, name: str) -> str:
        """See `TestDirectory`."""
        dn = f"CN={name},{STAFF}"
        with self.administering() as admin:
            _add(admin, dn, "group", {"sAMAccountName": name})
        return dn

    def disable(self, clerk: Clerk) -> None:
        """See `TestDirectory`."""
        self.change(clerk.dn, userAccountControl=["514"])

    def must_change(self, clerk: Clerk, password: str) -> bool:
        """See `TestDirectory`: refused with a code of its own."""
        connection = self.connection(clerk.dn, password)
        try:
            return not connection.bind(read_server_info=False) and "data 773" in connection.result["message"]
        finally:
            connection.unbind()

    def connection(self, user: str, password: str) -> Any:
        """See `TestDirectory`."""
        return connection_to(self.port, self.ca_file, user, password)

    def _unlock(self, admin: Any, clerk: Clerk) -> None:
        self.change(clerk.dn, lockoutTime=["0"])

    def _keep_apart(self) -> None:
        """Process ids and sockets in a folder of its own: in /run one Samba of a machine ends another's."""
        run = self.folder / "run"
        run.mkdir(mode=0o755)
        places = (f"\t{name} = {run}\n" for name in PLACES)
        settings = self._conf.read_text("utf-8")
        self._conf.write_text(settings.replace("[global]\n", "[global]\n" + "".join(places), 1), "utf-8")

    def _answers(self) -> bool:
        connection = self.connection(*self.administrator)
        try:
            return bool(connection.bind(read_server_info=False))
        except (LDAPException, OSError):
            return False
        finally:
            connection.unbind()

    def _tool(self, arguments: Sequence[str]) -> None:
        command = [find_program("unshare"), "-n", find_program("samba-tool"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, re.sub(r"--\w*pass=\S+", "", done.stderr)[-2000:]


def _user(account: str, password: str) -> dict[str, Any]:
    return {
        "sAMAccountName": account,
        "userPrincipalName": f"{account}@ad.example.test",
        "unicodePwd": f'"{password}"'.encode("utf-16-le"),
        "userAccountControl": "512",
    }


def _sid(raw: bytes) -> str:
    """A security identifier as SDDL writes it ([MS-DTYP] 2.4.2)."""
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return f"S-{raw[0]}-{int.from_bytes(raw[2:8])}-" + "-".join(map(str, parts))


def _add(admin: Any, dn: str, kind: str, values: dict[str, Any]) -> None:
    assert admin.add(dn, kind, values), admin.result


@contextmanager
def running_samba() -> Iterator[Samba]:
    """A domain controller with nobody in it until the block ends; skipped where it cannot run."""
    if os.geteuid() != 0:
        reason = "Samba as a domain controller needs root: its ports are fixed"
        pytest.fail(reason, pytrace=False) if is_required() else pytest.skip(reason)
    find_program("samba-tool"), find_program("samba"), find_program("unshare")
    if not SETUP.exists():
        miss("samba-ad-provision")
    with server_folder("samba") as folder:
        server = Samba(folder)
        server.provision()
        server.start()
        try:
            server.fill()
            yield server
        finally:
            server.stop()
