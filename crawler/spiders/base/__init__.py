"""One base class per content management system."""
