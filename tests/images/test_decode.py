import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from pellucid.images.decode import decode, decode_with_header
from pellucid.images.fit import FITS
from pellucid.images.picture_file import BrokenPicture, read_header

NOISE = np.random.default_rng(0).integers(0, 256, (12, 17, 3), dtype=np.uint8)
LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {}, "WEBP": {"lossless": True}}


def encoded(image, format, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def smooth(height, width, seed=0):
    """A picture as soft as a photograph: noise of 8 x 8 enlarged."""
    small = Image.fromarray(np.random.default_rng(seed).integers(60, 200, (8, 8, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("format", LOSSLESS)
def test_lossless_formats_come_back_exactly(format):
    data = encoded(Image.fromarray(NOISE), format, **LOSSLESS[format])
    pixels, header = decode_with_header(data)
    np.testing.assert_array_equal(pixels, NOISE)
    assert pixels.dtype == np.uint8
    assert (header.format, header.width, header.height, header.channels) == (format, 17, 12, 3)


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF"])
def test_grey_stays_one_channel(format):
    grey = NOISE[..., 0]
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(grey), format))[..., 0], grey)


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_lossy_formats_come_back_nearly(format):
    image = smooth(40, 60)
    pixels = decode(encoded(image, format, quality=95))
    assert np.abs(pixels.astype(int) - np.asarray(image)).mean() < 4


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg"])  # phones give HEIC files wrong names
def test_heic(tmp_path, name):
    pillow_heif = pytest.importorskip("pillow_heif")
    image = smooth(40, 60)
    pillow_heif.from_pillow(image).save(tmp_path / "photo.heic", quality=95)
    (tmp_path / "photo.heic").rename(tmp_path / name)
    pixels, header = decode_with_header(tmp_path / name)
    assert np.abs(pixels.astype(int) - np.asarray(image)).mean() < 5
    assert header.format == "HEIC"
    assert decode(tmp_path / name, (8, 8, 1)).shape == (8, 8, 1)


def test_palette_is_looked_up():
    image = Image.fromarray(NOISE).quantize(16)
    expected = np.asarray(image.convert("RGB"))
    for format in ("PNG", "GIF", "BMP"):
        np.testing.assert_array_equal(decode(encoded(image, format)), expected)


def test_transparency_is_laid_over_white():
    rgba = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 128]]], np.uint8)
    expected = [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(rgba), "PNG")), expected)
    np.testing.assert_array_equal(decode(Image.fromarray(rgba)), expected)


def test_transparent_palette_and_colour_key_are_laid_over_white():
    image = Image.frombytes("P", (2, 1), bytes([0, 1]))
    image.putpalette([200, 0, 0, 0, 0, 200])
    for format in ("PNG", "GIF"):
        np.testing.assert_array_equal(decode(encoded(image, format, transparency=1)), [[[200, 0, 0], [255, 255, 255]]])
    keyed = encoded(Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)), "PNG", transparency=(1, 2, 3))
    np.testing.assert_array_equal(decode(keyed), [[[255, 255, 255], [4, 5, 6]]])


def test_grey_with_alpha_stays_grey():
    pixels, header = decode_with_header(encoded(Image.fromarray(np.array([[[50, 255], [50, 0]]], np.uint8)), "PNG"))
    np.testing.assert_array_equal(pixels[..., 0], [[50, 255]])
    assert header.channels == 1


def test_cmyk():
    image = smooth(16, 16).convert("CMYK")
    expected = np.asarray(image.convert("RGB"), int)
    assert np.abs(decode(encoded(image, "JPEG", quality=95)) - expected).mean() < 5
    np.testing.assert_array_equal(decode(encoded(image, "TIFF")), expected)
    assert decode(encoded(image, "TIFF"), (4, 4, 1)).shape == (4, 4, 1)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("kind", ["<u2", ">u2"])
