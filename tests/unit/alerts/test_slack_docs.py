"""Does docs/slack.md say what the code does?"""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from alerts.notifiers.slack.errors import REMEDIES
from alerts.rendering.text import headline
from tests.support.alerts import incident_of, signal

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
NEEDED = {  # as docs.slack.dev/reference/methods names them, for public and private channels
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.replies": {"channels:history", "groups:history"},
    "conversations.list": {"channels:read", "groups:read"},
    "auth_test": set(),
    "usergroups_users_list": {"usergroups:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_info": {"files:read"},
    "files_delete": {"files:write"},
    "dnd_teamInfo": {"dnd:read"},
    "users_info": {"users:read"},
    "usergroups_list": {"usergroups:read"},
}


def test_the_manifest_asks_for_the_scopes_that_the_calls_need_and_no_more() -> None:
    """A scope too few loses a page, a scope too many loses the administrator's consent."""
    places = (
        "alerts/notifiers/slack/notifier.py",
        "alerts/notifiers/slack/dnd.py",
        "alerts/notifiers/slack/usergroups.py",
        "alerts/notifiers/slack/names.py",
        "tocsin/slack_app/slack_client.py",
    )
    code = "".join((ROOT / place).read_text(encoding="utf-8") for place in places)
    called = set(
        re.findall(
            r"\b(dnd_team\w+|chat_\w+|auth_test|usergroups_\w+|users_info|conversations\.\w+|files[._]\w+)\b", code
        )
    )
    assert called == set(NEEDED)
    manifest = YAML(typ="safe").load(ROOT / "docs" / "slack-app-manifest.yaml")
    asked = manifest["oauth_config"]["scopes"]["bot"]
    assert sorted(asked) == sorted({"commands"}.union(*NEEDED.values()))
    assert all(f"`{scope}`" in PAGE for scope in asked)


def test_every_refusal_is_explained_with_its_remedy() -> None:
    """The table is the one that the log speaks from."""
    table = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.split("## When Slack refuses")[1], re.MULTILINE))
    assert table == REMEDIES


def test_the_line_in_the_page_is_one_that_the_code_writes() -> None:
    """Documentation shows what a phone shows."""
    assert headline(incident_of(signal(0)), "en") in PAGE
