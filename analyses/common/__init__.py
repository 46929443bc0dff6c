"""What every room may use: numbers for people, spreadsheets, subprocesses."""
