"""What every query stands on, whichever app asks: paging (pages by key)."""
