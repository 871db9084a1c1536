"""A journey through towns under hard limits: rides, rooms, meals and money."""
