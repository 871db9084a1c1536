"""What Caravan is: values, ports and decisions. No SDK, no network, no clock, no environment."""