def test_16_bits_are_scaled_by_their_full_range(format, kind):
    if (format, kind) == ("PNG", ">u2"):
        pytest.skip("PNG has one byte order")
    values = np.array([[0, 128, 129, 257, 32768, 65406, 65407, 65535]], kind)
    image = Image.frombytes("I;16B" if kind == ">u2" else "I;16", (8, 1), values.tobytes())
    np.testing.assert_array_equal(decode(encoded(image, format))[..., 0], [[0, 0, 1, 1, 128, 254, 255, 255]])


def test_32_bits_and_floats_run_from_their_least_to_their_greatest_value():
    whole = np.array([[-1000, 0, 1000]], np.int32)
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(whole), "TIFF"))[..., 0], [[0, 128, 255]])
    real = np.array([[np.nan, 1.0, 2.0, np.inf]], np.float32)
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(real), "TIFF"))[..., 0], [[0, 0, 255, 255]])
    even = np.full((2, 2), 7.0, np.float32)
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(even), "TIFF"))[..., 0], np.zeros((2, 2)))


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP", "GIF"])
def test_one_bit_is_black_and_white(format):
    bits = np.array([[True, False, True]])
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(bits), format))[..., 0], [[255, 0, 255]])


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame(format):
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:], **LOSSLESS.get(format, {}))
    np.testing.assert_array_equal(decode(data), np.tile(np.uint8([255, 0, 0]), (5, 6, 1)))


UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a[::-1], 1),
    8: lambda a: np.rot90(a, 1),
}


def oriented(image, format, orientation, **options) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, format, exif=exif, **options)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_orientation(format, orientation):
    data = oriented(Image.fromarray(NOISE), format, orientation, **LOSSLESS[format])
    expected = UPRIGHT[orientation](NOISE)
    pixels, header = decode_with_header(data)
    np.testing.assert_array_equal(pixels, expected)
    assert (header.height, header.width) == expected.shape[:2]
    assert (read_header(data).height, read_header(data).width) == expected.shape[:2]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_orientation_of_a_jpeg_decoded_at_reduced_scale(orientation, fit):
    image = smooth(130, 203)
    expected = decode(Image.fromarray(np.ascontiguousarray(UPRIGHT[orientation](np.asarray(image)))), (21, 14, 3), fit)
    pixels = decode(oriented(image, "JPEG", orientation, quality=95), (21, 14, 3), fit)
    assert np.abs(pixels.astype(int) - expected).mean() < 3


def test_orientation_after_the_pixels_of_a_png():
    plain = encoded(Image.fromarray(NOISE), "PNG")
    marked = oriented(Image.fromarray(NOISE), "PNG", 6)
    start = marked.index(b"eXIf") - 4
    chunk = marked[start : start + 12 + int.from_bytes(marked[start : start + 4])]
    moved = plain[:-12] + chunk + plain[-12:]
    np.testing.assert_array_equal(decode(moved), UPRIGHT[6](NOISE))
    assert decode(moved, (17, 12, 3), "crop").shape == (17, 12, 3)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientations_that_do_not_exist_are_ignored(orientation):
    np.testing.assert_array_equal(decode(oriented(Image.fromarray(NOISE), "PNG", orientation)), NOISE)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"Exif\0\0II*\0\x08\0\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x03"]))
def test_broken_exif_is_ignored_without_a_warning(tail, head):
    image = Image.fromarray(NOISE)
    assert decode(encoded(image, "JPEG", exif=head + tail)).size == NOISE.size
    assert decode(encoded(image, "PNG", exif=head + tail)).size == NOISE.size


def test_a_jpeg_is_decoded_at_reduced_scale_only_as_far_as_the_target(monkeypatch):
    shapes = []

    def watched(image, placement, shrunk):
        shapes.append(image.size)
        return image.resize(placement.size)

    monkeypatch.setattr("pellucid.images.decode.scaled", watched)
    data = encoded(smooth(300, 310), "JPEG")
    for side in (300, 151, 150, 76, 75, 38, 37, 10):
        decode(data, (side, side, 3))
    widths = [width for width, _ in shapes]
    assert widths == [310, 310, 155, 155, 78, 78, 39, 39]


