"""The one exception that means: the user's input is at fault, and here is what to do."""


class InputError(ValueError):
    """Bad input, told in one sentence that says what was wrong and what to do.

    The window shows it as it is; the command line prints it on standard error and ends with 2.
    """
