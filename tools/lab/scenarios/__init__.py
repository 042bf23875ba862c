# SPDX-License-Identifier: GPL-2.0-or-later
"""All scenarios, and the causes for which a lab of real stacks cannot make one."""

from scenarios import broken, certificate, clean, negotiation, network

ALL = (*negotiation.SCENARIOS, *certificate.SCENARIOS, *network.SCENARIOS, *broken.SCENARIOS, *clean.SCENARIOS)

NOT_MADE = {
    "unknown": "the name for what no rule explains; a scenario with a known cause cannot mean it",
}
