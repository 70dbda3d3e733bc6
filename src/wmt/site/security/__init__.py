"""Security of the whole site: headers, redirects, logs. Knows nothing of pages and figures."""
