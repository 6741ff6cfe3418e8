"""The shipped examples are complete studies, each with something to say about itself."""

import numpy as np
import pytest

from stabview.images.details import render_each
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.study.examples import EXAMPLES, example


def test_the_promised_examples_are_there():
    assert {"hallucination", "ell50-text", "ell50-more-views", "lesion", "momentum-ascent"} <= set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_can_be_run_and_says_what_it_shows(name):
    entry = example(name)
    study = entry.study()
    assert entry.name == name and entry.title and entry.sentence.endswith(".") and "20" in entry.source
    assert study.image.phantom and study.network.name, "an example needs no file of the user"
    x = prepare(phantom(study.image.phantom, study.image.size, study.image.seed), size=study.image.size).x
    for picture in render_each(x.shape, study.details):
        assert picture.any(), "a painted detail lies on the image"
        assert np.abs(x)[picture != 0].min() > 0, "and on the object, not on air"


def test_an_unknown_example_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="'lesion'"):
        example("leison")
