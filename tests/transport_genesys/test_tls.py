import os
import shutil
import ssl
import threading
from pathlib import Path

import anyio
import pytest

from switchhook import ServerSettings, StartError
from switchhook_transport_genesys import tls

DATA = Path(__file__).parent / "data"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def files(tmp_path):
    for name in ("localhost.crt", "localhost.key"):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path / "localhost.crt", tmp_path / "localhost.key"


class Context(ssl.SSLContext):
    """Counts how often a certificate was read into it."""

    loads = 0

    def load_cert_chain(self, *args, **more):
        super().load_cert_chain(*args, **more)
        self.loads += 1


@pytest.fixture
async def renewing(files, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(tls, "RENEWAL_PERIOD", 0.001)
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    async with anyio.create_task_group() as group:
        settings = ServerSettings(tls={"certificate": files[0], "key": files[1]})
        group.start_soon(tls.renew, context, lambda: settings)
        await anyio.lowlevel.checkpoint()
        yield context
        group.cancel_scope.cancel()


async def logged(caplog, text):
    with anyio.fail_after(10):
        while text not in caplog.text:
            await anyio.sleep(0.001)


def write(file, text, at):
    file.write_text(text)
    os.utime(file, (at, at))


async def test_a_renewed_certificate_is_read_again(files, renewing, caplog):
    write(files[0], files[0].read_text(), 1)
    await logged(caplog, "the certificate was read again")
    assert renewing.loads == 1


async def test_a_broken_renewal_leaves_the_old_certificate_in_use(files, renewing, caplog):
    good = files[1].read_text()
    write(files[1], "half a file", 1)
    await logged(caplog, "the renewed certificate is not used: server.tls")
    assert renewing.loads == 0
    write(files[1], good, 2)
    await logged(caplog, "the certificate was read again")
    assert renewing.loads == 1


async def test_an_encrypted_key_is_refused_without_asking_for_a_password(files):
    with pytest.raises(StartError, match=r"server\.tls: .* unencrypted key"):
        tls.load(files[0], DATA / "encrypted.key")


async def test_calls_do_not_wait_for_the_disk_of_the_certificate(files, renewing, monkeypatch, caplog):
    threads, times, load = set(), tls._times, tls.load

    def looked(*paths):
        threads.add(threading.current_thread())
        return times(*paths)

    def loaded(*paths):
        threads.add(threading.current_thread())
        return load(*paths)

    monkeypatch.setattr(tls, "_times", looked)
    monkeypatch.setattr(tls, "load", loaded)
    write(files[0], files[0].read_text(), 1)
    await logged(caplog, "the certificate was read again")
    assert threads
    assert threading.main_thread() not in threads
