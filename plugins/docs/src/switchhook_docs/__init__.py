"""The documentation as a site. What is in `site` was built by `make site`."""
