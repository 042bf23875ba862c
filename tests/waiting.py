# SPDX-License-Identifier: GPL-2.0-or-later
"""Wait for what comes true by itself."""

import time


def wait_for(condition, seconds=10):
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
