"""An example of what another package can add by being installed."""
