"""The API: the figures of the pages and the actions behind their forms, as JSON. It works nothing out."""
