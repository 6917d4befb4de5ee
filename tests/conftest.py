"""Property tests try the same examples at every run of CI, so that a change fails for its own fault; elsewhere they try
new ones each time, and what they find becomes a test of its own."""

import os

from hypothesis import settings

settings.register_profile("same examples", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("same examples")
