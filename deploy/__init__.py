"""What `__main__.py` deploys with: the package, the policies, the checked configuration."""
