"""The functions: a file for each endpoint, and what serves them together or beside each other."""

from shared.web.service import collection

collection.put_off()
