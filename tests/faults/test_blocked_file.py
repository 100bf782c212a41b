"""A gateway that cuts the line over one file's bytes: that file is named, and all else arrives."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.faults.processes import ServedTenant, run
from tests.faults.sites import FaultySite, build_faulty_site, document_files

VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}"


@contextmanager
def scanner(port: int) -> Iterator[str]:
    """Lead connections to a port, and reset one that the text goes over."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def pump(source: socket.socket, sink: socket.socket, *, judged: bool) -> None:
        seen = b""
        with suppress(OSError):
            while chunk := source.recv(1 << 16):
                seen = seen[-100:] + chunk
                if judged and VIRUS in seen:
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    source.shutdown(socket.SHUT_RD)
                    break
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.close() if judged else end.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while not ended.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=pump, args=(server, client), kwargs={"judged": False}, daemon=True).start()
            threading.Thread(target=pump, args=(client, server), kwargs={"judged": True}, daemon=True).start()

    with closing(listener):
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()


def test_a_line_that_is_cut_over_one_file_costs_that_file_alone(tenant: ServedTenant, tmp_path: Path) -> None:
    site: FaultySite = build_faulty_site(tmp_path / "own")
    bad = document_files(site.site)[10]
    bad.write_bytes(b"a document with " + VIRUS)
    with scanner(tenant.port) as url:
        ended = run(*site.migrate(tmp_path / "work"), folder=tmp_path, extra=site.settings(tenant, url=url))
    assert (ended.code, ended.result["error"]["code"]) == (4, "files-not-confirmed")
    assert (ended.result["failed"], ended.result["missing"]) == (1, 0)
    (finding,) = (one for one in ended.result["findings"] if one["code"] == "file-blocked-on-the-way")
    assert bad.name in finding["message"]
    healed = run(*site.migrate(tmp_path / "work"), folder=tmp_path, extra=site.settings(tenant))
    assert (healed.code, healed.result["failed"], healed.result["sent"]["files"]) == (0, 0, 1)
