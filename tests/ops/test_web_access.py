"""Who gets into the console, and what every answer has; no cloud is needed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.ops.serving import Served, served, words
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.web.access import HEADERS
from transfers_cli.web.pages import ROUTES
from transfers_cli.web.proposals import Done, Proposal
from transfers_cli.web.rendering import HERE, STATIC
from transfers_cli.web.server import listen

#: htmx 2.0.11, as its package has it: dist/htmx.min.js.
HTMX_SHA256 = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
SECRET = "ContactTransfer-secret"
POSTS = [path for path, _, methods in ROUTES if methods == ("POST",)]


def nowhere() -> Deployment:
    """No AWS answers: what is refused before AWS is asked does not need any."""
    raise Stop(f"There is no stack {SECRET}.", Exit.UNREACHABLE)


@pytest.fixture
def console() -> Iterator[Served]:
    with served(nowhere) as made:
        yield made


def stranger(console: Served, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=console.access.origin, headers=headers, trust_env=False)


def test_the_printed_address_opens_the_console_once(console: Served) -> None:
    first = console.access.new_address()
    address = console.access.new_address()
    with stranger(console) as early, stranger(console) as mine, stranger(console) as late:
        assert early.get(first).status_code == 403  # a newer one was printed
        entered = mine.get(address)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert mine.get("/").status_code == 502  # it is let in; AWS does not answer here
        assert late.get(address).status_code == 403
        assert mine.get(address).status_code == 303  # the same browser may load it again
        assert late.get("/enter?token=").status_code == 403


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(console: Served) -> None:
    with stranger(console) as mine:
        cookie = mine.get(console.access.new_address()).headers["set-cookie"]
    port = console.access.host.rpartition(":")[2]
    assert re.fullmatch(rf"transfers-{port}=[\w-]{{43}}; HttpOnly; SameSite=Strict; Path=/", cookie)


@pytest.mark.parametrize("path", sorted({path for path, *_ in ROUTES} | {"/nothing/here"}))
def test_without_the_cookie_nothing_of_the_deployment_is_shown(console: Served, path: str) -> None:
    for cookie in ("", f"{console.access.cookie_name}=guessed", "transfers-1=guessed"):
        with stranger(console, cookie=cookie, origin=console.access.origin) as other:
            for answer in (other.get(path), other.post(path, data={"form_token": console.access.form_token})):
                assert answer.status_code == 403
                assert SECRET not in answer.text


@pytest.mark.parametrize("host", ["localhost", "attacker.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_name_that_leads_to_this_machine_leads_nowhere(console: Served, host: str) -> None:
    answer = console.client.get("/", headers={"host": host})
    assert (answer.status_code, SECRET in answer.text) == (403, False)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://attacker.example"},
        {"origin": "OWN", "sec-fetch-site": "cross-site"},
        {"origin": "OWN", "sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_another_site_is_refused(console: Served, path: str, headers: dict[str, str]) -> None:
    own = {name: console.access.origin if value == "OWN" else value for name, value in headers.items()}
    answer = console.client.post(path, data={"form_token": console.access.form_token}, headers=own)
    assert (answer.status_code, "own pages" in answer.text) == (403, True)


@pytest.mark.parametrize("path", POSTS)
def test_a_change_without_the_forms_token_is_refused(console: Served, path: str) -> None:
    for form in ({}, {"form_token": "guessed"}, {"form_token": console.access.form_token, "x": "x" * 1_000_001}):
        answer = console.client.post(path, data=form, headers={"origin": console.access.origin})
        assert (answer.status_code, "load the page again" in answer.text) == (
            403,
            True,
        )


def test_pages_are_not_had_by_other_methods(console: Served) -> None:
    own = {"origin": console.access.origin}
    assert console.client.get("/confirm/x").status_code == 405
    assert console.client.put("/send", headers=own).status_code == 405


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/console.css", "/static/../access.py", "/enter"])
def test_every_answer_has_the_headers(console: Served, path: str) -> None:
    for answer in (console.get(path), console.client.get(path, headers={"host": "attacker.example"})):
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(map(str.strip, policy.split(";")))


def test_nobody_beyond_this_machine_is_listened_to() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(Stop, match="Nothing can listen"):
            listen(listener.getsockname()[1])


def test_htmx_is_the_published_file_and_its_licence_lies_beside_it() -> None:
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() == HTMX_SHA256
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((HERE / "templates").glob("*.html")), ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_no_way_past_the_escaping(path: Any) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|\|\s*safe|autoescape|hx-on|hx-vals=['\"]js", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL):
        assert 'name="form_token"' in form or "kept()" in form


def test_lost_aws_is_a_sentence_and_the_next_page_works_again() -> None:
    broken: list[Exception] = [
        EndpointConnectionError(endpoint_url="https://cloudformation"),
        ClientError({"Error": {"Code": "ExpiredToken", "Message": "The security token is expired"}}, "DescribeStacks"),
    ]

    def find() -> Deployment:
        raise broken[0]

    with served(find) as console:
        for expected in ("AWS could not be asked", "AWS refused DescribeStacks: ExpiredToken"):
            answer = console.get("/doubt")
            assert (answer.status_code, expected in words(answer)) == (502, True)
            assert "reads them afresh" in words(answer)
            broken.pop(0) if len(broken) > 1 else None


def test_a_change_is_carried_out_once_however_often_it_is_confirmed(console: Served) -> None:
    made: list[str] = []

    def carry_out() -> Done:
        made.append("once")
        return Done("It was done.")

    proposal = console.console.proposals.add(Proposal("Do it", "do it", carry_out, "sentences.html", {"sentences": []}))
    path = f"/confirm/{proposal.key}"
    wrong = console.post(path, word="do")
    assert (wrong.status_code, "Nothing was changed" in wrong.text, made) == (400, True, [])
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(lambda _: console.post(path, word="do it").status_code, range(4)))
    assert (answers, made) == ([200, 409, 409, 409], ["once"])
