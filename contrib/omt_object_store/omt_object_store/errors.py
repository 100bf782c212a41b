"""What can be wrong with a store, its settings and the key that signs its receipts."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, OnlineRefusedError, OnlineUnavailableError

OBJECT_STORE_ACCESS_DENIED: Final = ErrorCode(
    code="object-store-access-denied",
    kind=OnlineRefusedError,
    meaning="The store does not let the tool in.",
    remedy="Check keys and rights: the tool lists, reads, writes and deletes below the store's prefix.",
)
OBJECT_STORE_BUSY: Final = ErrorCode(
    code="object-store-busy",
    kind=OnlineUnavailableError,
    meaning="The store asks for less at a time.",
    remedy="Run the same command again, with fewer uploads at once.",
)
OBJECT_STORE_CA_FILE_UNREADABLE: Final = ErrorCode(
    code="object-store-ca-file-unreadable",
    kind=InputError,
    meaning="The file of certificates that the store is trusted by cannot be read.",
    remedy="Set object_store.ca_file to a file of certificates in PEM.",
)
OBJECT_STORE_CHECKSUM_NOT_POSSIBLE: Final = ErrorCode(
    code="object-store-checksum-not-possible",
    kind=InputError,
    meaning="Only S3 checks the sha256 of what it is sent; object_store.verify is checksum, but this is another store.",
    remedy="Set object_store.verify to read-back.",
)
OBJECT_STORE_DAMAGED: Final = ErrorCode(
    code="object-store-damaged",
    kind=OnlineRefusedError,
    meaning="What the store hands out is not what was put there.",
    remedy="Run `omt object-store verify`, remove what it names as damaged, then run the same command in an empty"
    " workspace: what is not there is sent anew.",
)
OBJECT_STORE_ENDPOINT_NOT_VALID: Final = ErrorCode(
    code="object-store-endpoint-not-valid",
    kind=InputError,
    meaning="object_store.endpoint is not an address of a store.",
    remedy="Give it as https://host:port/path, without user, password and query.",
)
OBJECT_STORE_FOLDER_MISSING: Final = ErrorCode(
    code="object-store-folder-missing",
    kind=InputError,
    meaning="The folder that stands for a store is not there.",
    remedy="Make it, or mount what shall be there: it is not made, so that nothing lands on another disk by mistake.",
)
OBJECT_STORE_KEY_CHANGED: Final = ErrorCode(
    code="object-store-key-changed",
    kind=OnlineRefusedError,
    meaning="The receipts of this store are signed with another key than the one that is set.",
    remedy="Set object_store.signing_key to the former key.",
)
OBJECT_STORE_KEY_NOT_NAMED: Final = ErrorCode(
    code="object-store-key-not-named",
    kind=InputError,
    meaning="A store cannot sign a receipt, and no key is named that does it in its place.",
    remedy="Have whoever vouches for the store make one with `omt object-store make-key FILE`, and set"
    " object_store.signing_key to that file.",
)
OBJECT_STORE_KEY_NOT_WRITTEN: Final = ErrorCode(
    code="object-store-key-not-written",
    kind=InputError,
    meaning="The new key cannot be written.",
    remedy="Name a file that is not there yet, in a folder that may be written to.",
)
OBJECT_STORE_KEY_UNREADABLE: Final = ErrorCode(
    code="object-store-key-unreadable",
    kind=InputError,
    meaning="The key that signs the receipts cannot be used.",
    remedy="Have whoever vouches for the store make one with `omt object-store make-key FILE`, and set"
    " object_store.signing_key to that file.",
)
OBJECT_STORE_LIVE_NOT_ALLOWED: Final = ErrorCode(
    code="object-store-live-not-allowed",
    kind=OnlineRefusedError,
    meaning="A live migration locks the users out on site, and nobody can work in an object store.",
    remedy="Choose a test migration. If the online side imports from this store, set object_store.live to true.",
)
OBJECT_STORE_NOT_ENCRYPTED: Final = ErrorCode(
    code="object-store-not-encrypted",
    kind=InputError,
    meaning="The endpoint is on another machine, and plain http would send the CRM's data there for all to read.",
    remedy="Use an endpoint that begins with https://.",
)
OBJECT_STORE_NOT_THERE: Final = ErrorCode(
    code="object-store-not-there",
    kind=OnlineRefusedError,
    meaning="The store, or its bucket or container, is not there.",
    remedy="Check object_store.url and object_store.endpoint, and make the bucket or container.",
)
OBJECT_STORE_REFUSED: Final = ErrorCode(
    code="object-store-refused",
    kind=OnlineRefusedError,
    meaning="The store refused what the tool asked of it.",
    remedy="Check the settings of the section [object_store] and the store's own log.",
)
OBJECT_STORE_SETTINGS_NOT_ENOUGH: Final = ErrorCode(
    code="object-store-settings-not-enough",
    kind=InputError,
    meaning="The settings of the store are not enough, or not valid.",
    remedy="Check region, account and keys in the section [object_store].",
)
OBJECT_STORE_UNAVAILABLE: Final = ErrorCode(
    code="object-store-unavailable",
    kind=OnlineUnavailableError,
    meaning="The store did not answer, or cannot now.",
    remedy="Check object_store.endpoint and the way there, then run the same command again: it goes on from what was"
    " confirmed.",
)
OBJECT_STORE_URL_NOT_VALID: Final = ErrorCode(
    code="object-store-url-not-valid",
    kind=InputError,
    meaning="object_store.url is not the address of a store.",
    remedy="Give it as s3://bucket/prefix, az://container/prefix or file:///folder, without keys and signatures.",
)

ERROR_CODES: Final = (
    OBJECT_STORE_ACCESS_DENIED,
    OBJECT_STORE_BUSY,
    OBJECT_STORE_CA_FILE_UNREADABLE,
    OBJECT_STORE_CHECKSUM_NOT_POSSIBLE,
    OBJECT_STORE_DAMAGED,
    OBJECT_STORE_ENDPOINT_NOT_VALID,
    OBJECT_STORE_FOLDER_MISSING,
    OBJECT_STORE_KEY_CHANGED,
    OBJECT_STORE_KEY_NOT_NAMED,
    OBJECT_STORE_KEY_NOT_WRITTEN,
    OBJECT_STORE_KEY_UNREADABLE,
    OBJECT_STORE_LIVE_NOT_ALLOWED,
    OBJECT_STORE_NOT_ENCRYPTED,
    OBJECT_STORE_NOT_THERE,
    OBJECT_STORE_REFUSED,
    OBJECT_STORE_SETTINGS_NOT_ENOUGH,
    OBJECT_STORE_UNAVAILABLE,
    OBJECT_STORE_URL_NOT_VALID,
)
