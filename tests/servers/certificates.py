"""Certificates for servers on loopback, made by the machine's own openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .programs import find_program


@dataclass(frozen=True)
class Certificate:
    """A certificate that is its own authority."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, name: str = "localhost", *, address: str = "127.0.0.1") -> Certificate:
    """Valid for that name and address; a name of its own in the folder."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = [
        find_program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]
    command += ["-nodes", "-days", "30"]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:{address}"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    key.chmod(0o600)
    return Certificate(certificate, key)
