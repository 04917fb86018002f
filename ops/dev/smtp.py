"""A mail server for tests, started by smtp.sh: takes mail from who knows the password, refuses mailboxes that
begin with `refused`, and puts each mail that it took into a file under the name of who gets it."""

import asyncio
import itertools
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER = LoginPassword(b"voxelheim", b"voxelheim secret")


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("refused"):
            return f"550 <{address}> is nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        name = "+".join(envelope.rcpt_tos)
        whole = self.folder / f"{name}.{next(self.numbers)}"
        part = self.folder / f".{whole.name}"
        part.write_bytes(envelope.original_content)
        part.rename(whole)
        return "250 kept"


def authenticate(_server, _session, _envelope, _mechanism, given):
    return AuthResult(success=given == USER, handled=False)


async def main():
    folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "authority.pem", folder / "key.pem")
    keeper = Keeper(folder / "mails")
    common = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(lambda: SMTP(keeper, tls_context=tls, **common), "127.0.0.1", port)
    within = await loop.create_server(lambda: SMTP(keeper, **common), "127.0.0.1", port + 1, ssl=tls)
    await asyncio.gather(plain.serve_forever(), within.serve_forever())


asyncio.run(main())
