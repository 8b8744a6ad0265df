"""TLS with databases of RDS."""

import ssl
from pathlib import Path

#: The certificate authorities of RDS that are in use, by Region: [Using SSL/TLS to encrypt a connection to a DB
#: instance or cluster](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html). The runtime of
#: Lambda does not have them.
CERTIFICATES = Path(__file__).with_name("rds-certificates.pem")
#: Seconds. An Aurora cluster that is paused takes about half a minute until it accepts a connection.
TIMEOUT = 60


def context() -> ssl.SSLContext:
    """Return what verifies the database's certificate and its host name."""
    return ssl.create_default_context(cafile=str(CERTIFICATES))
