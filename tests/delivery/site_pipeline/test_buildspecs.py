"""Buildspecs of a site's pipeline, and permissions for pages with a key."""

from modules.delivery.site_pipeline.keys.buildspecs import build_spec
from modules.delivery.site_pipeline.settings import SitePipelineSettings


def test_own_image_has_its_own_node() -> None:
    settings = SitePipelineSettings(repository="community/web", image="web-tools:1.0.0", install=())
    assert build_spec(settings)["phases"] == {"build": {"commands": ["npm run build"]}}
