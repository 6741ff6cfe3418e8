"""Every entry can be run with what it says."""

import importlib.util

import pytest

from stabview.experiments.catalogue import EXPERIMENTS, by_topic
from stabview.experiments.entry import TOPICS
from stabview.experiments.setting import matching_operator
from stabview.images.errors import InputError
from stabview.methods.networks.cards import shipped_cards


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_the_module_is_there_and_the_defaults_are_allowed(name):
    entry = EXPERIMENTS[name]
    assert importlib.util.find_spec(f"stabview.experiments.{entry.module}")
    for parameter in entry.parameters:
        assert parameter.checked(parameter.default) == parameter.default
    assert len({parameter.name for parameter in entry.parameters}) == len(entry.parameters)


def test_every_experiment_has_a_topic_and_every_topic_several_experiments():
    assert list(by_topic()) == list(TOPICS) and all(len(listed) > 2 for listed in by_topic().values())
    assert sorted(entry.name for listed in by_topic().values() for entry in listed) == sorted(EXPERIMENTS)


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_parameters_have_labels_for_people(name):
    parameters = EXPERIMENTS[name].parameters
    labels = [parameter.label for parameter in parameters]
    assert len(set(labels)) == len(labels)
    for parameter in parameters:
        assert parameter.label and parameter.label != parameter.name and "_" not in parameter.label
        for value in parameter.words:
            if parameter.names is None:
                assert parameter.checked(value) == value, "what is said in words is a value it can have"
        if parameter.names is not None:
            assert len({parameter.words.get(name, name) for name in parameter.names}) == len(parameter.names)


def test_messages_call_a_parameter_by_its_name_or_as_a_form_does():
    noise = next(one for one in EXPERIMENTS["worst-case"].parameters if one.name == "noise")
    with pytest.raises(InputError, match=r"^noise is 2"):
        noise.checked(2.0)
    with pytest.raises(InputError, match=r"^Noise .* is 2"):
        noise.checked(2.0, called=noise.label)


@pytest.mark.parametrize("card", [card for card in shipped_cards() if not card.untrained], ids=lambda card: card.name)
def test_every_shipped_network_gets_the_operator_of_its_training(card):
    size, views = (card.size, 0) if card.fixed else (32, 8 if card.operator == "radon" else 0)
    operator = matching_operator(card, (size, size), views)
    assert card.takes(operator.name)
    if card.fixed:
        assert operator.spec == card.operator_spec
    elif operator.rate is not None and card.trained_rate:
        assert abs(operator.rate - card.trained_rate) < 0.04
