"""What publishing a site writes to its bucket: the headers of files, and the private prefix of its releases."""

YEAR = 31_536_000
#: `Cache-Control` of files under `hashed_paths`: another content has another name.
HASHED = f"public, max-age={YEAR}, immutable"
#: `Cache-Control` of all other files: browsers ask each time whether there is a newer one.
PAGES = "no-cache"
#: The prefix of releases in the bucket. CloudFront must not serve it: a page that was withdrawn is still there.
RELEASES = ".releases/"
