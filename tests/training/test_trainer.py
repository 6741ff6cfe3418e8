"""Training that can be interrupted: it goes on to the same number of steps, and never leaves half a checkpoint."""

import json
import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.cards import Card
from stabview.methods.networks.deep_mri import DeepMRI
from stabview.methods.networks.loading import load_file
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import gaussian_lines
from stabview.training.data import Drawn
from stabview.training.export import export_weights, round_to_half, training_facts
from stabview.training.recipe import Opponent, Recipe, Turn, mean_squared
from stabview.training.trainer import learning_rate, resume, save_checkpoint, train

SIZE = 24
PARAMETERS = {"cascades": 1, "depth": 3, "filters": 8}


def recipe(name: str = "small", *, filters: int = 8, learning: float = 3e-3) -> Recipe:
    """A cascade on random rectangles, a few milliseconds a step."""

    def rectangle(generator: np.random.Generator) -> np.ndarray:
        image = np.zeros((SIZE, SIZE), dtype=np.float32)
        top, left = generator.integers(2, 10, 2)
        image[top : top + 10, left : left + 9] = generator.uniform(0.5, 1)
        return image

    data = Drawn(rectangle, "rectangles")

    def sample(generator: np.random.Generator):
        x = torch.from_numpy(np.stack([data.draw(generator) for _ in range(4)])).to(torch.complex64)
        masks = [np.broadcast_to(gaussian_lines(SIZE, 12, generator), (SIZE, SIZE)) for _ in range(4)]
        operator = FourierOperator(np.stack(masks))
        return operator(x), operator, x

    def build() -> DeepMRI:
        return DeepMRI(**{**PARAMETERS, "filters": filters})

    def validate(network) -> dict[str, float]:
        y, operator, x = sample(np.random.default_rng(99))
        with torch.no_grad():
            return {"loss": float(mean_squared(network(y, operator), x))}

    return Recipe(name, build, data, sample, mean_squared, validate, steps=12, batch=4, learning_rate=learning)


def test_training_learns_and_says_how_it_goes(tmp_path):
    news = list(train(recipe(), tmp_path / "net.checkpoint", steps=60, validate_every=20))
    assert [entry.step for entry in news] == list(range(1, 61)) and news[-1].steps == 60
    figures = [entry.validation["loss"] for entry in news if entry.validation]
    assert len(figures) == 3 and figures[-1] < 0.7 * figures[0]


def test_an_interrupted_training_goes_on_to_the_same_number_of_steps(tmp_path):
    path = tmp_path / "net.checkpoint"
    for news in train(recipe(), path, save_every=5):
        if news.step == 8:
            break  # interrupted: what was done is written
    stored = resume(recipe(), path, seed=0)
    assert stored.step == 8
    rest = list(train(recipe(), path, save_every=5))
    assert [entry.step for entry in rest] == list(range(9, 13)) and rest[-1].validation is not None
    final = resume(recipe(), path, seed=0)
    assert final.step == 12
    assert [(entry["from_step"], entry["to_step"]) for entry in final.history] == [(0, 8), (8, 12)], "told honestly"
    assert list(train(recipe(), path)) == [], "a finished training has nothing left to do"


def test_weights_average_and_optimiser_come_back_as_they_were(tmp_path):
    path = tmp_path / "net.checkpoint"
    list(train(recipe(), path))
    one, other = (resume(recipe(), path, seed=seed) for seed in (0, 5))
    for first, second in ((one.network, other.network), (one.average, other.average)):
        for name, value in first.state_dict().items():
            assert torch.equal(value, second.state_dict()[name])
    moments = [state["exp_avg"] for state in one.optimiser.state_dict()["state"].values()]
    assert moments and all(moment.abs().max() > 0 for moment in moments)
    first, average = (next(network.parameters()).detach() for network in (one.network, one.average))
    assert (first != average).any(), "the average lags behind"


