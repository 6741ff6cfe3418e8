"""The tissues of a drawn head, as they are numbered in its label map."""

from __future__ import annotations

from enum import IntEnum


class Tissue(IntEnum):
    """Labels of the tissue map."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    MARROW = 5
    DURA = 6
    CSF = 7
    GREY = 8
    WHITE = 9
    VENTRICLE = 10
    CAUDATE = 11
    PUTAMEN = 12
    PALLIDUM = 13
    THALAMUS = 14
    CALLOSUM = 15
    CHOROID = 16
    VESSEL = 17
    VITREOUS = 18
    LENS = 19
    MUCOSA = 20
