from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)  # other programs share the machine
settings.load_profile("no-deadline")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
