"""Real files of the sites, used where the folder exists beside the checkout."""

from pathlib import Path

import pytest

REAL = Path(__file__).parents[3] / "shared" / "real"

needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real files is not here")