def test_reduced_scale_looks_like_full_scale():
    data = encoded(smooth(300, 300), "JPEG", quality=95)
    full = np.asarray(Image.open(io.BytesIO(data)).resize((64, 64), Image.Resampling.BILINEAR), int)
    assert np.abs(decode(data, (64, 64, 3)) - full).max() <= 12
    assert np.abs(decode(data, (64, 64, 3)) - full).mean() < 1
    grey = np.asarray(Image.fromarray(full.astype(np.uint8)).convert("L"), int)
    assert np.abs(decode(data, (64, 64, 1))[..., 0] - grey).mean() < 1


def test_the_same_bytes_give_the_same_bits_however_they_come(tmp_path):
    data = encoded(smooth(300, 200), "JPEG")
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    for fit in FITS:
        expected = decode(data, (31, 30, 3), fit)
        np.testing.assert_array_equal(decode(path, (31, 30, 3), fit), expected)
        np.testing.assert_array_equal(decode(str(path), (31, 30, 3), fit), expected)


@settings(deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40),
    st.sampled_from(FITS), st.sampled_from([1, 3]), st.sampled_from(["PNG", "JPEG"]),
)  # fmt: skip
def test_any_picture_becomes_the_shape_asked_for(width, height, rows, columns, fit, channels, format):
    data = encoded(Image.new("RGB", (width, height), (9, 9, 9)), format)
    pixels = decode(data, (rows, columns, channels), fit)
    assert pixels.shape == (rows, columns, channels)
    assert set(np.unique(pixels)) <= {9, 128}


def test_a_pillow_image_is_taken_whole_and_left_as_it_was():
    data = encoded(smooth(300, 300), "JPEG")
    image = Image.open(io.BytesIO(data))
    full = Image.open(io.BytesIO(data)).resize((64, 64), Image.Resampling.BILINEAR, reducing_gap=2.0)
    np.testing.assert_array_equal(decode(image, (64, 64, 3)), np.asarray(full))
    assert image.size == (300, 300)
    assert image.mode == "RGB"


def test_threads_get_the_same_bits_and_pillow_is_left_as_it_was():
    import warnings

    before = (list(warnings.filters), Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    data = [encoded(smooth(100, 90, seed), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x05") for seed in range(8)]
    expected = [decode(each, (20, 20, 3)) for each in data]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda k: decode(data[k % 8], (20, 20, 3)), range(200)))
    for k, pixels in enumerate(found):
        np.testing.assert_array_equal(pixels, expected[k % 8])
    assert before == (list(warnings.filters), Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIC"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damage_anywhere_gives_pixels_or_one_clear_error(format, data):
    """Flipped bytes and cut ends: never another exception, a warning, or a picture of another shape."""
    if format == "HEIC":
        pillow_heif = pytest.importorskip("pillow_heif")
        stream = io.BytesIO()
        pillow_heif.from_pillow(Image.fromarray(NOISE)).save(stream, quality=50)
        whole = stream.getvalue()
    else:
        whole = encoded(Image.fromarray(NOISE), format)
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4)) if damaged else 0):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert decode(bytes(damaged), (6, 6, 3)).shape == (6, 6, 3)
    except BrokenPicture as broken:
        assert "\n" not in str(broken)
        assert 0 < len(broken.reason) < 120


def test_real_photographs(real_data):
    for path in sorted((real_data / "rabbits-cats").rglob("*.jpg"))[::50]:
        pixels, header = decode_with_header(path, (64, 64, 3))
        full = np.asarray(Image.open(path).convert("RGB").resize((64, 64), Image.Resampling.BILINEAR), int)
        assert np.square(pixels - full).mean() < 65  # 30 dB; two filters differ by 36 to 45
        assert header.format == "JPEG"
