"""The bound of the cache, the estimate of the time left, and the choice of the device."""

import pytest

from stabview.engine.cache import BoundedCache
from stabview.engine.device import available_device, choose_device, device_label
from stabview.engine.pace import Pace
from stabview.images.errors import InputError


def test_the_cache_stays_below_its_bound_and_forgets_what_was_not_looked_at():
    cache: BoundedCache[str] = BoundedCache(100)
    for key in range(4):
        cache.put(key, f"value {key}", 25)
    assert cache.get(0) == "value 0" and cache.used == 100
    cache.put(4, "value 4", 25)
    assert cache.get(1) is None, "the one not looked at for longest"
    assert [cache.get(key) for key in (0, 2, 3, 4)] == [f"value {key}" for key in (0, 2, 3, 4)]
    cache.put(5, "large", 90)
    assert cache.used <= 100 and cache.get(5) == "large" and cache.get(4) is None


def test_to_ask_whether_a_value_is_there_is_no_look_at_it():
    cache: BoundedCache[str] = BoundedCache(10)
    cache.put("old", "a", 5)
    cache.put("new", "b", 5)
    assert "old" in cache and "none" not in cache
    cache.put("newest", "c", 5)
    assert "old" not in cache and "new" in cache


def test_a_value_that_is_put_again_is_counted_once():
    cache: BoundedCache[str] = BoundedCache(100)
    for size in (60, 30, 80):
        cache.put("key", str(size), size)
    assert cache.used == 80 and cache.get("key") == "80"
    cache.clear()
    assert cache.used == 0 and cache.get("key") is None


def test_a_value_above_the_bound_is_kept_alone():
    cache: BoundedCache[str] = BoundedCache(10)
    cache.put("small", "a", 5)
    cache.put("huge", "b", 500)
    assert cache.get("huge") == "b" and cache.get("small") is None
    cache.put("small", "c", 5)
    assert cache.get("small") == "c" and cache.used == 5


def test_the_time_left_falls_to_zero():
    pace = Pace(3)
    assert pace.seconds_left is None
    left = []
    for _ in range(3):
        pace.step()
        left.append(pace.seconds_left)
    assert pace.done == 3 and left[-1] == 0 and all(seconds >= 0 for seconds in left)


def test_devices_by_name():
    assert choose_device("cpu", 1) == "cpu"
    assert choose_device("auto") in ("cpu", "cuda")
    assert device_label("cpu") == "CPU, 1 thread"
    assert available_device("cpu") == ("cpu", "")
    with pytest.raises(InputError, match="auto, cpu"):
        choose_device("tpu")
    with pytest.raises(InputError, match="at least 1"):
        choose_device("cpu", 0)


def test_a_preferred_device_that_is_not_there_gives_way_to_the_processor(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    device, said = available_device("cuda")
    assert device == "cpu" and "NVIDIA" in said and "processor" in said
    with pytest.raises(InputError, match="auto, cpu"):
        available_device("tpu")
    with pytest.raises(InputError, match="use --device cpu"):
        choose_device("cuda")
