"""Request or contact: everything that is known of an id."""

from __future__ import annotations

from transfers_cli.status.search import Search
from transfers_cli.status.showing import contact_facts, held_facts, keys, message_facts, request_facts, unknown_to
from transfers_cli.timeline.reading import timeline
from transfers_cli.web.asking import Asked, View
from transfers_cli.web.chain import picture
from transfers_cli.web.console import Console


def page(console: Console, asked: Asked) -> View:
    """What became of it, and the contacts before and after."""
    what = asked.text("id")
    if what is None:
        return View("request.html", {"what": None, "answer": None}, ["status", "--help"])
    by_request_id = asked.flag("request_id")
    answer = Search(console.found, None, by_request_id=by_request_id, connect=True).find(what)
    stories = [
        (
            story,
            contact_facts(story),
            [(key, request_facts(story.contact, key, answer.letters)) for key in keys(story, answer)],
        )
        for story in answer.stories
    ]
    values = {
        "what": what,
        "answer": answer,
        "stories": stories,
        "held": [(one, held_facts(one)) for one in answer.held],
        "messages": [(one, message_facts(one)) for one in unknown_to(answer)],
        "timeline": timeline(console.found, answer),
        "chain": picture(answer.tree, {story.contact_id for story in answer.stories}),
    }
    command = ["status", what, *(["--request-id"] if by_request_id else [])]
    return View("request.html", values, command, status=200 if answer.is_seen or answer.tree else 404)
