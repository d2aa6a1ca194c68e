"""Networks as estimators of scikit-learn, in the place of its ``MLPClassifier`` and ``MLPRegressor``."""

from whence.optional import require

require("sklearn", extra="sklearn", purpose="whence.interop.sklearn")

from whence.interop.sklearn.classifier import WhenceClassifier  # noqa: E402 - what they inherit from must be there
from whence.interop.sklearn.regressor import WhenceRegressor  # noqa: E402

__all__ = ["WhenceClassifier", "WhenceRegressor"]
__dir__ = __all__.copy
