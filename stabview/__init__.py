"""StabView shows how stable a learned image reconstruction is, beside sparse methods, under perturbations.

The names of `stabview.api`, the Python interface, are here too; it is loaded when one is first asked for.
"""

__version__ = "0.1.0"
__all__ = (
    "COMPONENTS", "EXAMPLES", "EXPERIMENTS", "Answer", "Detail", "ExperimentChoice", "ExperimentRun", "ImageChoice",
    "InputError", "NetworkChoice", "PerturbationChoice", "ReaderPlan", "Run", "SamplingChoice", "SoaChoice", "Study",
    "SweepChoice", "Verification", "load_study", "open_image", "other_methods", "run_experiment", "sensitivity",
    "verify", "with_settings", "write_study",
)  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in __all__:  # a submodule, for one: it must not load everything
        raise AttributeError(f"module 'stabview' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module("stabview.api"), name)
