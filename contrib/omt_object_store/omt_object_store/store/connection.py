"""Makes the connection that obstore speaks through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from obstore.exceptions import BaseError
from obstore.store import AzureStore, LocalStore, ObjectStore, S3Store
from omt_core.api import SecretReference, sentence

from omt_object_store.errors import (
    OBJECT_STORE_CA_FILE_UNREADABLE,
    OBJECT_STORE_CHECKSUM_NOT_POSSIBLE,
    OBJECT_STORE_FOLDER_MISSING,
    OBJECT_STORE_SETTINGS_NOT_ENOUGH,
)
from omt_object_store.settings import ObjectStoreSettings
from omt_object_store.store.address import StoreAddress, checked_endpoint

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # not there at run time

_RETRY: RetryConfig = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
}
"""What is tried again without a word; `omt_protocol.retry` goes on after that."""


def open_store(address: StoreAddress, settings: ObjectStoreSettings) -> ObjectStore:
    """Make the store; nothing is asked of it yet. Blocking. Raises `InputError`.

    What the settings do not name, obstore takes from the provider's usual environment variables or the machine's
    identity.
    """
    endpoint = checked_endpoint(settings.endpoint)
    if settings.verify == "checksum" and address.kind != "s3":
        raise OBJECT_STORE_CHECKSUM_NOT_POSSIBLE.error()
    try:
        match address.kind:
            case "file":
                return _folder(address)
            case "s3":
                return S3Store(
                    address.container,
                    prefix=address.prefix or None,
                    config=cast("dict[str, str]", _s3(settings, endpoint)),  # type: ignore[arg-type] # of a TypedDict
                    client_options=_client(settings, endpoint),
                    retry_config=_RETRY,
                )
            case "az":
                return AzureStore(
                    address.container,
                    prefix=address.prefix or None,
                    config=cast("dict[str, str]", _azure(settings, endpoint)),  # type: ignore[arg-type] # of a TypedDict
                    client_options=_client(settings, endpoint),
                    retry_config=_RETRY,
                )
    except (BaseError, ValueError) as error:
        raise OBJECT_STORE_SETTINGS_NOT_ENOUGH.error(
            sentence(
                "The settings of {address} are not enough, or not valid ({error}).",
                address=address.name,
                error=type(error).__name__,
            )
        ) from error


def _folder(address: StoreAddress) -> LocalStore:
    folder = address.folder
    if folder is None or not folder.is_dir():
        raise OBJECT_STORE_FOLDER_MISSING.error(sentence("There is no folder {address}.", address=address.name))
    return LocalStore(folder)


def _s3(settings: ObjectStoreSettings, endpoint: str | None) -> Mapping[str, str]:
    given = {
        "endpoint": endpoint,
        "region": settings.region,
        "access_key_id": _secret(settings.access_key_id, "access_key_id"),
        "secret_access_key": _secret(settings.secret_key, "secret_key"),
        "session_token": _secret(settings.session_token, "session_token"),
        "checksum_algorithm": "SHA256",
    }
    return {name: value for name, value in given.items() if value is not None}


def _azure(settings: ObjectStoreSettings, endpoint: str | None) -> Mapping[str, str]:
    given = {
        "endpoint": endpoint,
        "account_name": settings.account,
        "account_key": _secret(settings.secret_key, "secret_key"),
        "sas_key": _secret(settings.sas_token, "sas_token"),
    }
    return {name: value for name, value in given.items() if value is not None}


def _client(settings: ObjectStoreSettings, endpoint: str | None) -> ClientConfig:
    # Said in any case: the environment could allow what is forbidden here.
    client: ClientConfig = {
        "allow_http": endpoint is not None and endpoint.startswith("http:"),
        "allow_invalid_certificates": False,
        "connect_timeout": timedelta(seconds=settings.connect_timeout),
        "timeout": timedelta(seconds=settings.answer_timeout),
    }
    if settings.proxy is not None:
        client["proxy_url"] = settings.proxy
    if settings.ca_file is not None:
        try:
            client["root_certificate"] = settings.ca_file.read_bytes()
        except OSError as error:
            raise OBJECT_STORE_CA_FILE_UNREADABLE.error(
                sentence(
                    "The certificates in {ca_file} cannot be read: {reason}.",
                    ca_file=settings.ca_file,
                    reason=error.strerror or error,
                )
            ) from error
    return client


def _secret(reference: SecretReference | None, setting: str) -> str | None:
    return None if reference is None else reference.resolve(f"object_store.{setting}").get_secret_value()
