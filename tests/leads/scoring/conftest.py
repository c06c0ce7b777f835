import os

from hypothesis import HealthCheck, settings

# Each example is undone by itself, so sharing one test's transaction is right.
settings.register_profile(
    "rows",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
settings.load_profile("rows")
