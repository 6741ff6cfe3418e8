"""The recipes by name, without importing torch."""

RECIPES = {
    "automap": "stabview.training.automap",
    "dagan": "stabview.training.dagan",
    "deep-mri": "stabview.training.deep_mri",
    "ell-50": "stabview.training.ell50",
    "irim": "stabview.training.irim",
    "lista": "stabview.training.lista",
    "med-50": "stabview.training.med50",
    "mri-vn": "stabview.training.mri_vn",
    **{
        f"robust-{task}-{way}": "stabview.training.robust"
        for task in ("cs", "ct")
        for way in ("plain", "weight-decay", "parseval", "jittering", "min-max")
    },
    "unet": "stabview.training.unet",
    "varnet": "stabview.training.varnet",
}
