"""Fields of mentions out of the columns and paths of files: maps, guesses, times, what is mended."""
