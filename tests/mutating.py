# SPDX-License-Identifier: GPL-2.0-or-later
"""Damage to octets, at random."""

CHANGES_MAX = 8


def flip_bits(data, chance):
    """Some bits, anywhere."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, CHANGES_MAX)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def replace_octets(data, chance):
    """A few octets by those that lengths and counts dislike."""
    changed = bytearray(data)
    start = chance.randrange(len(changed))
    for at in range(start, min(start + chance.randint(1, 4), len(changed))):
        changed[at] = chance.choice((0x00, 0x01, 0x7F, 0x80, 0xFF))
    return bytes(changed)
