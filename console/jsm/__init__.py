"""The console's own calls to a site: put entries back, read all of it."""
