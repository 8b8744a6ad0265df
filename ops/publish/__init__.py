"""`python -m ops publish`: publishes a site, and restores an earlier release of it.

The site's bucket contains

    assets/index-B3xY9aZk.js      files under the site's `hashed_paths`: `public, max-age=31536000, immutable`
    index.html, favicon.ico, ...  all other files ("pages"): `no-cache`
    .releases/ID.json             one manifest for each release: its hashed files, and the SHA-256 of its pages
    .releases/pages/SHA256        a copy of each page of the releases that are kept
    .releases/lock                who is publishing now

The bucket policy denies CloudFront `.releases/`. A release is published in this order, so that no viewer gets a page
without the files that it needs:

1. hashed files, and copies of the pages, under names that nobody requests yet
2. pages that are not HTML; then HTML; then the root's index.html, each copied from `.releases/pages/`
3. HTML that the release no longer has is deleted, the changed pages are invalidated, and the command waits for that
4. service workers, which cache the pages of the new release when a browser installs them; again invalidated
5. other files are deleted when no release has named them for `--keep-days`

Restoring a release is the same from step 2 on, with its manifest.
"""
