"""Whether PyTorch is installed."""

from pellucid.errors import RecipeError


def problem() -> str | None:
    """Why there is no PyTorch; None where there is."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        return f"PyTorch cannot be imported ({error}); install it with: pip install 'pellucid[torch]'"
    return None


def require() -> None:
    """RecipeError where PyTorch is not installed."""
    if found := problem():
        raise RecipeError(found)
