# SPDX-License-Identifier: GPL-2.0-or-later
"""All scenarios, and the causes for which a lab of real stacks cannot make one."""

from scenarios import broken, certificate, clean, negotiation, network

ALL = (
    *negotiation.SCENARIOS,
    *certificate.SCENARIOS,
    *network.SCENARIOS,
    *broken.SCENARIOS,
    *clean.SCENARIOS,
)


def _check_names():
    """A capture's name says which scenario it is of, whatever folder its label puts it in."""
    seen = set()
    for scenario in ALL:
        for name, _, _ in scenario.variants():
            for pair in scenario.pairs.split():
                if (name, pair) in seen:
                    raise ValueError(f"two scenarios make {name} with {pair}")
                seen.add((name, pair))


_check_names()

NOT_MADE = {
    "unknown": "the name for what no rule explains; a scenario with a known cause cannot mean it",
}
