# SPDX-License-Identifier: GPL-2.0-or-later
"""All scenarios, and the causes for which a lab of real stacks cannot make one."""

from scenarios import certificate, clean, negotiation

ALL = (*negotiation.SCENARIOS, *certificate.SCENARIOS, *clean.SCENARIOS)

NOT_MADE = {}
