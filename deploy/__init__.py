"""The parts of `__main__.py`: the package, the policies, the checked configuration."""
