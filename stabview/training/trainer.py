"""The training loop: resumable, streaming progress, with an exponential moving average of the weights."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError  # what torch.load raises for files that it refuses to run

import numpy as np
import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.consent import file_sha256
from stabview.methods.networks.formats.weights import fill, read_safetensors
from stabview.training.recipe import Recipe, Turn


@dataclass(frozen=True)
class TrainingProgress:
    """What the loop reports: the step, the running training loss, and validation figures when there are new ones."""

    step: int
    steps: int
    loss: float
    seconds: float
    validation: dict[str, float] | None = None


@dataclass
class TrainingState:
    """Everything that a checkpoint holds. `history` tells honestly how the weights came about, stretch by stretch."""

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    step: int
    history: list[dict[str, object]]
    opponent: nn.Module | None = None
    opponent_optimiser: torch.optim.Optimizer | None = None


def train(
    recipe: Recipe, checkpoint: Path, *, steps: int | None = None, seed: int = 0, save_every: int = 200,
    validate_every: int = 1000, low_precision: bool = False, start: Path | None = None,
) -> Iterator[TrainingProgress]:  # fmt: skip
    """Train until `steps` (the recipe's own number by default), resuming from `checkpoint` where it exists.

    start : weights (.safetensors) that a new training begins with, instead of random ones.

    The checkpoint is written every `save_every` steps, at the end and when interrupted, atomically, so that even a
    power cut loses at most that many steps. `low_precision` runs the convolutions in bfloat16 (weights and loss stay
    float32).
    """
    total = steps or recipe.steps
    state = resume(recipe, checkpoint, seed) if checkpoint.exists() else fresh_state(recipe, seed, start)
    generator = np.random.default_rng([seed, state.step])
    stretch = {
        "recipe": recipe.name, "from_step": state.step, "data": recipe.data.source, "seed": seed, "batch": recipe.batch,
        "bfloat16": low_precision, "learning_rate": recipe.learning_rate, "planned_steps": total,
    }  # fmt: skip
    state.history.append(stretch)
    started, running = time.monotonic(), None
    state.network.train()
    try:
        while state.step < total:
            _set_rate(state.optimiser, learning_rate(state.step, total, recipe.learning_rate))
            if recipe.opponent is not None:
                peak = recipe.opponent.learning_rate or recipe.learning_rate
                _set_rate(state.opponent_optimiser, learning_rate(state.step, total, peak))
            loss = _one_step(recipe, state, generator, low_precision)
            if not math.isfinite(loss):
                raise InputError(f"The training loss became {loss} at step {state.step}; lower the learning rate.")
            running = loss if running is None else 0.98 * running + 0.02 * loss
            state.step += 1
            _follow(state.average, state.network, decay=_memory(state.step, total))
            stretch["to_step"] = state.step
            if state.step % save_every == 0 or state.step == total:
                save_checkpoint(state, checkpoint)
            figures = None
            if state.step % validate_every == 0 or state.step == total:
                figures = recipe.validate(state.average.eval())
            yield TrainingProgress(state.step, total, running, time.monotonic() - started, figures)
    except (KeyboardInterrupt, GeneratorExit):
        if state.step > stretch["from_step"]:
            save_checkpoint(state, checkpoint)
        raise


def _one_step(recipe: Recipe, state: TrainingState, generator: np.random.Generator, low_precision: bool) -> float:
    y, operator, x = recipe.sample(generator)
    network, opponent = state.network, state.opponent
    _give_the_turn(network, opponent)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=low_precision):
        estimate = network(y, operator)
        if opponent is not None:
            loss = recipe.opponent.network_loss(Turn(network, opponent, y, operator, x, estimate))
    if opponent is None:
        loss = recipe.loss(estimate, x)
    if recipe.penalty is not None:
        loss = loss + recipe.penalty(network)
    _move(network, state.optimiser, loss, recipe.clip)
    if opponent is not None:
        _give_the_turn(opponent, network)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=low_precision):
            answer = recipe.opponent.loss(Turn(network, opponent, y, operator, x, estimate.detach()))
        _move(opponent, state.opponent_optimiser, answer, recipe.clip)
    return float(loss.detach())


def _give_the_turn(moving: nn.Module, waiting: nn.Module | None) -> None:
    moving.requires_grad_(True)
    if waiting is not None:
        waiting.requires_grad_(False)


def _move(module: nn.Module, optimiser: torch.optim.Optimizer, loss: torch.Tensor, clip: float) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(module.parameters(), clip)
    optimiser.step()


def learning_rate(step: int, total: int, peak: float) -> float:
    """A short linear warm-up, then half a cosine down to a hundredth of the peak."""
    warm = min(200, total // 20 + 1)
    if step < warm:
        return peak * (step + 1) / warm
    progress = (step - warm) / max(1, total - warm)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))


def fresh_state(recipe: Recipe, seed: int, start: Path | None = None) -> TrainingState:
    torch.manual_seed(seed)
    network = _laid_out(recipe.build())
    history: list[dict[str, object]] = []
    if start is not None:
        fill(network, read_safetensors(start, recipe.name), start.name, recipe.name)
        history.append({"began_with": f"the weights {file_sha256(start)[:12]} of an earlier training"})
    average = recipe.build()
    average.load_state_dict(network.state_dict())
    state = TrainingState(network, average, _optimiser(network, recipe), 0, history)
    if recipe.opponent is not None:
        state.opponent = _laid_out(recipe.opponent.build().train())
        state.opponent_optimiser = _optimiser(state.opponent, recipe)
    return state


def _laid_out(module: nn.Module) -> nn.Module:
    """Channels last, which most convolutions are faster with, unless the module says `channels_last = False`."""
    return module.to(memory_format=torch.channels_last) if getattr(module, "channels_last", True) else module


def resume(recipe: Recipe, checkpoint: Path, seed: int) -> TrainingState:
    state = fresh_state(recipe, seed)
    try:
        stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if stored["recipe"] != recipe.name:
            raise InputError(f"{checkpoint} belongs to {stored['recipe']}, not to {recipe.name}; name another file.")
        state.network.load_state_dict(stored["network"])
        state.average.load_state_dict(stored["average"])
        state.optimiser.load_state_dict(stored["optimiser"])
        if state.opponent is not None:
            state.opponent.load_state_dict(stored["opponent"])
            state.opponent_optimiser.load_state_dict(stored["opponent_optimiser"])
        state.step, state.history = int(stored["step"]), list(stored["history"])
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, RuntimeError, EOFError, UnpicklingError) as error:
        raise InputError(
            f"{checkpoint} is no checkpoint of {recipe.name}, or it is damaged; remove it to start anew."
        ) from error
    return state


def save_checkpoint(state: TrainingState, checkpoint: Path) -> None:
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    partial = checkpoint.with_suffix(checkpoint.suffix + ".partial")
    stored = {
        "recipe": state.history[-1].get("recipe", ""), "network": state.network.state_dict(),
        "average": state.average.state_dict(), "optimiser": state.optimiser.state_dict(),
        "step": state.step, "history": state.history,
    }  # fmt: skip
    if state.opponent is not None:
        stored["opponent"] = state.opponent.state_dict()
        stored["opponent_optimiser"] = state.opponent_optimiser.state_dict()
    torch.save(stored, partial)
    os.replace(partial, checkpoint)


def _optimiser(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        module.parameters(), lr=recipe.learning_rate, betas=recipe.betas, weight_decay=recipe.weight_decay
    )


def _set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def _memory(step: int, total: int) -> float:
    """How much of the average stays at a step: it spans the last twentieth of the training, 1000 steps at most."""
    return min(0.999, step / (step + 10), 1 - 1 / max(10, total / 20))


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
        slow.lerp_(fast, 1 - decay)
    for slow, fast in zip(average.buffers(), network.buffers(), strict=True):
        slow.copy_(fast)
