import pytest

from pellucid.images.source import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [("rabbits-cats", "rabbits-cats"), ("My Photos (2024)", "My-Photos-2024"), ("..", "pictures"), ("été", "été")],
)
def test_slug(name, expected):
    assert slug(name) == expected
    assert len(slug(name * 50)) <= 60
