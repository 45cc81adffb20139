"""The ways out: e-mail, signed webhooks, and the log."""

from govinteract.notify.channels.log import LogChannel
from govinteract.notify.channels.smtp import SmtpChannel
from govinteract.notify.channels.standard_webhooks import read_secret, signed_headers, verify
from govinteract.notify.channels.webhook import Webhook, Webhooks, webhook_flow

__all__ = [
    "LogChannel",
    "SmtpChannel",
    "Webhook",
    "Webhooks",
    "read_secret",
    "signed_headers",
    "verify",
    "webhook_flow",
]
