"""IBM watsonx Assistant, spoken to over its v2 API."""
