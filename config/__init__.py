"""Configuration: brands with their policies from `brands.yaml`, and process settings from the environment."""
