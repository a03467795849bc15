"""What a server measures. Imports those who declare a figure."""
