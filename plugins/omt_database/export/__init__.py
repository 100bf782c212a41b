"""Export of tables to Parquet parts, with row counts and fingerprints."""
