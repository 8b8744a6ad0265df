"""The constructs of the house. Whichever of them is imported first, the AWS bindings are lazy by then."""

from modules.bindings import install

install()
