"""AWS Key Management Service (extra `aws`): the root key never leaves it.

API reference 2014-11-01: Encrypt and Decrypt with an encryption context. The context `gi`
is the base64url of what binds a key to its place, which AWS authenticates and writes into
CloudTrail; it holds the tenant, the key's role and its epoch. What is stored has the form

    0x41 'A' | version 0x01 | AWS's CiphertextBlob

Credentials come from boto3's own chain (environment, instance role). Give the role
`kms:Encrypt` and `kms:Decrypt` on the one key and nothing else.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from govinteract.errors import CryptoError, SettingsError
from govinteract.http import refuse_in_transaction
from govinteract.vault.refusal import extra_missing, open_failed, provider_refused, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AwsKms"]

_MAGIC = b"A\x01"
_SECONDS = 5
_WRONG_BYTES = {"InvalidCiphertextException", "IncorrectKeyException"}
_PASSING = {
    "DependencyTimeoutException", "KeyUnavailableException", "KMSInternalException",
    "LimitExceededException", "RequestTimeout", "ThrottlingException",
}  # fmt: skip
_ARN_PARTS = 6


class AwsKms:
    """A key provider whose root key is the symmetric KMS key `arn`.

    Raises `SettingsError`: `vault.extra_missing` without boto3, `vault.provider_unknown`
    when `arn` is none.
    """

    name = "aws-kms"

    def __init__(self, arn: str) -> None:
        parts = arn.split(":")
        if len(parts) != _ARN_PARTS or parts[0] != "arn" or parts[2] != "kms":
            raise SettingsError(
                "vault.provider_unknown", hint="aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID"
            )
        _boto3()
        self._arn, self._region = arn, parts[3]
        self.kid = f"{self.name}:{arn}"
        self._client: tuple[int, Any] | None = None

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Have `key` encrypted under the KMS key with the context of `aad`."""
        with _answers(self.name):
            answer = self._kms().encrypt(
                KeyId=self._arn, Plaintext=key, EncryptionContext=_context(aad)
            )
        return _MAGIC + bytes(answer["CiphertextBlob"])

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Have the key in `blob` decrypted; raises as every `KeyProvider` does."""
        if not blob.startswith(_MAGIC) or blob == _MAGIC:
            raise open_failed()
        with _answers(self.name):
            answer = self._kms().decrypt(
                KeyId=self._arn, CiphertextBlob=blob[len(_MAGIC) :],
                EncryptionContext=_context(aad),
            )  # fmt: skip
        return bytes(answer["Plaintext"])

    def _kms(self) -> Any:
        """Return this process's client: connections don't survive a fork."""
        refuse_in_transaction()
        if self._client is None or self._client[0] != os.getpid():
            from botocore.config import Config  # noqa: PLC0415 - an extra

            config = Config(
                connect_timeout=_SECONDS, read_timeout=_SECONDS,
                retries={"total_max_attempts": 2, "mode": "standard"},
            )  # fmt: skip
            session = _boto3().session.Session(region_name=self._region)
            self._client = os.getpid(), session.client("kms", config=config)
        return self._client[1]

    def __repr__(self) -> str:
        return f"<AwsKms {self._arn}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="open the provider where it is used")


def _boto3() -> Any:
    try:
        import boto3  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise extra_missing("aws") from error
    return boto3


def _context(aad: bytes) -> dict[str, str]:
    return {"gi": urlsafe_b64encode(aad).decode()}


@contextmanager
def _answers(name: str) -> Iterator[None]:
    """Turn what AWS answers, or does not, into the vault's errors.

    No causes: AWS's own messages could hold a request's credentials.
    """
    from botocore.exceptions import (  # noqa: PLC0415 - an extra  # noqa: PLC0415 - as above
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    try:
        yield
    except ClientError as error:
        raise _said(name, error.response) from None
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise provider_refused(name, f"no credentials: {type(error).__name__}") from None
    except BotoCoreError as error:
        raise unreachable(name, type(error).__name__) from None


def _said(name: str, response: Any) -> Exception:
    said = response.get("Error", {})
    code = str(said.get("Code", ""))
    # "Access denied" is also what bytes get that name a key AWS does not know.
    foreign = code == "AccessDeniedException" and "not authorized" not in said.get("Message", "")
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    if code in _WRONG_BYTES or foreign:
        return open_failed()
    if code in _PASSING or status >= 500:  # noqa: PLR2004 - the server's own failures
        return unreachable(name, code)
    return provider_refused(name, code)
