"""The settings of all tests: plugins and hypothesis profiles."""

import os

import hypothesis

pytest_plugins = ["tests.kit.asyncio_runner", "tests.kit.child_coverage", "tests.kit.segments"]

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")
