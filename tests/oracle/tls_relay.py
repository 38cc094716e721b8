# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS in front of Kamailio, of whose module for it there is none in the image: python3 tls_relay.py CERTIFICATE.

What comes in at a port goes on to the port 1000 above, in clear. It runs in the registrar's container.
"""

from __future__ import annotations

import asyncio
import ssl
import sys

ADDRESSES = ("127.0.0.1", "127.0.0.2", "::1")
PORTS = (5061, 5098)
ABOVE = 1000


async def serve(certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # With 1.3, chan_sip hangs now and then.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    servers = [
        await asyncio.start_server(relay, address, port, ssl=context)
        for address in ADDRESSES
        for port in PORTS
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    address, port = writer.get_extra_info("sockname")[:2]
    there, back = await asyncio.open_connection(address, port + ABOVE)
    await asyncio.gather(pump(reader, back), pump(there, writer))


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
    target.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
