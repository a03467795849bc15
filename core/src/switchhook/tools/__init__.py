"""What is done with recorded calls and recorded voices. Imports all but the command line."""
