"""Releases of ECS services that their own pipelines deploy."""
