"""What only OpenLDAP has: StartTLS on its port, and rights that are given attribute by attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.test_directory import change
from tests.desk import settings_for
from tests.servers.certificates import make_certificate
from tests.servers.slapd import READER, Slapd
from uketsuke.cli.connections import try_all
from uketsuke.connectors.directory import DirectoryConnector
from uketsuke.errors import Refused, TryLater
from uketsuke.settings import load

pytestmark = pytest.mark.directory


def test_starttls_serves_as_well(slapd: Slapd) -> None:
    clerk = slapd.locked()
    DirectoryConnector("ekobe", slapd.over_starttls()).act(change(clerk.id, "unlock"))
    assert slapd.signs_in(clerk)


def test_starttls_with_a_foreign_certificate_gets_no_password(slapd: Slapd, tmp_path: Path) -> None:
    foreign = make_certificate(tmp_path).certificate
    with pytest.raises(TryLater, match=r"(?i)certificate"):
        DirectoryConnector("ekobe", slapd.over_starttls(ca_file=foreign)).check()


def test_what_the_service_account_may_not_do_is_refused(slapd: Slapd) -> None:
    clerk = slapd.locked()
    powerless = slapd.system(bind=READER)
    with pytest.raises(Refused) as no:
        DirectoryConnector("ekobe", powerless).act(change(clerk.id, "unlock"))
    assert no.value.reason == "not-permitted"
    assert not slapd.signs_in(clerk)


def test_check_config_tries_every_directory_and_tells_no_password(slapd: Slapd, tmp_path: Path) -> None:
    systems = {"ekobe": slapd.system(), "gabinka": slapd.system(password="not-the-secret")}
    found = {one.name: one for one in try_all(settings_for(tmp_path, systems=systems))}
    assert found["system ekobe"].error is None
    assert "sign-in: invalidCredentials" in str(found["system gabinka"].error)
    assert "not-the-secret" not in str(found)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('url = "ldap://dc1"\nbind = "b"\nbase = "c"\npassword = "p"', "over TLS only"),
        ('url = "ldaps://dc1"', "bind, base, password"),
        ('url = "http://dc1"', "ldap:// or ldaps://"),
    ],
)
def test_a_directory_without_tls_or_sign_in_is_no_setting(tmp_path: Path, lines: str, says: str) -> None:
    file = tmp_path / "uketsuke.toml"
    file.write_text(f'[systems.ekobe]\nconnector = "directory"\n{lines}\n')
    with pytest.raises(Exception, match=says):
        load(file, {})
