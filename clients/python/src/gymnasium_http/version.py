"""The version of this client; that of the API stands in `exact.MEDIA_TYPE`."""

VERSION = "0.1.0"
