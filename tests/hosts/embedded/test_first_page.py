"""The address of an embedded host, opened in a browser or a terminal, says what answers there and where to go."""

from __future__ import annotations

import re

from django.test import Client, override_settings

ON = {"RPCS": ["read"], "AUTHENTICATORS": ["api_key"], "EXPLORER": True}


@override_settings(SCM_GRPC=ON)
def test_a_browser_gets_a_link_that_opens_the_explorer() -> None:
    page = Client().get("/", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page["Content-Type"] == "text/html; charset=utf-8"
    (link,) = re.findall(r'<a href="([^"]+)"', page.content.decode())
    assert "SCM API explorer" in Client().get(link).content.decode()


@override_settings(SCM_GRPC=ON, ALLOWED_HOSTS=["*"])
def test_a_terminal_gets_text_with_whole_addresses() -> None:
    page = Client().get("/", HTTP_HOST="code.example.com:8800")
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert "API explorer: http://code.example.com:8800/grpc/" in page.content.decode()
    assert "--url http://code.example.com:8800 --api-key" in page.content.decode()


@override_settings(SCM_GRPC={**ON, "EXPLORER": False})
def test_where_the_explorer_is_off_the_page_says_how_to_turn_it_on() -> None:
    for accept in ("text/html", "*/*"):
        text = Client().get("/", HTTP_ACCEPT=accept).content.decode()
        assert "SCM_GRPC_EXPLORER=true" in text
        assert "/grpc/" not in text
