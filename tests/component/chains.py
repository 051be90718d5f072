"""Contacts that agents transfer before a request follows them."""

from __future__ import annotations

from typing import Any

from tests.component.world import World


def moved_by_agent(world: World, contact: str, queue: str = "Support") -> str:
    """Have an agent transfer the contact; return its successor."""
    world.connect.others.transfer(contact, queue_id=world.seed.queues[queue])
    return world.connect.history.transfers[-1].new


def chain(world: World, transfers: int) -> list[str]:
    """Return a contact that agents transferred so often, with its successors."""
    contacts = [world.contact()]
    for _ in range(transfers):
        contacts.append(moved_by_agent(world, contacts[-1]))
    return contacts


def follow(world: World, contact: str, **given: Any) -> None:
    """Send a request that follows."""
    world.send(world.request(contact, follow=True, **given))
