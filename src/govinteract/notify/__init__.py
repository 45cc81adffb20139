"""Telling people and programs what happened: channels, templates, and the outbox's sink."""

from govinteract.notify.channels.log import LogChannel
from govinteract.notify.channels.smtp import SmtpChannel
from govinteract.notify.channels.standard_webhooks import read_secret, verify
from govinteract.notify.channels.webhook import Webhook, Webhooks
from govinteract.notify.model import Channel, Notice
from govinteract.notify.rendering import TEMPLATES, Letterhead, Templates
from govinteract.notify.service import CITIZEN_TOPIC, Notifier

__all__ = [
    "CITIZEN_TOPIC",
    "TEMPLATES",
    "Channel",
    "Letterhead",
    "LogChannel",
    "Notice",
    "Notifier",
    "SmtpChannel",
    "Templates",
    "Webhook",
    "Webhooks",
    "read_secret",
    "verify",
]