def test_the_same_seed_gives_the_same_weights(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        list(train(recipe(), tmp_path / name, steps=4, seed=seed))
    a, b, c = (next(resume(recipe(), tmp_path / name, 0).network.parameters()) for name in "abc")
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_a_checkpoint_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "net.checkpoint"
    list(train(recipe(), path, steps=3))
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.checkpoint"]
    before = path.read_bytes()
    state = resume(recipe(), path, seed=0)
    state.step = 99

    def power_cut(*paths):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", power_cut)
    with pytest.raises(OSError, match="no space"):
        save_checkpoint(state, path)
    assert path.read_bytes() == before and resume(recipe(), path, seed=0).step == 3


def test_the_checkpoint_of_another_recipe_is_refused_and_kept(tmp_path):
    path = tmp_path / "net.checkpoint"
    list(train(recipe("small"), path, steps=2))
    before = path.read_bytes()
    with pytest.raises(InputError, match="belongs to small"):
        next(train(recipe("other"), path, steps=4))
    with pytest.raises(InputError, match="no checkpoint of small"):
        next(train(recipe("small", filters=4), path, steps=4))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04 cut short", pickle.dumps(None, 2), pickle.dumps(print, 2)], ids=str
)
def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "net.checkpoint"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no checkpoint of small") as refused:
        next(train(recipe(), path))
    assert "\n" not in str(refused.value) and path.read_bytes() == content


def test_a_loss_that_explodes_ends_the_training_with_advice(tmp_path):
    with pytest.raises(InputError, match="learning rate"):
        list(train(recipe(learning=1e12), tmp_path / "net.checkpoint", steps=200))


