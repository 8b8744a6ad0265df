"""The modules of Groundwork. An import of any of them first makes the AWS bindings lazy."""

from modules.bindings import install

install()
