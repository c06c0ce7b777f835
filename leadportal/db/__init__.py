"""What every query stands on: SQL pieces, prepared statements, row writers, paging, sweeps."""
