"""Statistics, sampling and presentation over the warehouse: the thin Python layer."""
