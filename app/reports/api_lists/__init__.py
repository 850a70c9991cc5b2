"""The lists and rows behind the JSON API: read page by page, as frozen values."""
