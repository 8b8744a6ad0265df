"""Thumbnails of the images that are uploaded to a bucket."""
