# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS in front of Kamailio, of whose module for it there is none in the image; runs in the provider's container.

An address for each certificate; what comes in at port 5061 goes on to port 6061 in the clear.
"""

from __future__ import annotations

import asyncio
import ssl

KINDS = {
    "198.51.100.90": "good",
    "198.51.100.91": "expired",
    "198.51.100.92": "wrongname",
    "198.51.100.93": "unknownca",
}


async def main() -> None:
    servers = []
    for address, kind in KINDS.items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"/provider/{kind}.pem")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        servers.append(await asyncio.start_server(relay(address), address, 5061, ssl=context))
    await asyncio.gather(*(server.serve_forever() for server in servers))


def relay(address: str):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward = await asyncio.open_connection(address, 6061)
        await asyncio.gather(pass_on(reader, onward), pass_on(onward_reader, writer))

    return serve


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main())
