"""What runs the product; the only package that imports both core and adapters."""
