"""A time stamping service on this machine, by openssl, as others run it."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
certs = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[signer]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[req]
distinguished_name = name
[name]
"""


class TimeStampServer(ThreadingHTTPServer):
    """Answers by `openssl ts`; or, with `answer`, by that."""

    daemon_threads = True

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.answer: tuple[int, bytes] | None = None
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tsa"

    @property
    def root(self) -> Path:
        """The certificate that those who check need."""
        return self.folder / "ca.pem"

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        openssl(self.folder, "ts", "-reply", "-config", "config", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()


class _Handler(BaseHTTPRequestHandler):
    server: TimeStampServer

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        status, body = self.server.answer or (200, self.server.reply(query))
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def openssl(folder: Path, *words: str) -> str:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def _certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on this machine")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "config").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "config")
    openssl(
        folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Root", "-extensions", "ca"
    )
    openssl(folder, "req", "-new", *key, "-keyout", "signer.key", "-out", "signer.csr", "-subj", "/CN=Stamps")
    openssl(
        folder, "x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2",
        "-days", "30", "-extfile", "config", "-extensions", "signer", "-out", "signer.pem",
    )  # fmt: skip
    return folder


@pytest.fixture
def tsa(_certified: Path) -> Iterator[TimeStampServer]:
    server = TimeStampServer(_certified)
    yield server
    server.shutdown()
    server.server_close()
