"""Running a command in this process, a trained model, and pictures to name."""

from pathlib import Path

import pytest
from PIL import Image

import pellucid
from tests.cli.program import Ended


@pytest.fixture(autouse=True)
def nothing_to_compile(reference_kernels):
    """Commands do the same over both kernel sets."""


@pytest.fixture
def run(capsys):
    """`run("train", "digits")` is `pellucid train digits`, in this process."""

    def call(*arguments: object) -> Ended:
        from pellucid.cli import main

        with pytest.raises(SystemExit) as end:
            main([str(each) for each in arguments])
        return Ended(end.value.code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder of a run on the digits."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "reference")
        pellucid.train("digits", out=folder, epochs=4)
    return folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """A folder of six digits as PNG files, and one file that only says it is one."""
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("pictures")
    for number, digit in enumerate(load_digits().images[:6]):
        Image.fromarray((digit * 255 / 16).astype("uint8")).save(folder / f"digit{number}.png")
    (folder / "text.png").write_text("no picture")
    return folder
