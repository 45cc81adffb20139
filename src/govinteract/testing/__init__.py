"""For users' own tests: simulators that speak the real protocols on loopback, and contracts.

Nothing in the library imports this package.
"""

from govinteract.testing.channel_contract import ChannelContract, sample_notice
from govinteract.testing.geo_report import GeoReport, GeoReportAnswer, GeoReportContract
from govinteract.testing.inbox import Inbox, Mail
from govinteract.testing.key_provider_contract import KeyProviderContract
from govinteract.testing.receiver import Answer, Receiver, Request

__all__ = [
    "Answer",
    "ChannelContract",
    "GeoReport",
    "GeoReportAnswer",
    "GeoReportContract",
    "Inbox",
    "KeyProviderContract",
    "Mail",
    "Receiver",
    "Request",
    "sample_notice",
]
