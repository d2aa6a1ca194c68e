import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "docs"))  # where the extensions of the site are
