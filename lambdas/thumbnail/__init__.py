"""Thumbnails of the pictures that are uploaded into a bucket."""
