"""Records calls: both sides in one file, in the coding of the line. A thread of its own writes the files."""
