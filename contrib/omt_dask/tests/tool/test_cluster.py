"""What a connection to a scheduler must be."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from omt_core.api import InputError

from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import security_for


@pytest.mark.parametrize(
    "address",
    [
        "tcp://scheduler.example.com:8786",
        "scheduler.example.com:8786",
        "tcp://10.0.0.1:8786",
        "ws://127.0.0.1:1",
        "tcp://0.0.0.0:1",
    ],
)
def test_a_plain_connection_to_another_machine_is_refused(address: str) -> None:
    with pytest.raises(InputError) as caught:
        security_for(DaskSettings(scheduler=address))
    assert caught.value.code == "dask-not-encrypted"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786"])
def test_a_plain_connection_to_this_machine_is_taken(address: str) -> None:
    assert security_for(DaskSettings(scheduler=address)) is None


def test_certificates_must_be_named_and_readable(tmp_path: Path) -> None:
    address = "tls://scheduler.example.com:8786"
    with pytest.raises(InputError) as missing:
        security_for(DaskSettings(scheduler=address))
    assert missing.value.code == "dask-certificates-missing"
    files = {name: tmp_path / f"{name}.pem" for name in ("ca_file", "cert_file", "key_file")}
    settings = DaskSettings.model_validate({"scheduler": address, **files})
    with pytest.raises(InputError) as unreadable:
        security_for(settings)
    assert unreadable.value.code == "dask-certificates-unreadable"
    authority = trustme.CA()
    own = authority.issue_cert("tool.example.com")
    authority.cert_pem.write_to_path(files["ca_file"])
    own.cert_chain_pems[0].write_to_path(files["cert_file"])
    own.private_key_pem.write_to_path(files["key_file"])
    security = security_for(settings)
    assert security is not None
    assert security.require_encryption
