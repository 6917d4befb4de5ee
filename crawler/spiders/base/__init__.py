"""Base classes of spiders, one for each content management system (CMS)."""
