"""Before and during a trip: what Caravan says without being asked, when, and to which chat."""
