"""Fixtures of the estimators' tests."""

import pytest


@pytest.fixture(autouse=True)
def reference_kernels(monkeypatch):
    """The estimators are the same over both kernel sets; those of NumPy need no compilation."""
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")


@pytest.fixture
def global_random_seed():
    """scikit-learn's tests ask for it."""
    return 42
