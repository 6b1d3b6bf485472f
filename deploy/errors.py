"""The error of the modules that build the package."""


class PackageError(Exception):
    """The package cannot be built; the message says why, and what to do."""
