"""What every room may use: files, groups of commands, numbers, spreadsheets, subprocesses."""
