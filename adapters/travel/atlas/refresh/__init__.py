"""`caravan atlas refresh`: curated fields replaced by what open providers say, file by file."""
