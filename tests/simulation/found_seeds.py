"""Seeds that showed something once, each with what it was: all of them are clean now, and a test runs them again."""

from __future__ import annotations

#: What was wrong in the service.
SERVICE: tuple[tuple[int, str], ...] = (
    (97404, "a message that was refused for its requestId and deleted began on another of its deliveries"),
    (78642, "a permit that a late write had taken was left behind, for good"),
    (82602, "a look at a contact from before a wait was believed after it"),
    (703119, "a name whose own item had expired was told another destination's success"),
    (703830, "the same"),
    (221, "a success was announced before the ledger had it, and its message ended as OutcomeUnknown after all"),
    (263, "the same"),
    (5454, "a message came back after its deletion was lost, when a dozen others had failed, and got another end"),
    (2058, "a conflict was taken for no lost answer, and a refusal that followed it ended the doubt too early"),
    (1608, "a tree of sixty pages was begun anew by each environment that lived for one invocation"),
    (3305, "a request waited because another contact's had given its route permit back in a later turn"),
    (805155, "two requests for one contact settled each other's doubts for ever"),  # 6 s, the others 2 s together
)

#: What the auditor took for broken, and was not.
AUDITOR: tuple[tuple[int, str], ...] = (
    (28628, "a request that is given up for killing its worker may have transferred in its last call"),
    (76237, "the same: nobody is left to announce what that call did"),
    (33561, "a call that was refused is not in doubt, and counts against no route"),
    (49768, "an environment that lives for one message has a share of the burst of its own"),
    (91177, "the same"),
    (114747, "two faults together must not make a call later than one may be"),
    (36705, "what the queue ended, and was sent back after ledgerDays, need not be announced"),
    (51598, "the same"),
    (83893, "the same"),
    (4163, "a sandbox that stood still after it had signed a call publishes late what it decided before"),
    (21510, "settleMinutes count from when a call was made, not from when it reached Connect late"),
)

SEEDS = dict(SERVICE + AUDITOR)
