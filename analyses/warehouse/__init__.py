"""Runs dbt, swaps the database in, opens it, and knows its tables and columns."""
