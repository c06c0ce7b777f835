"""A post of each system as it writes them, of somebody made up, for trying an inlet."""

import json
from typing import Any
from urllib.parse import urlencode

from leads.models.inbound import System

ADDRESS = "test.person@example.com"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

_PLAIN = {
    "email": ADDRESS,
    "first_name": "Test",
    "last_name": "Person",
    "company": {"name": "Example Works"},
    "phone": "+4930123456",
}
_JSON: dict[System, Any] = {
    System.JSON: _PLAIN,
    System.GOOGLE: {
        "lead_id": "sample",
        "user_column_data": [
            {"column_id": "FULL_NAME", "column_name": "Full Name", "string_value": "Test Person"},
            {"column_id": "EMAIL", "column_name": "User Email", "string_value": ADDRESS},
        ],
        "form_id": 1,
        "campaign_id": 2,
        "is_test": False,
    },
    System.META: {
        "id": "1",
        "form_id": "2",
        "field_data": [
            {"name": "full_name", "values": ["Test Person"]},
            {"name": "email", "values": [ADDRESS]},
        ],
    },
    System.LINKEDIN: {
        "id": "sample",
        "formResponse": {
            "answers": [
                {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": ADDRESS}}}
            ]
        },
        "form": {
            "name": "Sample",
            "content": {
                "questions": [{"questionId": 1, "name": "Email", "predefinedField": "EMAIL"}]
            },
        },
    },
    System.TYPEFORM: {
        "event_type": "form_response",
        "form_response": {
            "token": "sample",
            "definition": {
                "title": "Sample",
                "fields": [
                    {"id": "1", "type": "email", "title": "Work email"},
                    {"id": "2", "type": "short_text", "title": "First name"},
                ],
            },
            "answers": [
                {"type": "email", "email": ADDRESS, "field": {"id": "1", "ref": "email"}},
                {"type": "text", "text": "Test", "field": {"id": "2", "ref": "first_name"}},
            ],
        },
    },
    System.WEBFLOW: {
        "triggerType": "form_submission",
        "payload": {
            "id": "sample",
            "name": "Contact us",
            "data": {"First Name": "Test", "Last Name": "Person", "email": ADDRESS},
        },
    },
    System.HUBSPOT: {
        "vid": 1,
        "properties": {"email": {"value": ADDRESS}, "firstname": {"value": "Test"}},
    },
    System.SEGMENT: {
        "type": "identify",
        "userId": "sample",
        "messageId": "sample",
        "traits": {"email": ADDRESS, "name": "Test Person"},
    },
    System.CALENDLY: {
        "event": "invitee.created",
        "payload": {
            "uri": "sample",
            "email": ADDRESS,
            "name": "Test Person",
            "scheduled_event": {"name": "Demo", "start_time": "2026-12-01T10:00:00Z"},
        },
    },
    System.CALCOM: {
        "triggerEvent": "BOOKING_CREATED",
        "payload": {
            "uid": "sample",
            "title": "Demo",
            "startTime": "2026-12-01T10:00:00Z",
            "attendees": [{"email": ADDRESS, "name": "Test Person"}],
        },
    },
}
_MAIL = f"""From: Website <website@example.com>
Subject: New enquiry
Content-Type: text/plain; charset=utf-8

Name: Test Person
Email: {ADDRESS}
Company: Example Works
"""


def sample(system: System) -> tuple[str, bytes]:
    """Content type and body."""
    if system in _JSON:
        return JSON, json.dumps(_JSON[system]).encode()
    if system == System.MAIL:
        return "message/rfc822", _MAIL.encode()
    names = {name: value for name, value in _PLAIN.items() if isinstance(value, str)}
    return FORM, urlencode(names | {"company.name": "Example Works"}).encode()
