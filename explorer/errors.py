"""The errors that the user of the tool can mend."""


class InputError(Exception):
    """Something that was given cannot be used.

    The message states the place, the cause and what to do next; the command line prints it
    without a traceback and exits with status 2.
    """
