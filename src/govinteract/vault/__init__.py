"""Personal data at rest: sealed for one place, opened with a permit, gone with its keys."""

from govinteract.vault.answer_box import AnswerBox
from govinteract.vault.blind_index import BlindIndex
from govinteract.vault.blob import FileKey, FileReader
from govinteract.vault.context import Context, Field
from govinteract.vault.data_key import DataKey, EpochKey, WrapScope
from govinteract.vault.declared import Declared, declared_fields, masked, seal_declared
from govinteract.vault.envelope import FieldCipher, RecordCipher
from govinteract.vault.index_plan import IndexWish, check_plan, plan_indexes
from govinteract.vault.index_store import BlindStore
from govinteract.vault.key_file import LocalKeyFile, SingleMachineKeyWarning
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.keyring import KeyRing
from govinteract.vault.log_filter import PersonalFilter
from govinteract.vault.masking import email_mask, name_mask, phone_mask
from govinteract.vault.permit import Permit
from govinteract.vault.personal import Personal
from govinteract.vault.portable import Portable, PortableFile
from govinteract.vault.provider import KeyProvider
from govinteract.vault.refusal import KeyNotReady
from govinteract.vault.sealed import Sealed
from govinteract.vault.service import Vault
from govinteract.vault.value_types import ValueType, register_type
from govinteract.vault.wraps import WrapDigest, wraps_of

__all__ = [
    "AnswerBox",
    "BlindIndex",
    "BlindStore",
    "Context",
    "DataKey",
    "Declared",
    "EpochKey",
    "Field",
    "FieldCipher",
    "FileKey",
    "FileReader",
    "IndexWish",
    "KeyMaterial",
    "KeyNotReady",
    "KeyProvider",
    "KeyRing",
    "LocalKeyFile",
    "Permit",
    "Personal",
    "PersonalFilter",
    "Portable",
    "PortableFile",
    "RecordCipher",
    "Sealed",
    "SingleMachineKeyWarning",
    "ValueType",
    "Vault",
    "WrapDigest",
    "WrapScope",
    "check_plan",
    "declared_fields",
    "email_mask",
    "masked",
    "name_mask",
    "phone_mask",
    "plan_indexes",
    "register_type",
    "seal_declared",
    "wraps_of",
]
