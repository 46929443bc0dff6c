"""Stack Exchange data dump to typed Parquet. Knows nothing of studies."""
