"""What several workers know together. Imports `drivers` alone."""
