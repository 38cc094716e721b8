# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How trunks over TLS know that it is the provider whom they talk to: the same for all trunks of a host.

Neither driver verifies a provider unless it is told to whom to believe.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from ..errors import SipTrunkError

# What Debian and Red Hat call the list of all that they trust.
_OF_DISTRIBUTIONS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


@dataclass(frozen=True)
class Tls:
    """Paths on the host, of files in PEM.

    authorities: who may have signed a provider's certificate; None where that was not declared
    certificate, private_key: of the PBX, for providers that connect to it or ask for one; None for none
    """

    authorities: Optional[str] = None
    certificate: Optional[str] = None
    private_key: Optional[str] = None

    def named(self, authorities: str, certificate: str, private_key: str) -> Mapping[str, str]:
        """What was declared, by the names that a driver has for it."""
        named = {
            authorities: self.authorities,
            certificate: self.certificate,
            private_key: self.private_key,
        }
        return {name: path for name, path in named.items() if path}


UNSAID = Tls()


def declared(given: Mapping[str, Any]) -> Tls:
    """From ``ca_file``, ``certificate`` and ``private_key``; SipTrunkError for what is not there."""
    for key, path in given.items():
        if path and not os.path.isfile(path):
            raise SipTrunkError(
                f"tls: {key} = {path}: there is no such file on this host; copy it there first"
            )
    if bool(given.get("certificate")) != bool(given.get("private_key")):
        raise SipTrunkError("tls: certificate and private_key belong together; write both, or none")
    return Tls(given.get("ca_file"), given.get("certificate"), given.get("private_key"))


def authorities_of_host() -> str:
    """Path of the certificates that the host's distribution trusts; SipTrunkError where it has none."""
    found = next(filter(os.path.exists, _OF_DISTRIBUTIONS), None)
    if found is None:
        raise SipTrunkError(
            "tls: this host has no list of certificate authorities to verify the provider with; install the package "
            "ca-certificates, or name the provider's authority in ca_file"
        )
    return found
