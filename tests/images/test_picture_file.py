import builtins
import io
import os
import pickle
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from pellucid.errors import DataError
from pellucid.images import picture_file
from pellucid.images.decode import decode
from pellucid.images.picture_file import BrokenPicture, read_header


def encoded(format, size=(40, 30), **options) -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, format, **options)
    return stream.getvalue()


def png_header(width, height) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr)) + bytes(4) + b"IDAT"


def jpeg_header(width, height) -> bytes:
    data = bytearray(encoded("JPEG"))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_header(width, height) -> bytes:
    data = bytearray(encoded("GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def bmp_header(width, height) -> bytes:
    data = bytearray(encoded("BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


@pytest.mark.parametrize("make", [png_header, jpeg_header, gif_header, bmp_header])
@pytest.mark.parametrize("read", [decode, read_header, lambda path: decode(path, (8, 8, 3))])
def test_a_huge_picture_is_refused_from_its_header(tmp_path, make, read, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("it was decoded"))
    path = tmp_path / "bomb.png"
    path.write_bytes(make(60_000, 60_000))
    with pytest.raises(BrokenPicture, match=r"bomb.png: 60000 x 60000 pixels, the limit is 178 million"):
        read(path)


def test_large_pictures_below_the_limit_give_no_warning():
    header = read_header(png_header(13_000, 13_000))  # Pillow warns from 89 million
    assert (header.width, header.height) == (13_000, 13_000)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated(tmp_path, format, share):
    data = encoded(format)
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(BrokenPicture, match=r"cut.jpg: (truncated|damaged)") as caught:
        decode(path, (8, 8, 3))
    if format in ("JPEG", "PNG", "BMP"):
        assert caught.value.reason == "truncated: the file ends too early"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"empty file \(0 bytes\)"),
        (b"hello, this is text", "not a JPEG, PNG, WEBP, GIF, BMP, TIFF or HEIC picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG"),
        (b"BM", "damaged|truncated"),
        (b"\xff\xd8\xff", "damaged|truncated"),
        (b"\0\0\0\x18ftypheic" + bytes(30), "damaged|truncated"),
    ],
)
def test_files_that_are_no_pictures(tmp_path, content, reason):
    path = tmp_path / "text.jpg"
    path.write_bytes(content)
    for read in (decode, read_header):
        with pytest.raises(BrokenPicture, match=rf"cannot read the picture .*text.jpg: ({reason})"):
            read(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(BrokenPicture, match="no such file"):
        decode(tmp_path / "none.png")
    with pytest.raises(BrokenPicture, match=r"is a directory|permission denied"):
        decode(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_permissions(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded("PNG"))
    path.chmod(0)
    with pytest.raises(BrokenPicture, match=r"secret.png: permission denied"):
        decode(path)


def test_permissions_are_told_in_words(monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied", args[0])

    monkeypatch.setattr(builtins, "open", refuse)
    with pytest.raises(BrokenPicture, match=r"^cannot read the picture secret.png: permission denied$"):
        decode("secret.png")


def test_bytes_and_images_have_names_too():
    with pytest.raises(BrokenPicture, match="given as 3 bytes: not a"):
        decode(b"abc")
    image = Image.open(io.BytesIO(encoded("PNG")[:200]))
    with pytest.raises(BrokenPicture, match="given as a Pillow image: truncated"):
        decode(image)


def test_heic_without_its_package(monkeypatch):
    picture_file._reader.cache_clear()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(DataError, match="HEIC pictures need pillow-heif, which is missing: pip install pillow-heif"):
        decode(b"\0\0\0\x18ftypheic" + bytes(30))


def test_a_header_is_read_without_decoding(monkeypatch):
    data = {format: encoded(format) for format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")}
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("it was decoded"))
    for format, each in data.items():
        header = read_header(each)
        assert (header.format, header.width, header.height, header.channels) == (format, 40, 30, 3)


def test_a_broken_picture_pickles():
    broken = pickle.loads(pickle.dumps(BrokenPicture("a.jpg", "empty")))
    assert str(broken) == "cannot read the picture a.jpg: empty"
    assert broken.reason == "empty"