class Shift(torch.nn.Module):
    """An opponent that adds one complex number to every datum."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = torch.nn.Parameter(torch.zeros(2))

    def forward(self, y: torch.Tensor) -> torch.Tensor:
        return y + torch.complex(*self.shift)


def contested() -> Recipe:
    """The network lowers its error on shifted data, and the opponent shifts them to raise it."""

    def error(turn: Turn) -> torch.Tensor:
        return mean_squared(turn.network(turn.opponent(turn.y), turn.operator), turn.x)

    def harm(turn: Turn) -> torch.Tensor:
        assert not turn.estimate.requires_grad
        assert not any(p.requires_grad for p in turn.network.parameters()), "frozen in the opponent's turn"
        return -error(turn)

    return replace(recipe(), opponent=Opponent(Shift, error, harm, learning_rate=1e-2))


def test_an_opponent_is_trained_in_turn_and_comes_back_from_the_checkpoint(tmp_path):
    path = tmp_path / "net.checkpoint"
    list(train(contested(), path, steps=15))
    state = resume(contested(), path, seed=0)
    assert state.opponent.shift.abs().max() > 0.02, "it has moved"
    y, operator, x = recipe().sample(np.random.default_rng(5))
    with torch.no_grad():
        clean, harmed = (mean_squared(state.network(data, operator), x) for data in (y, state.opponent(y)))
    assert harmed > clean
    moments = state.opponent_optimiser.state_dict()["state"][0]["exp_avg"]
    assert moments.abs().max() > 0
    alone = tmp_path / "alone.checkpoint"
    list(train(recipe(), alone, steps=2))
    with pytest.raises(InputError, match="no checkpoint"):
        next(train(contested(), alone, steps=4))


def test_the_learning_rate_rises_quickly_and_falls_slowly():
    rates = [learning_rate(step, 1000, 1e-3) for step in range(1000)]
    top = int(np.argmax(rates))
    assert 0 < rates[0] < 1e-4 and 20 < top < 100 and max(rates) == pytest.approx(1e-3)
    assert all(later <= earlier for earlier, later in zip(rates[top:-1], rates[top + 1 :], strict=True))
    assert rates[-1] == pytest.approx(1e-5, rel=0.05)


def test_what_is_exported_is_what_was_trained(tmp_path):
    checkpoint, path = tmp_path / "net.checkpoint", tmp_path / "net.safetensors"
    list(train(recipe(), checkpoint))
    state = resume(recipe(), checkpoint, seed=0)
    card = Card(
        name="small", title="Small", summary="Rectangles.", operator="fourier", architecture="deep-mri",
        parameters=PARAMETERS, trained_rate=0.5, size=SIZE, training=training_facts(recipe(), state),
    )  # fmt: skip
    written = export_weights(state, card, path)
    assert written.training["steps"] == 12 and "rectangles" in written.training["stretches"]
    y, operator, _ = recipe().sample(np.random.default_rng(3))
    expected = state.average.eval()(y, operator)
    torch.testing.assert_close(load_file(path)(y, operator), expected)
    path.with_suffix(".json").unlink()
    alone = load_file(path)
    torch.testing.assert_close(alone(y, operator), expected)
    assert alone.card.title == "Small" and alone.spec.sha256 == written.weights_sha256
    assert "weights_sha256" in json.loads(json.dumps(written.__dict__))


def test_a_training_begun_with_weights_goes_on_where_they_were_and_says_so(tmp_path):
    from safetensors.torch import save_file

    list(train(recipe(), tmp_path / "first.checkpoint", steps=40))
    trained = resume(recipe(), tmp_path / "first.checkpoint", seed=0).average
    weights = tmp_path / "first.safetensors"
    save_file(trained.state_dict(), weights)
    begun, fresh = (
        list(train(recipe(), tmp_path / f"{name}.checkpoint", steps=2, seed=5, start=start))[-1].validation["loss"]
        for name, start in (("second", weights), ("fresh", None))
    )
    assert begun < 0.5 * fresh, "two steps cannot catch up with forty"
    state = resume(recipe(), tmp_path / "second.checkpoint", seed=0)
    assert "begun with the weights" in training_facts(recipe(), state)["stretches"]


def test_weights_stored_in_half_precision_are_those_that_were_measured(tmp_path):
    checkpoint = tmp_path / "net.checkpoint"
    list(train(recipe(), checkpoint, steps=3))
    state = resume(recipe(), checkpoint, seed=0)
    y, operator, _ = recipe().sample(np.random.default_rng(3))
    network = state.average.eval().requires_grad_(False)
    exact = network(y, operator)
    round_to_half(network)
    measured = network(y, operator)
    card = Card(
        name="small", title="Small", summary="Rectangles.", operator="fourier", architecture="deep-mri",
        parameters=PARAMETERS, trained_rate=0.5, size=SIZE,
    )  # fmt: skip
    for name, half in (("full", False), ("half", True)):
        export_weights(state, card, tmp_path / f"{name}.safetensors", half=half)
    assert (tmp_path / "half.safetensors").stat().st_size < 0.8 * (tmp_path / "full.safetensors").stat().st_size
    torch.testing.assert_close(load_file(tmp_path / "half.safetensors")(y, operator), measured)
    assert 0 < float((measured - exact).abs().max()) < 0.01 * float(exact.abs().max())


def test_measuring_again_renews_the_figures_and_keeps_the_training(tmp_path, monkeypatch):
    import shutil

    from stabview import resources
    from stabview.methods.networks.cards import read_card
    from stabview.training import ell50
    from stabview.training.train import measure_again

    for ending in (".safetensors", ".json"):
        shutil.copy(resources.path("weights", f"ell-50{ending}"), tmp_path / f"mine{ending}")
    before = read_card(tmp_path / "mine.json")
    monkeypatch.setattr(ell50, "card_figures", lambda network, folder: {"parameters": count_parameters(network)})
    measure_again("ell-50", None, tmp_path / "mine.safetensors")
    card = read_card(tmp_path / "mine.json")
    assert card.figures == {"parameters": card.training["parameters"]}
    assert card.training == before.training and card.weights_sha256 == before.weights_sha256
    with pytest.raises(InputError, match="ell-50, not of lista"):
        measure_again("lista", None, tmp_path / "mine.safetensors")


def count_parameters(network) -> int:
    return sum(p.numel() for p in network.parameters())
