"""A small MNIST in the place of the real one, and a server on this machine that gives its files out, well or badly."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pellucid.images.named import CATALOGUE
from pellucid.images.named.catalogue import Published
from tests.images.readers.published import write_mnist


@dataclass
class Server:
    """Addresses below `base` say what becomes of a request: good/, missing/, wrong/, cut/ and broken/."""

    base: str
    asked: list[str] = field(default_factory=list)  # paths, in order


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            known.asked.append(self.path)
            _, manner, name = self.path.split("/")
            content = (tmp_path / "published" / name).read_bytes()
            if manner == "missing":
                return self.send_error(404)
            if manner == "broken":
                return self.send_error(503)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if manner == "wrong":
                content = content[:-1] + bytes([content[-1] ^ 1])
            return self.wfile.write(content[: len(content) // 2] if manner == "cut" else content)

        def log_message(self, *_):
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Server(f"http://127.0.0.1:{http.server_address[1]}/")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def offered(tmp_path, server, monkeypatch):
    """`offered("missing", "good")`: mnist is a small one, at these addresses of the server; its folder in the cache."""
    write_mnist(tmp_path / "published")
    contents = {file.name: (tmp_path / "published" / file.name).read_bytes() for file in CATALOGUE["mnist"].files}
    files = tuple(Published(name, len(each), "sha256:" + hashlib.sha256(each).hexdigest()) for name, each in contents.items())
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def at(*manners: str) -> Path:
        addresses = tuple(f"{server.base}{manner}/" for manner in manners)
        monkeypatch.setitem(CATALOGUE, "mnist", replace(CATALOGUE["mnist"], files=files, addresses=addresses))
        return tmp_path / "cache" / "datasets" / "mnist"

    return at
