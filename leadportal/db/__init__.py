"""What every query stands on, whatever the app: SQL pieces, row writers, paging, and `sweeps`."""
