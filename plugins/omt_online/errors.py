"""What can go wrong on the way to the tenant, with its address and its secret, and with what is verified."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, OnlineRefusedError, OnlineUnavailableError

ARCHIVE_UNREADABLE: Final = ErrorCode(
    code="archive-unreadable",
    kind=InputError,
    meaning="There is no folder where the archive was said to be.",
    remedy="Give an archive's folder.",
)
COMPLETION_FAILED: Final = ErrorCode(
    code="completion-failed",
    kind=OnlineRefusedError,
    meaning="The online side could not complete the migration.",
    remedy="Run the same command again; if it fails again, send the log to the online side.",
)
KEY_UNREADABLE: Final = ErrorCode(
    code="key-unreadable",
    kind=InputError,
    meaning="The key that receipts are verified with cannot be used.",
    remedy="Give the file of the tenant's key in the workspace, or one with the key as 64 hexadecimal digits.",
)
ONLINE_ANSWER_NOT_UNDERSTOOD: Final = ErrorCode(
    code="online-answer-not-understood",
    kind=OnlineRefusedError,
    meaning="The online side answered in a way that this tool does not understand.",
    remedy="Check that online.url is the address of a tenant, and that no proxy answers in its place.",
)
ONLINE_CERTIFICATE_NOT_TRUSTED: Final = ErrorCode(
    code="online-certificate-not-trusted",
    kind=OnlineRefusedError,
    meaning="The certificate of the online side is not trusted.",
    remedy="If a proxy of your own reads the traffic, or the tenant has a private authority, name its certificate in"
    " online.ca_file.",
)
ONLINE_CONFLICT: Final = ErrorCode(
    code="online-conflict",
    kind=OnlineRefusedError,
    meaning="The online side refused what does not fit what it holds.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
ONLINE_FAILED: Final = ErrorCode(
    code="online-failed",
    kind=OnlineUnavailableError,
    meaning="The online side failed by a fault of its own, which its log explains.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
ONLINE_MISDIRECTED: Final = ErrorCode(
    code="online-misdirected",
    kind=OnlineRefusedError,
    meaning="What answers at the address is not the tenant that it belongs to.",
    remedy="Use the very address that the online side gave out as online.url.",
)
ONLINE_NAME_UNKNOWN: Final = ErrorCode(
    code="online-name-unknown",
    kind=OnlineUnavailableError,
    meaning="The name of the online side is not known to the name server.",
    remedy="Check online.url, and this machine's connection to the internet.",
)
ONLINE_NETWORK_LOGIN: Final = ErrorCode(
    code="online-network-login",
    kind=OnlineRefusedError,
    meaning="The network on the way to the online side wants a login of its own.",
    remedy="Log this machine on to the network in a browser, then run the same command again.",
)
ONLINE_NOT_FOUND: Final = ErrorCode(
    code="online-not-found",
    kind=OnlineRefusedError,
    meaning="The online side does not know what was asked for.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
ONLINE_PROTOCOL_UNKNOWN: Final = ErrorCode(
    code="online-protocol-unknown",
    kind=OnlineRefusedError,
    meaning="The tenant speaks another version of the protocol than this tool.",
    remedy="Use the newest version of the tool.",
)
ONLINE_PROXY_LOGIN: Final = ErrorCode(
    code="online-proxy-login",
    kind=OnlineRefusedError,
    meaning="The proxy on the way to the online side wants a user name and a password.",
    remedy="Give them in the proxy's address, in the environment or in online.proxy.",
)
ONLINE_PROXY_NOT_VALID: Final = ErrorCode(
    code="online-proxy-not-valid",
    kind=InputError,
    meaning="The proxy's address is not valid.",
    remedy="Give online.proxy as http://host:port, or as environment or none.",
)
ONLINE_PROXY_REFUSED: Final = ErrorCode(
    code="online-proxy-refused",
    kind=OnlineUnavailableError,
    meaning="The proxy does not let the tool through to the online side.",
    remedy="Have the online side's host allowed in the proxy, or set online.proxy to another one or to none.",
)
ONLINE_PROXY_UNREACHABLE: Final = ErrorCode(
    code="online-proxy-unreachable",
    kind=OnlineUnavailableError,
    meaning="The proxy on the way to the online side does not answer.",
    remedy="Check the proxy's address in the environment or in online.proxy.",
)
ONLINE_REDIRECTED: Final = ErrorCode(
    code="online-redirected",
    kind=OnlineRefusedError,
    meaning="The online side sends the tool to another address, which it does not follow with a secret.",
    remedy="Set online.url to the final address of the tenant.",
)
ONLINE_STATUS: Final = ErrorCode(
    code="online-status",
    kind=OnlineRefusedError,
    meaning="The online side answered with a status that the protocol does not have.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
ONLINE_TIMEOUT: Final = ErrorCode(
    code="online-timeout",
    kind=OnlineUnavailableError,
    meaning="The online side does not answer in time.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
ONLINE_TLS_FAILED: Final = ErrorCode(
    code="online-tls-failed",
    kind=OnlineRefusedError,
    meaning="No encrypted connection to the online side could be made.",
    remedy="Check that online.url names the right port, and that no device on the way meddles with TLS.",
)
ONLINE_TOKEN_MISSING: Final = ErrorCode(
    code="online-token-missing",
    kind=InputError,
    meaning="The file with the migration's secret is not named.",
    remedy="Set online.token_file in the answers file to the file that the online side gave out.",
)
ONLINE_TOKEN_UNREADABLE: Final = ErrorCode(
    code="online-token-unreadable",
    kind=InputError,
    meaning="The file with the migration's secret cannot be read, or does not hold one line of text.",
    remedy="Check online.token_file and the rights on that file.",
)
ONLINE_UNREACHABLE: Final = ErrorCode(
    code="online-unreachable",
    kind=OnlineUnavailableError,
    meaning="The online side cannot be reached.",
    remedy="Check online.url, the firewall, and that the online side is up.",
)
ONLINE_URL_NOT_ENCRYPTED: Final = ErrorCode(
    code="online-url-not-encrypted",
    kind=InputError,
    meaning="online.url names another machine by plain http, which would send the CRM's data there for all to read.",
    remedy="Use an address that begins with https://.",
)
ONLINE_URL_NOT_VALID: Final = ErrorCode(
    code="online-url-not-valid",
    kind=InputError,
    meaning="online.url is not an address of an online side.",
    remedy="Give it in full: https://, the host, and a path if there is one.",
)
RECEIPT_UNREADABLE: Final = ErrorCode(
    code="receipt-unreadable",
    kind=InputError,
    meaning="The receipt, or the manifest that belongs to it, cannot be read.",
    remedy="Give the receipt in the folder where its manifest lies too.",
)
RESULT_NOT_GENUINE: Final = ErrorCode(
    code="result-not-genuine",
    kind=OnlineRefusedError,
    meaning="The migration is completed online, but its receipt or manifest did not arrive as the tenant signed it.",
    remedy="Check that no proxy or filter on the way changes answers, then run the same command again: nothing is sent"
    " anew, only receipt and manifest are fetched. If it fails again, send the log to the online side.",
)
VERIFY_STAGE_AWAY: Final = ErrorCode(
    code="verify-stage-away",
    kind=InputError,
    meaning="The folder with the files of a stage is not there.",
    remedy="Connect the share or drive that it is on, or say by --stage STAGE=DIR where the files lie now.",
)
VERIFY_STAGE_TWICE: Final = ErrorCode(
    code="verify-stage-twice",
    kind=InputError,
    meaning="A stage was given by --stage more than once.",
    remedy="Give each stage once: its files lie below one folder.",
)
VERIFY_STAGE_UNKNOWN: Final = ErrorCode(
    code="verify-stage-unknown",
    kind=InputError,
    meaning="The manifest names no files of a stage that was given by --stage.",
    remedy="Give stages by --stage that the manifest has files of.",
)

ERROR_CODES: Final = (
    ARCHIVE_UNREADABLE,
    COMPLETION_FAILED,
    KEY_UNREADABLE,
    ONLINE_ANSWER_NOT_UNDERSTOOD,
    ONLINE_CERTIFICATE_NOT_TRUSTED,
    ONLINE_CONFLICT,
    ONLINE_FAILED,
    ONLINE_MISDIRECTED,
    ONLINE_NAME_UNKNOWN,
    ONLINE_NETWORK_LOGIN,
    ONLINE_NOT_FOUND,
    ONLINE_PROTOCOL_UNKNOWN,
    ONLINE_PROXY_LOGIN,
    ONLINE_PROXY_NOT_VALID,
    ONLINE_PROXY_REFUSED,
    ONLINE_PROXY_UNREACHABLE,
    ONLINE_REDIRECTED,
    ONLINE_STATUS,
    ONLINE_TIMEOUT,
    ONLINE_TLS_FAILED,
    ONLINE_TOKEN_MISSING,
    ONLINE_TOKEN_UNREADABLE,
    ONLINE_UNREACHABLE,
    ONLINE_URL_NOT_ENCRYPTED,
    ONLINE_URL_NOT_VALID,
    RECEIPT_UNREADABLE,
    RESULT_NOT_GENUINE,
    VERIFY_STAGE_AWAY,
    VERIFY_STAGE_TWICE,
    VERIFY_STAGE_UNKNOWN,
)
