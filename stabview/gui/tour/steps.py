"""What the guided tour says, in order. Another step is another row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One stop: the object name of what is pointed at ("" for the whole window), a title, and a few sentences."""

    target: str
    title: str
    text: str


STEPS = (
    Step("", "What StabView shows", "A network and a sparse method reconstruct the same image from the same samples. "
         "StabView looks for the small change of the image that harms the network most, and shows what both make of "
         "it."),
    Step("card.image", "An image", "A drawn head or body, or a file of yours: DICOM, NIfTI, PNG, NumPy. You can also "
         "drop a file anywhere on the window."),
    Step("card.sampling", "What is measured of it", "Lines of k-space for MRI, views for CT. The rate is how much is "
         "measured; the network was trained for one rate only."),
    Step("card.network", "The network", "Shipped ones, or one of yours. Its model card says what it was trained on and "
         "where it should not be used."),
    Step("card.soa", "The reference method", "Total variation and its relatives (SoA): a stated problem, solved to a "
         "stated accuracy."),
    Step("runButton", "Run the search", "Run (F5) looks for perturbations that grow step by step. They appear while "
         "the search goes on; Stop keeps what was found, and Run goes on from there."),
    Step("iterateSlider", "Stop early", "Drag the slider, or use the arrow keys: each iterate is one perturbation. The "
         "curves under it say how much each method's image changes."),
    Step("imagePanel.network", "Look", "Wheel: zoom. Left drag: move. Right drag: grey window. Double click: this "
         "panel alone. All panels always show the same place with the same window."),
    Step("imagePanel.networkDifference", "What changed", "Differences in one symmetric range that is printed and "
         "never changes by itself."),
    Step("toolStrip", "Compare and draw", "One to six panels, blinking and swiping between two of them, red arrows, "
         "regions and profiles that are measured in all panels."),
    Step("measureTable", "The numbers", "PSNR, SSIM, change and amplification at the iterate in sight. Hover a name "
         "for its definition."),
    Step("card.details", "Paint a detail", "Letters, card suits, lesions, free strokes. Then see whether each method "
         "keeps them, and whether the samples can see them at all."),
    Step("samplingPlot", "More samples, better?", "PSNR against the rate, with bars over several masks, at the "
         "iterate in sight. Networks may get worse with more samples than they were trained with."),
    Step("reportButton", "Take it away", "A report with every number, figure and setting. Ctrl+C copies what has the "
         "focus, Ctrl+Shift+E writes it to a file, and F1 lists all keys."),
)  # fmt: skip
